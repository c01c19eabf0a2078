"""Which branch names, paths, folders and secret names are allowed.

They come from a file that somebody else wrote and end up as arguments of git, as folders
below the root, or in a request to AWS. All functions are pure, take linear time, return
the value in its normal form and raise ``ConfigError`` with ``field`` set.
"""

from __future__ import annotations

import string
import unicodedata
from typing import NoReturn

from sm_onboard.errors import ConfigError

MAX_BRANCH = 244  # git writes <name>.lock beside it, and a file name has 255 bytes
MAX_PART = 200  # bytes of UTF-8: leaves room for what git and we put behind a name
MAX_PATH = 1000
MAX_DEPTH = 8  # folders between the root and a repository
MAX_DEPTH_INSIDE = 40

_ALNUM = frozenset(string.ascii_letters + string.digits)
_HEX = frozenset(string.hexdigits)
_SECRET = _ALNUM | set("/_+=.@-")
_GLOB = frozenset("*?[]!#\"'")
# beginnings by which hosts and AWS mark their tokens and keys
_TOKENS = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "AKIA", "ASIA", "ATBB")


def has_control(text: str) -> bool:
    """Whether there are characters nobody sees: controls, direction marks, surrogates."""
    return any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for c in text)


def shown(text: str, limit: int = 60) -> str:
    """The text for a message: what cannot be seen becomes ``?``, what is long is cut.

    What looks like ``user:password@`` is masked, wherever a URL was put by mistake.
    """
    before, at, rest = text.rpartition("@")
    if at and ":" in before and not before.endswith("***"):
        text = f"***@{rest}"
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return "".join("?" if has_control(c) or (c.isspace() and c != " ") else c for c in text)


def check_branch(branch: str, field: str = "branch") -> str:
    """A branch as ``git check-ref-format`` wants it, without ``refs/heads/``.

    Raises:
        ConfigError: ``config.branch_name``.
    """
    why = _why_no_branch(branch)
    if not why:
        return branch
    hint = "Write the branch as the host shows it, such as main or feature/model."
    if branch.startswith(("refs/", "heads/")):
        hint = f"Write {shown(branch.rpartition('heads/')[2] or 'main')} without what precedes it."
    _refuse("config.branch_name", f"{shown(branch)!r} is not a branch name: {why}.", hint, field)


def _why_no_branch(branch: str) -> str:
    if not branch:
        return "it is empty"
    if len(branch.encode("utf-8", "replace")) > MAX_BRANCH:
        return f"it is longer than {MAX_BRANCH} bytes"
    if has_control(branch):
        return "it holds a control character"
    for character in " ~^:?*[\\":
        if character in branch:
            return f"it holds '{character}'"
    for pair in ("..", "@{", "//"):
        if pair in branch:
            return f"it holds '{pair}'"
    if branch[0] in "-/" or branch[-1] in "./":
        return "it starts with '-' or '/', or ends with '.' or '/'"
    if branch in ("@", "HEAD"):
        return "git uses it for the current commit"
    if branch.startswith(("refs/", "heads/")):
        return "it is a full reference"
    if len(branch) in (40, 64) and _HEX.issuperset(branch):
        return "it is a commit"
    for part in branch.split("/"):
        if part.startswith(".") or part.endswith(".lock"):
            return "a part of it starts with '.' or ends with '.lock'"
    return ""


def check_path(path: str, field: str = "path") -> str:
    """Where a repository belongs below the root: relative, ``/`` between parts, NFC.

    Hidden folders are refused: in a home folder they hold what programs run or trust
    (``.ssh``, ``.ipython/profile_default/startup``), and ours is ``.sm-onboard``.

    Raises:
        ConfigError: ``config.path_empty``, ``path_absolute``, ``path_escapes``,
            ``path_characters``, ``path_hidden``, ``path_git``, ``path_long``.
    """
    if len(path) <= MAX_PATH:  # normalising a long run of accents takes quadratic time
        path = unicodedata.normalize("NFC", path).removesuffix("/")
    parts = _parts(path, field, MAX_DEPTH)
    for part in parts:
        if part.startswith("."):
            _refuse(
                "config.path_hidden",
                f"The path {shown(path)} has the hidden folder "
                f"{shown(part)}; programs keep their settings in such folders.",
                "Use a name that does not start with a dot.",
                field,
            )
    return path


def check_folder(name: str, field: str = "path") -> str:
    """One folder's name, by the rules of ``check_path``."""
    if "/" in name:
        _refuse("config.path_characters", f"{shown(name)} is not one folder's name.", "", field)
    return check_path(name, field)


def check_inside(path: str, field: str) -> str:
    """A file of the repository (``open``, ``environment``), as the repository spells it.

    Raises:
        ConfigError: as ``check_path``; hidden files are allowed, ``.git`` is not.
    """
    _parts(path, field, MAX_DEPTH_INSIDE)
    return path


