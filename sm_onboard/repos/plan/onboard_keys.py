"""The keys of ``onboard.yaml``: their types, defaults and descriptions.

These structs are the one description. The JSON Schema that editors use is generated from
them, and ``onboard_file`` reads by them key by key. ``docs/onboard-yaml.md`` is the
reference for people.

    python -m sm_onboard.repos.plan.onboard_keys      prints the JSON Schema
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

_FILLED = {"minLength": 1}


class RepositoryKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One repository of the list."""

    url: Annotated[
        str,
        Meta(
            description="Where it is cloned from: https://host/path, ssh://git@host/path, "
            "git@host:path or codecommit::region://name. No user or password in it.",
            examples=["https://github.com/acme/churn.git"],
            extra_json_schema={**_FILLED, "maxLength": 1024},
        ),
    ]
    branch: Annotated[
        str | None,
        Meta(
            description="The branch to follow. Default: the remote's own (its HEAD).",
            examples=["main"],
        ),
    ] = None
    path: Annotated[
        str | None,
        Meta(
            description="The folder, below the root. {user_profile} stands for the owner of the "
            "private space. Default: the repository's name.",
            examples=["churn", "team/churn", "{user_profile}/churn"],
        ),
    ] = None
    secret: Annotated[
        str | None,
        Meta(
            description="Name or ARN of a Secrets Manager secret with username and password.",
            examples=["acme/github"],
        ),
    ] = None
    update: Annotated[
        Literal["safe", "never"],
        Meta(
            description="safe: take what the remote has where that loses nothing. never: clone "
            "once, then leave it alone."
        ),
    ] = "safe"
    filter: Annotated[
        Literal["full", "blobless", "shallow"],
        Meta(
            description="full: the whole history. blobless: old versions of files when they are "
            "needed. shallow: only the newest commit."
        ),
    ] = "full"
    sparse: Annotated[
        list[str],
        Meta(
            description="Only these folders, and the files at the top. Default: everything.",
            examples=[["notebooks", "src"]],
        ),
    ] = msgspec.field(default_factory=list)
    submodules: Annotated[
        bool, Meta(description="Also fetch submodules, from the repository's own host.")
    ] = False
    profiles: Annotated[
        list[str],
        Meta(
            description="Only for user profiles that match one of these patterns (* and ?). "
            "Default: for everybody.",
            examples=[["ds-*"]],
        ),
    ] = msgspec.field(default_factory=list)
    open: Annotated[
        str | None,
        Meta(
            description="The notebook or file that is offered the first time.",
            examples=["notebooks/start.ipynb"],
        ),
    ] = None
    environment: Annotated[
        str | None,
        Meta(
            description="A file that lists packages. Where some are missing, one click installs "
            "them; nothing is installed unasked.",
            examples=["requirements.txt"],
        ),
    ] = None


class Links(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shared links may use. Only in the team file."""

    stores: Annotated[
        dict[str, str],
        Meta(
            description="Where snapshots are put, by alias: an s3:// address or a folder.",
            examples=[{"team": "s3://acme-studio/shares"}],
        ),
    ] = msgspec.field(default_factory=dict)
    hosts: Annotated[
        list[str],
        Meta(
            description="Hosts from which a preview is fetched without asking; *. stands for "
            "any part before.",
            examples=[["github.com", "*.acme.com"]],
        ),
    ] = msgspec.field(default_factory=list)
    accounts: Annotated[
        list[str],
        Meta(
            description="AWS accounts whose runs are read without asking where a link leads to "
            "one, beside your own; 12 digits in quotes.",
            examples=[["123456789012"]],
        ),
    ] = msgspec.field(default_factory=list)
    resolver: Annotated[
        str,
        Meta(
            description="Where the team hosts the page that leads a link to the reader's own "
            "JupyterLab (sm-onboard link resolver). Links then begin with its address.",
            examples=["https://acme.example/open.html"],
            extra_json_schema=_FILLED,
        ),
    ] = ""


class Experiments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where experiments are recorded."""

    tracking: Annotated[
        str,
        Meta(
            description="auto: the domain's MLflow, else a local file. Otherwise an MLflow "
            "address (https://, sqlite:///), an ARN, or sagemaker-experiments.",
            examples=["auto", "sagemaker-experiments"],
            extra_json_schema=_FILLED,
        ),
    ] = "auto"


class OnboardFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """onboard.yaml: what every member of the team gets."""

    version: Annotated[Literal[1], Meta(description="The version of this format.")]
    repositories: Annotated[
        list[RepositoryKeys] | None,
        Meta(description="The repositories to have ready when JupyterLab opens."),
    ] = None
    links: Links | None = None
    experiments: Experiments | None = None


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``onboard.yaml``."""
    (top,), parts = msgspec.json.schema_components([OnboardFile], ref_template="#/$defs/{name}")
    whole = parts.pop(top["$ref"].rpartition("/")[2])
    for part in (whole, *parts.values()):
        for key, described in part["properties"].items():
            if key != "repositories":
                _say_nothing_by_leaving_out(described)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": "onboard.yaml",
        "$defs": dict(sorted(parts.items())),
    }


def schema_text() -> str:
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n"


def _say_nothing_by_leaving_out(described: dict[str, Any]) -> None:
    """Takes ``null`` out: a key without a value is refused, so that no typing is half done."""
    kinds = [kind for kind in described.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del described["anyOf"], described["default"]
        described.update(kinds[0])


if __name__ == "__main__":
    print(schema_text(), end="")
