"""What apps start with: lifecycle configurations, code repositories, images."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from sm_onboard.demo.sagemaker.organization.past import Past, tagged

SM_ONBOARD = """\
#!/bin/bash
# Installs sm_onboard beside the start of the space. Ends with 0 whatever happens: a lifecycle
# configuration that fails keeps the space from starting.
(
  timeout 240 /opt/conda/bin/python -m pip install --no-input --retries 1 --timeout 10 {source} \\
    sm_onboard && restart-jupyter-server
) </dev/null >>"$HOME/.sm-onboard-lifecycle.log" 2>&1 &
exit 0
"""
GIT_NAME = """\
#!/bin/bash
# Commits carry the person's name, not sagemaker-user.
git config --global --get user.name >/dev/null || git config --global user.name "$USER"
exit 0
"""
EXTENSIONS = """\
#!/bin/bash
timeout 120 sagemaker-code-editor --install-extension ms-python.python || true
exit 0
"""
CLASSIC = """\
#!/bin/bash
set -eux
pip install --upgrade pandas
"""


@dataclass(frozen=True)
class Script:
    """A lifecycle configuration.

    Attributes:
        kind: the type of app it is for.
        made: days ago.
    """

    name: str
    kind: str
    made: float
    text: str

    def arn(self, past: Past) -> str:
        return past.arn(f"studio-lifecycle-config/{self.name}")


BUILT_IN = Script("sm-onboard-7c41", "JupyterLab", 119, SM_ONBOARD.format(source=""))
GIT = Script("git-name-2", "JupyterLab", 119, GIT_NAME)
EDITOR = Script("editor-extensions", "CodeEditor", 100, EXTENSIONS)
OLD = Script("classic-packages", "KernelGateway", 119.5, CLASSIC)
OFFLINE = Script(
    "sm-onboard-offline-7c41",
    "JupyterLab",
    46,
    SM_ONBOARD.format(source='--no-index --find-links "$HOME/.sm-onboard/wheels"'),
)
SCRIPTS = (OLD, BUILT_IN, GIT, EDITOR, OFFLINE)


@dataclass(frozen=True)
class Repository:
    """A code repository.

    Attributes:
        secret: the id of the secret that signs in; "": it needs none.
        made: days ago.
    """

    name: str
    url: str
    branch: str
    made: float
    secret: str = ""


REPOSITORIES = (
    Repository("churn", "https://github.com/acme/churn.git", "main", 119, "acme/github"),
    Repository("ds-utils", "https://github.com/acme/ds-utils.git", "main", 119, "acme/github"),
    Repository("reports", "https://github.com/acme/reports.git", "main", 119, "acme/github"),
    Repository("experiments", "https://github.com/acme/experiments.git", "trunk", 40),
    Repository(
        "fraud-features",
        "https://git-codecommit.{region}.amazonaws.com/v1/repos/fraud-features",
        "release",
        45,
    ),
)
SECRETS = {"acme/github": "Qm4x7T"}
"""Ids of secrets, and what Secrets Manager put behind each in its ARN."""


def secret_arn(past: Past, secret: str) -> str:
    return past.arn(f"secret:{secret}-{SECRETS[secret]}", "secretsmanager")


def urls(past: Past, *names: str) -> list[dict[str, str]]:
    """Repositories as settings name them: by their addresses only."""
    there = {repository.name: repository for repository in REPOSITORIES}
    return [{"RepositoryUrl": there[n].url.format(region=past.region.name)} for n in names]


def fill(past: Past) -> None:
    """Makes all of it. Domains name what is here, so it comes first."""
    for script in SCRIPTS:
        with past.at(script.made):
            past.call(
                "CreateStudioLifecycleConfig",
                StudioLifecycleConfigName=script.name,
                StudioLifecycleConfigAppType=script.kind,
                StudioLifecycleConfigContent=base64.b64encode(script.text.encode()).decode(),
                Tags=tagged(team="platform"),
            )
    for repository in REPOSITORIES:
        config = {
            "RepositoryUrl": repository.url.format(region=past.region.name),
            "Branch": repository.branch,
        }
        if repository.secret:
            config["SecretArn"] = secret_arn(past, repository.secret)
        with past.at(repository.made):
            past.call("CreateCodeRepository", CodeRepositoryName=repository.name, GitConfig=config)
    _images(past)


def _images(past: Past) -> None:
    role, repository = past.role("acme-pipelines-exec"), "acme/lab"
    base = f"{past.region.account}.dkr.ecr.{past.region.name}.amazonaws.com/{repository}"
    with past.at(80):
        past.call(
            "CreateImage",
            ImageName="acme-lab",
            DisplayName="Acme lab",
            Description="sagemaker-distribution 3 with the team's packages",
            RoleArn=role,
        )
    for number, days_ago in ((1, 79.9), (2, 21)):
        with past.at(days_ago):
            past.call(
                "CreateImageVersion",
                ImageName="acme-lab",
                BaseImage=f"{base}:{number}",
                ClientToken=f"acme-lab-{number}",
                Aliases=[f"{number}.0.0", *(("latest",) if number == 2 else ())],
                JobType="NOTEBOOK_KERNEL",
                ProgrammingLang="Python 3.12",
                Processor="CPU",
            )
    with past.at(79):
        past.call(
            "CreateAppImageConfig",
            AppImageConfigName="acme-lab",
            JupyterLabAppImageConfig={"ContainerConfig": {"ContainerEnvironmentVariables": {
                "PIP_INDEX_URL": "https://pypi.acme.example/simple"}}},
        )  # fmt: skip
    with past.at(9):
        past.call(
            "CreateImage",
            ImageName="acme-gpu",
            RoleArn=role,
            fails="The role acme-pipelines-exec may not read the repository acme/gpu.",
        )