def check_sparse(folder: str, field: str) -> str:
    """A folder of the repository for git's cone mode, where only folders make sense.

    Raises:
        ConfigError: as ``check_inside``, and ``config.sparse_folder`` for patterns.
    """
    folder = folder.removesuffix("/")
    if _GLOB & set(folder):
        _refuse(
            "config.sparse_folder",
            f"{shown(folder)} is a pattern; 'sparse' takes folders.",
            "Write the folder's path, such as notebooks or src/churn.",
            field,
        )
    return check_inside(folder, field)


def check_secret(secret: str, field: str = "secret") -> str:
    """The name or ARN of a Secrets Manager secret. A refused one is never shown.

    Raises:
        ConfigError: ``config.secret_id``, ``config.secret_value``.
    """
    if secret.startswith(_TOKENS):
        _refuse(
            "config.secret_value",
            "A token or key stands here, not the name of a secret; "
            "everybody who reads this file can use it.",
            "Withdraw the token where it was made, store a new one in AWS Secrets Manager and "
            "write that secret's name here.",
            field,
        )
    arn = secret.split(":", 6)
    if len(arn) == 7 and arn[0] == "arn":
        partition, service, region, account, kind, name = arn[1:]
        known = (
            partition.startswith("aws")
            and _ALNUM.union("-").issuperset(partition + region)
            and (service, kind) == ("secretsmanager", "secret")
            and len(account) == 12
            and account.isascii()
            and account.isdecimal()
            and region != ""
        )
    else:
        known, name = True, secret
    if not known or not name or name[0] in "-/" or len(name) > 519 or not _SECRET.issuperset(name):
        _refuse(
            "config.secret_id",
            "This is not the name or ARN of a Secrets Manager secret.",
            "Write its name, such as acme/github, or its whole ARN.",
            field,
        )
    return secret


def _parts(path: str, field: str, deepest: int) -> list[str]:
    if not path:
        _refuse(
            "config.path_empty",
            "The path is empty.",
            "Give it a value, or leave the line out to use the default.",
            field,
        )
    if path[0] in "/~" or path[1:2] == ":":
        _refuse(
            "config.path_absolute",
            f"The path {shown(path)} does not start at the folder it belongs in.",
            "Write it without / or ~ at its beginning.",
            field,
        )
    if has_control(path) or "\\" in path:
        _refuse(
            "config.path_characters",
            f"The path {shown(path)} holds a backslash or a control character.",
            "Use / between folders and plain names.",
            field,
        )
    parts = path.split("/")
    if len(path) > MAX_PATH or len(parts) > deepest:
        _refuse(
            "config.path_long",
            f"The path {shown(path, 40)} is longer than {MAX_PATH} "
            f"characters or deeper than {deepest} folders.",
            "Shorten it.",
            field,
        )
    for part in parts:
        _check_part(part, path, field)
    return parts


def _check_part(part: str, path: str, field: str) -> None:
    if part == "..":
        _refuse(
            "config.path_escapes",
            f"The path {shown(path)} leads out of its folder with '..'.",
            "Write a path that only goes down.",
            field,
        )
    if part in ("", "."):
        _refuse(
            "config.path_characters",
            f"The path {shown(path)} has an empty part or '.'.",
            "Write it with single slashes, such as team/churn.",
            field,
        )
    if part[0] == "-":
        _refuse(
            "config.path_characters",
            f"The path {shown(path)} has a part that starts with a "
            "dash, which programs take for an option.",
            "Rename it.",
            field,
        )
    if part[0] == " " or part[-1] in " .":
        _refuse(
            "config.path_characters",
            f"The path {shown(path)} has a part that starts with a "
            "space, or ends with a space or a dot.",
            "Rename it.",
            field,
        )
    # the spellings under which Windows and macOS would open .git
    if part.lower().partition(":")[0].rstrip(". ") in (".git", "git~1"):
        _refuse(
            "config.path_git",
            f"The path {shown(path)} leads into git's own folder.",
            "Name a file or folder of the work tree.",
            field,
        )
    if part.lower() == ".sm-onboard":
        _refuse(
            "config.path_hidden",
            f"The path {shown(path)} leads into sm_onboard's own folder.",
            "Use another name.",
            field,
        )
    if len(part.encode("utf-8", "replace")) > MAX_PART:
        _refuse(
            "config.path_long",
            f"The path {shown(path, 40)} has a part of more than {MAX_PART} bytes.",
            "Shorten it.",
            field,
        )


def _refuse(code: str, message: str, hint: str, field: str) -> NoReturn:
    raise ConfigError(code, message, hint, field)
