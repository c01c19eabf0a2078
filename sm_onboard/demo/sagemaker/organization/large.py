"""A large organization, for measuring."""

from __future__ import annotations

import random

from sm_onboard.demo.sagemaker.engine.emulator import Emulator
from sm_onboard.demo.sagemaker.families import metrics
from sm_onboard.demo.sagemaker.organization.domains import SUBNETS, VPC
from sm_onboard.demo.sagemaker.organization.past import Past, past, tagged

INSTANCES = ("ml.t3.medium", "ml.t3.large", "ml.m5.large", "ml.m5.xlarge", "ml.g5.xlarge")
TEAMS = ("churn", "pricing", "platform", "fraud")
RUNS_OF_A_TRIAL = 100


def fill_large(
    emulator: Emulator,
    region: str,
    profiles: int = 500,
    spaces: int = 500,
    apps: int = 300,
    trial_components: int = 5000,
) -> str:
    """Makes a domain ``acme-large`` and the runs of experiments; its id.

    Args:
        spaces: they belong to the profiles by turns; at most one app is in each.
        apps: not more than there are spaces.
    """
    with past(emulator, region, "acme-large") as then:
        domain = _domain(then)
        for number in range(profiles):
            with then.at(90 - number * 80 / profiles):
                then.call(
                    "CreateUserProfile",
                    DomainId=domain,
                    UserProfileName=f"person-{number:04}",
                    Tags=tagged(team=TEAMS[number % len(TEAMS)]),
                )
        for number in range(spaces):
            with then.at(9 - number * 8 / spaces):
                _space(then, domain, number, f"person-{number % profiles:04}")
        for number in range(apps):
            with then.at(1 - number * 0.9 / apps):
                _app(then, domain, number)
        _runs(then, trial_components)
    return domain


def _domain(then: Past) -> str:
    with then.at(100):
        made = then.call(
            "CreateDomain",
            DomainName="acme-large",
            AuthMode="IAM",
            VpcId=VPC,
            SubnetIds=list(SUBNETS),
            DefaultUserSettings={"ExecutionRole": then.role("acme-data-scientist")},
            DefaultSpaceSettings={"ExecutionRole": then.role("acme-data-scientist")},
        )
    return str(made["DomainArn"]).rsplit("/", 1)[-1]


def _space(then: Past, domain: str, number: int, owner: str) -> None:
    then.call(
        "CreateSpace",
        DomainId=domain,
        SpaceName=f"space-{number:04}",
        SpaceSettings={
            "AppType": "JupyterLab",
            "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5 + number % 96}},
        },
        OwnershipSettings={"OwnerUserProfileName": owner},
        SpaceSharingSettings={"SharingType": "Private" if number % 10 else "Shared"},
        Tags=tagged(team=TEAMS[number % len(TEAMS)]),
    )


def _app(then: Past, domain: str, number: int) -> None:
    then.call(
        "CreateApp",
        DomainId=domain,
        SpaceName=f"space-{number:04}",
        AppType="JupyterLab",
        AppName="default",
        ResourceSpec={"InstanceType": INSTANCES[number % len(INSTANCES)]},
    )


def _runs(then: Past, count: int) -> None:
    chance = random.Random(5)  # noqa: S311 - the same runs every time
    trial = ""
    with then.at(20):
        then.call("CreateExperiment", ExperimentName="large")
    for number in range(count):
        name = f"large-{number:05}"
        with then.at(19 - number * 18 / count):
            if number % RUNS_OF_A_TRIAL == 0:
                trial = f"large-{number // RUNS_OF_A_TRIAL:03}"
                then.call("CreateTrial", TrialName=trial, ExperimentName="large")
            then.call(
                "CreateTrialComponent",
                TrialComponentName=name,
                StartTime=then.now,
                EndTime=then.now + 600,
                Status={"PrimaryStatus": "Completed"},
                Parameters={
                    "max_depth": {"NumberValue": chance.randint(3, 12)},
                    "eta": {"NumberValue": round(chance.uniform(0.01, 0.3), 3)},
                    "model": {"StringValue": chance.choice(("xgboost", "lightgbm"))},
                },
            )
            then.call("AssociateTrialComponent", TrialComponentName=name, TrialName=trial)
            component = then.arn(f"experiment-trial-component/{name}")
            value = round(chance.uniform(0.7, 0.9), 4)
            metrics.record(then.region, component, "val_auc", value, time=then.now + 600, step=1)
