"""A project around the recipe for Django."""

import os
import sys
from pathlib import Path

Path("avatars/__init__.py").touch()
Path("users.py").write_text(
    '''
from django.contrib.auth.middleware import RemoteUserMiddleware


class HeaderMiddleware(RemoteUserMiddleware):
    header = "HTTP_X_USER"
'''
)
sys.path.insert(0, os.getcwd())

import django  # noqa: E402
from avatars import settings as recipe  # noqa: E402
from django.conf import settings  # noqa: E402

contrib = ("auth", "contenttypes", "sessions")
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.RemoteUserBackend"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "app.db"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[f"django.contrib.{name}" for name in contrib] + ["avatars"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "users.HeaderMiddleware",
    ],
    ROOT_URLCONF="avatars.urls",
    SECRET_KEY="only for this test",
    ISSUER_URL=recipe.ISSUER_URL,
    ISSUER_KEY=recipe.ISSUER_KEY,
    WEBHOOK_SECRET=recipe.WEBHOOK_SECRET,
)
django.setup()

from django.core.management import call_command  # noqa: E402

call_command("migrate", run_syncdb=True, verbosity=0)
call_command("runserver", f"127.0.0.1:{os.environ['PORT']}", use_reloader=False)
