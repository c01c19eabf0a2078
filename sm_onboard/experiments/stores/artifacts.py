"""The files of a server's runs, where they can be read without the server."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from sm_onboard import aws
from sm_onboard.errors import InvalidRequest, NotFound

from . import writing
from .folder import ArtifactFolder, file_missing


class Artifacts:
    """Reads and writes in S3, and in folders of this machine that are a run's own."""

    def __init__(self, clients: aws.Aws | None = None) -> None:
        self._clients = clients

    def read(self, id: str, location: str, path: str, limit: int) -> bytes | None:
        """One file; None where only the server has it.

        Args:
            location: of the run's files, as the server says: it may say anything.
            path: checked to be relative and plain.

        Raises:
            OnboardError: see ``Store.read``; those of ``aws.errors``.
        """
        scheme = location.partition(":")[0]
        if scheme == "s3":
            return read_s3(f"{location.rstrip('/')}/{path}", path, limit, self._clients)
        folder = _folder(id, location) if scheme == "file" or location.startswith("/") else None
        return None if folder is None else folder.read(path, limit)

    def write(self, id: str, location: str, path: str, content: bytes) -> None:
        """Puts one file beside those of a run.

        Args:
            location, path: as in ``read``.

        Raises:
            OnboardError: see ``Store.write``; those of ``aws.errors``.
        """
        scheme = location.partition(":")[0]
        if scheme == "s3":
            return writing.put(location, id, path, content, self._clients)
        folder = _folder(id, location) if scheme == "file" or location.startswith("/") else None
        if folder is None:
            raise writing.unsupported(
                "The files of this run can only be written by the server that keeps them.",
                "Run the server with --serve-artifacts, or keep its files in S3.",
            )
        folder.write(id, path, content)


def read_s3(url: str, path: str, limit: int, clients: aws.Aws | None) -> bytes:
    """One object of S3.

    Args:
        path: what people call it.

    Raises:
        OnboardError: see ``Store.read``; those of ``aws.errors``.
    """
    try:
        return aws.read_s3(url, limit=limit, aws=clients)
    except NotFound as error:
        raise file_missing(path) from error
    except InvalidRequest as error:
        if error.code != "aws.s3_too_large":
            raise file_missing(path) from error
        raise InvalidRequest(
            "experiments.file_too_large",
            f"{path!r} is longer than the {limit:,} bytes that are read here.",
            f"Get it with: aws s3 cp {url} .",
        ) from error


def _folder(id: str, location: str) -> ArtifactFolder | None:
    """The run's folder on this machine.

    MLflow gives each run a folder with its id in the path. Any other would let a server have
    files shown that have nothing to do with it.
    """
    path = Path(unquote(urlsplit(location).path) if location.startswith("file:") else location)
    own = len(id) >= 8 and id in path.parts and ".." not in path.parts and "\0" not in str(path)
    return ArtifactFolder(str(path), Path("/")) if own and path.is_dir() else None
