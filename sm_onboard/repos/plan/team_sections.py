"""The sections of ``onboard.yaml`` that other rooms use: ``links`` and ``experiments``.

They are checked here, with the file, so that a mistake is told when the file is read and
not when a link is opened.
"""

from __future__ import annotations

import string
from typing import NoReturn

from sm_onboard.errors import ConfigError
from sm_onboard.git import names, url_parts

from .onboard_keys import Experiments, Links
from .typed_nodes import at_key, struct
from .yaml_text import Node

_ALIAS = frozenset(string.ascii_lowercase + string.digits + "-")
_BUCKET = frozenset(string.ascii_lowercase + string.digits + "-.")
_KEY = frozenset(string.ascii_letters + string.digits + "/!-_.*'()")
_TRACKING_WORDS = ("auto", "sagemaker-experiments")
_TRACKING_SCHEMES = ("https", "http", "sqlite")
_TRACKING_ARNS = ("mlflow-tracking-server", "mlflow-app")


def links(node: Node, field: str) -> Links:
    """Reads the section ``links``.

    Raises:
        ConfigError: ``config.store_alias``, ``config.store``, ``config.host_pattern``,
            ``config.account``, ``config.resolver``, and those of ``typed_nodes.struct``.
    """
    section = struct(Links, node, field)
    try:
        for alias, store in section.stores.items():
            _check_alias(alias, f"{field}.stores")
            check_store(store, f"{field}.stores.{alias}")
    except ConfigError as error:
        raise at_key(error, node, "stores") from None
    try:
        for index, host in enumerate(section.hosts):
            check_host_pattern(host, f"{field}.hosts[{index}]")
    except ConfigError as error:
        raise at_key(error, node, "hosts") from None
    try:
        for index, account in enumerate(section.accounts):
            check_account(account, f"{field}.accounts[{index}]")
    except ConfigError as error:
        raise at_key(error, node, "accounts") from None
    if section.resolver:
        try:
            check_resolver(section.resolver, f"{field}.resolver")
        except ConfigError as error:
            raise at_key(error, node, "resolver") from None
    return section


def experiments(node: Node, field: str) -> Experiments:
    """Reads the section ``experiments``.

    Raises:
        ConfigError: ``config.tracking``, and those of ``typed_nodes.struct``.
    """
    section = struct(Experiments, node, field)
    try:
        check_tracking(section.tracking, f"{field}.tracking")
    except ConfigError as error:
        raise at_key(error, node, "tracking") from None
    return section


def check_store(store: str, field: str) -> None:
    """Where snapshots are put: ``s3://bucket[/prefix]``, or a folder from ``/`` or ``~/``.

    Raises:
        ConfigError: ``config.store``.
    """
    hint = "Write it like s3://acme-studio/shares or /mnt/custom-file-systems/team/shares."
    scheme, separator, rest = store.partition("://")
    if separator:
        bucket, _, prefix = rest.partition("/")
        good = scheme == "s3" and 3 <= len(bucket) <= 63 and _BUCKET.issuperset(bucket)
        good = good and bucket[0] not in "-." and ".." not in bucket
        parts = prefix.removesuffix("/").split("/") if prefix else []
        good = good and len(prefix) <= 500 and _KEY.issuperset(prefix)
    else:
        start = store[2:] if store.startswith("~/") else store[1:]
        good = store.startswith(("/", "~/")) and start != "" and not names.has_control(store)
        parts = start.removesuffix("/").split("/")
    if not good or any(part in ("", ".", "..") for part in parts):
        _refuse("config.store", "This is neither an s3:// address nor a folder.", hint, field)


def check_host_pattern(pattern: str, field: str) -> None:
    """A host, or ``*.`` and a domain of at least two parts.

    Raises:
        ConfigError: ``config.host_pattern``.
    """
    hint = "Write a host such as github.com, or *.acme.com for every host below acme.com."
    host = pattern.removeprefix("*.")
    try:
        url_parts.check_host(host, field)
    except ConfigError:
        _refuse("config.host_pattern", "This is not a host.", hint, field)
    if host != pattern and "." not in host:
        _refuse(
            "config.host_pattern",
            f"The pattern {names.shown(pattern)} would allow every host of a whole top domain.",
            hint,
            field,
        )


def check_account(account: str, field: str) -> None:
    """The number of an AWS account.

    Raises:
        ConfigError: ``config.account``.
    """
    if len(account) != 12 or not frozenset(string.digits).issuperset(account):
        hint = 'Write its 12 digits in quotes: accounts: ["123456789012"].'
        _refuse("config.account", "This is not the number of an AWS account.", hint, field)


def check_resolver(address: str, field: str) -> None:
    """A page: ``https://host/path``, or http on this machine, without query and fragment.

    Raises:
        ConfigError: ``config.resolver``.
    """
    scheme, _, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    try:
        if scheme not in ("https", "http"):
            raise ConfigError("config.resolver", "")
        host, _ = url_parts.host_and_port(place, scheme, field)
        url_parts.check_url_path(slash + path, field)
        good = scheme == "https" or url_parts.is_loopback(host)
    except ConfigError:
        good = False
    if not good:
        _refuse(
            "config.resolver",
            "This is not the address of a page.",
            "Write it like https://acme.example/open.html.",
            field,
        )


def check_tracking(tracking: str, field: str) -> None:
    """Where experiments are recorded: a word, an MLflow address or a SageMaker ARN.

    Raises:
        ConfigError: ``config.tracking``, ``config.url_password``; a refused value is not
            shown, as it may hold a password.
    """
    if tracking in _TRACKING_WORDS:
        return
    hint = "Write auto, sagemaker-experiments, an https:// or sqlite:/// address, or an ARN."
    if len(tracking) > 2048 or names.has_control(tracking) or " " in tracking:
        _refuse("config.tracking", "This is not an MLflow address or ARN.", hint, field)
    if "@" in tracking:
        _refuse("config.url_password", "The address holds a user or password.", hint, field)
    if tracking.startswith("arn:"):
        parts = tracking.split(":")
        kind = parts[5].partition("/")[0] if len(parts) == 6 else ""
        good = kind in _TRACKING_ARNS and parts[2] == "sagemaker" and all(parts[1:5])
    else:
        scheme, separator, rest = tracking.partition("://")
        good = bool(separator) and scheme in _TRACKING_SCHEMES
        if scheme == "sqlite":
            good = good and rest.startswith("/") and len(rest) > 1
        elif good:
            place = rest.partition("/")[0]
            good = place != "" and not place.startswith((":", "-"))
    if not good:
        _refuse("config.tracking", "This is not an MLflow address or ARN.", hint, field)


def _check_alias(alias: str, field: str) -> None:
    if not alias or len(alias) > 32 or not _ALIAS.issuperset(alias) or alias[0] == "-":
        _refuse(
            "config.store_alias",
            "A store's alias has 1 to 32 small letters, digits and dashes.",
            "Write it like {team: s3://acme-studio/shares}.",
            field,
        )


def _refuse(code: str, message: str, hint: str, field: str) -> NoReturn:
    raise ConfigError(code, message, hint, field)
