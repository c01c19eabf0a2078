"""A prefix of an S3 bucket."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sm_onboard import aws
from sm_onboard.aws import Aws, Refusal
from sm_onboard.errors import Conflict, Forbidden, NotFound, OnboardError, Unreachable

from .models import CHUNK, Progress, check_cancel, gone, name_of, too_large

KEPT = (7, 30, 90, 365)
"""Days: the values of the tag by which a rule of the bucket's deletes shares."""
TAG = "sm-onboard-days"

_TYPE = "application/zip"
_THERE = ("PreconditionFailed", "412")
_AT_ONCE = ("ConditionalRequestConflict", "409")  # somebody else puts the same one now


class S3Store:
    """The ``Store`` below ``s3://bucket/prefix``. Encryption is what the bucket's settings say.

    Each object carries the tag ``sm-onboard-days`` (7, 30, 90 or 365: not less than asked for),
    where the role may set tags, and its end in the metadata ``until``.

    Args:
        address: already checked.
        aws_: makes the clients.
    """

    def __init__(self, alias: str, address: str, aws_: Aws | None = None) -> None:
        self.alias = alias
        self._address = address.rstrip("/")
        self.readers = f"Whoever may read {self._address} can open it."
        self._bucket, _, prefix = self._address.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._aws = aws_ or aws.default()

    def put(
        self,
        digest: str,
        file: Path,
        progress: Progress,
        cancel: threading.Event,
        *,
        days: int | None = None,
    ) -> None:
        check_cancel(cancel)
        client = self._aws.client("s3")
        more: dict[str, Any] = {"ContentType": _TYPE}
        if days is not None:
            kept = next((each for each in KEPT if each >= days), KEPT[-1])
            more["Tagging"] = f"{TAG}={kept}"
            until = time.gmtime(time.time() + days * 86_400)
            more["Metadata"] = {"until": time.strftime("%Y-%m-%d", until)}
        if (
            "IfNoneMatch"
            in client.meta.service_model.operation_model("PutObject").input_shape.members
        ):
            more["IfNoneMatch"] = "*"
        try:
            self._put(client, digest, file, progress, cancel, more)
        except Forbidden:
            if "Tagging" not in more:
                raise
            del more["Tagging"]  # s3:PutObjectTagging is another permission
            self._put(client, digest, file, progress, cancel, more)
        if cancel.is_set():
            self.delete(digest)
            check_cancel(cancel)

    def size(self, digest: str) -> int:
        client = self._aws.client("s3")
        with self._explained("s3:GetObject"):
            # Not HeadObject: its refusals have no body that says what is missing.
            told = client.get_object(Bucket=self._bucket, Key=self._key(digest))
            told["Body"].close()
        return int(told["ContentLength"])

    def get(
        self, digest: str, into: Path, limit: int, progress: Progress, cancel: threading.Event
    ) -> None:
        check_cancel(cancel)
        client = self._aws.client("s3")
        with self._explained("s3:GetObject"):
            told = client.get_object(Bucket=self._bucket, Key=self._key(digest))
            body, size = told["Body"], int(told["ContentLength"])
            try:
                if size > limit:
                    raise too_large(size, limit)
                with open(into, "xb") as out:
                    try:
                        done = 0
                        while chunk := body.read(CHUNK):
                            check_cancel(cancel)
                            done += len(chunk)
                            if done > limit:
                                raise too_large(None, limit)
                            out.write(chunk)
                            progress(done, max(size, done))
                    except BaseException:
                        into.unlink(missing_ok=True)
                        raise
            finally:
                body.close()

    def delete(self, digest: str) -> None:
        client = self._aws.client("s3")
        with self._explained("s3:DeleteObject"):
            client.delete_object(Bucket=self._bucket, Key=self._key(digest))

    def _put(
        self,
        client: Any,
        digest: str,
        file: Path,
        progress: Progress,
        cancel: threading.Event,
        more: dict[str, Any],
    ) -> None:
        with open(file, "rb") as source, self._explained("s3:PutObject", cancel):
            body = _Told(source, file.stat().st_size, progress, cancel)
            try:
                client.put_object(Bucket=self._bucket, Key=self._key(digest), Body=body, **more)
            except client.exceptions.ClientError as error:
                if Refusal.of(error).code not in (*_THERE, *_AT_ONCE):
                    raise

    def _key(self, digest: str) -> str:
        return self._prefix + name_of(digest)

    @contextmanager
    def _explained(self, action: str, cancel: threading.Event | None = None) -> Iterator[None]:
        try:
            with aws.errors(action, self._address):
                yield
        except OnboardError as error:
            if cancel is not None:
                check_cancel(cancel)  # botocore told it as a broken connection
            raise self._error(error, action) from error.__cause__

    def _error(self, error: OnboardError, action: str) -> OnboardError:
        reads = action == "s3:GetObject"
        if error.code == "aws.forbidden":
            doubt = " Without s3:ListBucket, S3 says so of a deleted one, too." if reads else ""
            return Forbidden(
                "links.store_denied",
                f"This space's role may not call {action} on {self._address}, the store "
                f"{self.alias}.{doubt}",
                f"Ask your administrator to allow {action} on {self._address}/*, and kms:Decrypt "
                "on the bucket's key where it has one of its own.",
            )
        if error.code == "aws.not_found":
            if Refusal.of(error.__cause__).code == "NoSuchBucket":
                return NotFound(
                    "links.store_missing",
                    f"There is no bucket {self._bucket}, where the store {self.alias} should be.",
                    "Ask your team lead to correct 'links' in the team's file.",
                )
            return gone()
        if error.code == "aws.unreachable":
            return Unreachable(
                "links.store_unreachable",
                f"S3 did not answer, so the store {self.alias} could not be asked.",
                "In a VPC without internet it needs a VPC endpoint for s3: ask your administrator.",
            )
        if action == "s3:PutObject" and error.code == "aws.failed":
            return Conflict(
                "links.store_unwritable",
                f"S3 did not take the snapshot for the store {self.alias}: "
                f"{Refusal.of(error.__cause__).code or 'no reason was given'}.",
                "Try again. The log says more.",
            )
        return error


class _Told(io.RawIOBase):
    """A file that tells how far it was read, and fails once it is cancelled."""

    def __init__(
        self, file: IO[bytes], size: int, progress: Progress, cancel: threading.Event
    ) -> None:
        self._file, self._size, self._progress, self._cancel = file, size, progress, cancel

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        check_cancel(self._cancel)
        chunk = self._file.read(size)
        self._progress(self._file.tell(), self._size)
        return chunk

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def __len__(self) -> int:
        return self._size
