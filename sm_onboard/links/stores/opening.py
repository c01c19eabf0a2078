"""A store by its address, as the team's file names it."""

from __future__ import annotations

from pathlib import Path

from .models import Store


def open_store(alias: str, address: str, *, home: Path) -> Store:
    """The store at an address; nobody is asked yet.

    Args:
        address: ``s3://bucket[/prefix]``, or a folder from ``/`` or ``~/``.
        home: what ``~`` means.

    Raises:
        ConfigError: ``config.store``.
    """
    from sm_onboard.repos.plan.team_sections import check_store

    check_store(address, f"links.stores.{alias}")
    if address.startswith("s3://"):
        from .s3 import S3Store

        return S3Store(alias, address)
    from .folder import FolderStore

    below_home = address.startswith("~/")
    return FolderStore(alias, home / address[2:] if below_home else Path(address), address)
