"""The files of a run of a local store, where they lie in S3."""

from __future__ import annotations

from sm_onboard import aws
from sm_onboard.errors import NotFound
from sm_onboard.experiments.models import File

from . import writing
from .artifacts import read_s3
from .folder import file_missing


class S3Folder:
    """Reads and writes below one prefix; ``..`` in a key is a name like any other.

    Args:
        location: ``s3://bucket/prefix``.
    """

    def __init__(self, location: str, clients: aws.Aws | None = None) -> None:
        self._location = location.rstrip("/")
        self._clients = clients

    def files(self, folder: str = "") -> list[File]:
        """What lies directly in a folder, by name; a folder that is not there is empty.

        Raises:
            OnboardError: those of ``aws.errors``.
        """
        bucket, root = aws.s3_address(f"{self._location}/x")
        root = root.removesuffix("x")
        prefix = f"{root}{folder.strip('/')}/" if folder.strip("/") else root
        client = (self._clients or aws.default()).client("s3")
        found = []
        with aws.errors("s3:ListBucket", f"s3://{bucket}/{prefix}"):
            pages = client.get_paginator("list_objects_v2").paginate(
                Bucket=bucket, Prefix=prefix, Delimiter="/"
            )
            for page in pages:
                for entry in page.get("CommonPrefixes", ()):
                    path = entry["Prefix"].removeprefix(root).rstrip("/")
                    found.append(File(path=path, folder=True))
                for entry in page.get("Contents", ()):
                    if entry["Key"] != prefix:  # the console's mark of an empty folder
                        path = entry["Key"].removeprefix(root)
                        found.append(File(path=path, folder=False, size=entry["Size"]))
        return sorted(found, key=lambda file: file.path)

    def read(self, path: str, limit: int) -> bytes:
        """One file of at most ``limit`` bytes; see ``Store.read``."""
        if not path or "\0" in path:
            raise file_missing(path)
        try:
            url = f"{self._location}/{path.strip('/')}"
            return read_s3(url, path, limit, self._clients)
        except NotFound:
            raise file_missing(path) from None

    def write(self, run: str, path: str, content: bytes) -> None:
        """One file; ``run``: the id of the run whose prefix this is. See ``Store.write``."""
        writing.check_path(path)
        writing.put(self._location, run, path, content, self._clients)
