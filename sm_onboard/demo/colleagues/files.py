"""The files of the App's runs, which lie in the local SageMaker's S3 and would end with it."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import Any

from sm_onboard.git import names


class Kept:
    """Copies of all objects below an address, from one demo in a folder to the next.

    Args:
        address: ``s3://bucket/prefix``.
        folder: where the copies are.
    """

    def __init__(self, address: str, folder: Path) -> None:
        self._bucket, _, self._prefix = address.removeprefix("s3://").partition("/")
        self._folder = folder
        self._lock = threading.Lock()

    @cached_property
    def _client(self) -> Any:
        import boto3

        return boto3.client("s3")

    def put_back(self) -> None:
        """Puts what was copied before into the bucket."""
        for file in self._folder.rglob("*"):
            if file.is_file():
                key = f"{self._prefix}/{file.relative_to(self._folder).as_posix()}"
                self._client.put_object(Bucket=self._bucket, Key=key, Body=file.read_bytes())

    def copy(self) -> None:
        """Copies what has not been copied; an artifact does not change."""
        with self._lock:
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=f"{self._prefix}/"):
                for told in page.get("Contents", ()):
                    path = told["Key"].removeprefix(f"{self._prefix}/")
                    file = self._folder / names.check_inside(path, "key")
                    if not file.exists():
                        file.parent.mkdir(parents=True, exist_ok=True)
                        aside = file.with_name(f"{file.name}.part")
                        self._client.download_file(self._bucket, told["Key"], str(aside))
                        aside.rename(file)
