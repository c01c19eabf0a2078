"""Which folder the repositories are put below."""

from __future__ import annotations

import os
from pathlib import Path

from sm_onboard.errors import ConfigError
from sm_onboard.git import names


def resolve_root(
    setting: str, *, home: Path, user_profile: str | None, efs_mounted: bool | None
) -> Path:
    """The folder below which repositories are put.

    Args:
        setting: ``home``, ``user-default-efs``, or a path with ``~`` and ``{user_profile}``.
        user_profile: owner of the private space; None when unknown or shared.
        efs_mounted: whether ``~/user-default-efs`` is mounted; None: look.

    Raises:
        ConfigError: ``config.root``, ``config.root_not_mounted``, ``config.root_profile``.
    """
    if setting == "home":
        return home
    if setting == "user-default-efs":
        efs = home / "user-default-efs"
        if efs_mounted is None:
            efs_mounted = os.path.ismount(os.path.realpath(efs))
        if not efs_mounted:
            raise ConfigError(
                "config.root_not_mounted",
                f"The root is set to user-default-efs, but no file system is mounted at {efs}.",
                "Attach the EFS to the domain, or set SmOnboard.root to home or a path.",
                "SmOnboard.root",
            )
        return efs
    if "{user_profile}" in setting:
        if not user_profile:
            raise ConfigError(
                "config.root_profile",
                f"The root {names.shown(setting)} needs the user profile, which is not known here.",
                "Set SmOnboard.root to a path without {user_profile}.",
                "SmOnboard.root",
            )
        setting = setting.replace(
            "{user_profile}", names.check_folder(user_profile, "SmOnboard.root")
        )
    path = str(home) + setting[1:] if setting == "~" or setting.startswith("~/") else setting
    if (
        not path.startswith("/")
        or names.has_control(path)
        or ".." in path.split("/")
        or not path.strip("/.")
        or "{" in path
    ):
        raise ConfigError(
            "config.root",
            f"The root {names.shown(setting)!r} is not a folder that can be used.",
            "Set SmOnboard.root to home, user-default-efs, or a path that starts with / or ~/.",
            "SmOnboard.root",
        )
    return Path(path)
