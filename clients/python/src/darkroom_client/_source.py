"""Files to upload."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Optional, Type, Union

Source = Union[str, "os.PathLike[str]", bytes, BinaryIO]

_CHUNK = 1 << 20


class SourceFile:
    """An open file with a known size. It is read once for each attempt, and never held in memory as a whole."""

    def __init__(self, source: Source) -> None:
        if isinstance(source, (bytes, bytearray, memoryview)):
            self.file: BinaryIO = io.BytesIO(source)
            self._is_own = True
        elif isinstance(source, (str, os.PathLike)):
            self.file = Path(source).open("rb")
            self._is_own = True
        else:
            self.file = source
            self._is_own = False
        # A file of the caller begins at its current position.
        self._start = self.file.tell()
        # Before Python 3.11, `seek` of a spooled temporary file returns nothing.
        self.file.seek(0, os.SEEK_END)
        self.size = self.file.tell() - self._start
        self.rewind()

    def rewind(self) -> BinaryIO:
        """Returns the file, at its beginning."""
        self.file.seek(self._start)
        return self.file

    def sha256_base64(self) -> str:
        """Returns the SHA-256 of the file in base64."""
        digest = hashlib.sha256()
        file = self.rewind()
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        return base64.b64encode(digest.digest()).decode()

    def __enter__(self) -> SourceFile:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if self._is_own:
            self.file.close()
