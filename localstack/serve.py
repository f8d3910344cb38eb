"""Runs LocalStack with the objects of S3 in a folder of its own: serve.py FOLDER.

LocalStack keeps every object larger than half a megabyte in one fixed folder of /tmp, and removes
a bucket's folder with the bucket. Two LocalStacks of one machine would take each other's objects
away, and those of two users could not even write. There is no setting for it, so the constant is
replaced before the service is loaded.
"""

import sys

from localstack.runtime.main import main
from localstack.services.s3 import provider

if __name__ == "__main__":
    provider.DEFAULT_S3_TMP_DIR = sys.argv[1]
    main()
