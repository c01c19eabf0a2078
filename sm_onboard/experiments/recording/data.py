"""What a run was given to learn from: files, folders and objects in S3."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Data:
    """One data set.

    Attributes:
        uri: an absolute path, or ``s3://bucket/key``.
        sha256: of a file; of a folder that of the lines ``<sha256>  <path>``, sorted by path.
        version, etag: of an object in S3.
    """

    uri: str
    size: int
    sha256: str = ""
    version: str = ""
    etag: str = ""

    @property
    def name(self) -> str:
        return self.uri.rstrip("/").rpartition("/")[2] or self.uri

    @property
    def kind(self) -> str:
        return "s3" if self.uri.startswith("s3://") else "local"

    @property
    def digest(self) -> str:
        """At most 36 characters: what MLflow's stores have room for."""
        return (self.sha256[:32] or self.etag)[:36]

    def told(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in ("", None)}


def read(uri: str | os.PathLike[str], s3: Any = None) -> Data:
    """Reads what identifies a data set.

    Args:
        s3: a client of S3; made by boto3 when it is needed and not given.

    Raises:
        OSError: a file cannot be read. Whatever boto3 raises.
    """
    text = os.fspath(uri)
    if text.startswith("s3://"):
        return _object(text, s3)
    path = Path(os.path.abspath(text))
    if not path.is_dir():
        return Data(str(path), path.stat().st_size, _sha256(path))
    files = sorted(_below(path), key=lambda x: x.relative_to(path).as_posix())
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{_sha256(file)}  {file.relative_to(path).as_posix()}\n".encode())
    return Data(str(path), sum(file.stat().st_size for file in files), whole.hexdigest())


def _object(uri: str, s3: Any) -> Data:
    if s3 is None:
        import boto3

        s3 = boto3.client("s3")
    at = urlsplit(uri)
    said = s3.head_object(Bucket=at.netloc, Key=at.path.lstrip("/"))
    return Data(
        uri,
        int(said.get("ContentLength") or 0),
        version=str(said.get("VersionId") or ""),
        etag=str(said.get("ETag") or "").strip('"'),
    )


def _below(folder: Path) -> Iterator[Path]:
    for base, _, names in os.walk(folder):
        yield from (Path(base, name) for name in names if Path(base, name).is_file())


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
