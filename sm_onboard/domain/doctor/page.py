"""Makes docs/permissions.md from the table of features and the shipped policy.

python -m sm_onboard.domain.doctor.page            writes it
python -m sm_onboard.domain.doctor.page --check    exit status 1 when it is not up to date
"""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path

from .features import FEATURES, Feature, Need, stores

PAGE = Path(__file__).parents[3] / "docs" / "permissions.md"
_STORES = stores({"team": "arn:aws:s3:::BUCKET/PREFIX"})
_PLACES = {"private": "in a private space of one's own", "space": "in a space", "laptop":
           "outside of Studio"}  # fmt: skip

_HEAD = """\
# Permissions: what each feature needs

This page is made from the table that `sm-onboard doctor` checks
(`python -m sm_onboard.domain.doctor.page`), so it cannot say anything else. sm_onboard does what
the role of the space may do, and nothing needs more than what is here. Whatever is missing leaves
the rest alone: the part says which permission it lacks, and has the statement to ask for. The
sentences are those of the doctor, for alice in her space alice-lab of the domain acme-ml.

| feature | action | on | without it |
|---|---|---|---|
"""

_POLICY = """\

Without *Ask IAM* the doctor goes by what was tried. What would change something, or would sign
somebody in, is never tried: of that it says that it does not know.

Listing domains (`sagemaker:ListDomains`) is only needed outside of Studio, where the credentials
are the person's own.

## Other people's apps

*Stop* offers other people's apps only after a question, and IAM decides: `sagemaker:DeleteApp` on
their spaces. MLflow servers need `sagemaker:StopMlflowTrackingServer`, notebook instances
`sagemaker:StopNotebookInstance`. None of that is in the data scientists' policy.

## The data scientists' policy

[data-scientist.json](../sm_onboard/domain/policies/data-scientist.json) is for the execution role
of one person's user profile. With it everything above works, and the tests hold it to that: they
run with exactly this policy on the local SageMaker, which enforces it, and take each action away
alone. Replace the words in braces:

| in braces | is |
|---|---|
| `partition` | `aws`; `aws-cn` and `aws-us-gov` are others |
| `region`, `account` | of the domain |
| `domain` | its id, `d-…` |
| `profile` | the user profile |
| `role` | the role's own ARN, with its path |
| `secrets` | which secrets git may sign in with: `acme/*` |
| `shares` | where links keep snapshots: `acme-studio/shares`, as `links: stores:` says |

What a person may change is what is theirs: the conditions on `sagemaker:OwnerUserProfileArn` and
`sagemaker:SpaceSharingType` let them stop apps in, and change the idle stop of, their own private
spaces only. `sagemaker:CreatePresignedDomainUrl` signs in as the profile it is allowed on, so it
names that one profile. For one role that several people share, AWS's own policies for Studio write
`${sagemaker:UserProfileName}` in its place; the local SageMaker does not know that variable, so
this is not tested.

```json
"""


def page() -> str:
    """The text of docs/permissions.md."""
    rows = [_row(feature, need, i) for feature in FEATURES for i, need in enumerate(feature.needs)]
    signing_in = (
        "| Secrets | `secretsmanager:GetSecretValue` | the secret that a repository names | git "
        "cannot sign in with it |"
    )
    kept = [_row(_STORES, need, i) for i, need in enumerate(_STORES.needs)]
    policy = (
        resources.files("sm_onboard.domain.policies").joinpath("data-scientist.json").read_text()
    )
    return _HEAD + "\n".join([*rows, signing_in, *kept]) + "\n" + _POLICY + policy + "```\n"


def _row(feature: Feature, need: Need, number: int) -> str:
    where = _PLACES.get(feature.where, "")
    title = (f"{feature.title}{f' ({where})' if where else ''}") if number == 0 else ""
    return f"| {title} | `{need.action}` | {_on(need)} | {_without(need)} |"


def _on(need: Need) -> str:
    if need.on in ("*", "{role}"):
        return {"*": "`*`", "{role}": "the role itself"}[need.on]
    shown = need.on
    for slot, told in (("{domain}", "DOMAIN"), ("{space}", "SPACE"), ("{me}", "PROFILE")):
        shown = shown.replace(slot, told)
    return f"`{shown.replace('{any}', '*')}`"


def _without(need: Need) -> str:
    names = (("{name}", "acme-ml"), ("{space}", "alice-lab"), ("{me}", "alice"))
    shown = need.lacking
    for slot, told in (*names, ("{published}", "24 Aug 2026")):
        shown = shown.replace(slot, told)
    return shown


def main(arguments: list[str]) -> int:
    """Writes the page, or says that it is out of date; see above."""
    current = PAGE.exists() and PAGE.read_text("utf-8") == page()
    if "--check" in arguments:
        if not current:
            print("permissions.md is out of date: run python -m sm_onboard.domain.doctor.page")
        return 0 if current else 1
    if not current:
        PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
