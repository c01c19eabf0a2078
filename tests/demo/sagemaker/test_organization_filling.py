"""The sample organization: how it is filled in, and what of it is in other services."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter

import pytest

from sm_onboard.demo.sagemaker.access.policy import Permissions, Request, decide, parse
from sm_onboard.demo.sagemaker.call import ACCOUNT, Answer, Call
from sm_onboard.demo.sagemaker.model.validate import failures
from sm_onboard.demo.sagemaker.organization import fill, fill_large
from sm_onboard.demo.sagemaker.organization.elsewhere import MAKERS, furnish
from sm_onboard.demo.sagemaker.organization.past import known
from sm_onboard.demo.sagemaker.organization.roles import roles

from .api import Api
from .shapes import shape, structure
from .test_organization import REGION, apps_of, domains_of, pages, region_of, statuses


@pytest.fixture(scope="module")
def api() -> Api:
    """An emulator with the organization. Tests only look at it."""
    api = Api(speed=1.0, region=REGION)
    fill(api.emulator, REGION)
    return api


def test_it_is_the_same_every_time(api: Api) -> None:
    again = Api(speed=1.0, region=REGION)
    again.emulator.world.id()  # somebody else took an id before
    fill(again.emulator, REGION)
    assert _told(again) == _told(api)


def _told(api: Api) -> set[tuple[str, float, str]]:
    region = region_of(api)
    newest = max(record.created for record in region.all("TrainingJob"))
    return {
        (record.arn, round(record.created - newest, 2), record.status(newest))
        for family in api.emulator.families
        for record in region.all(family)
    }


def test_filling_takes_few_calls_and_leaves_the_clock_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api, calls = Api(speed=60.0), Counter[str]()
    clock, answer = api.emulator.world.clock, api.emulator.call

    def counted(call: Call) -> Answer:
        calls[call.operation] += 1
        return answer(call)

    monkeypatch.setattr(api.emulator, "call", counted)
    before, begun = clock.now(), time.perf_counter()
    fill(api.emulator, REGION)
    print(f"filled in {time.perf_counter() - begun:.3f} s with {sum(calls.values())} calls")
    assert sum(calls.values()) <= 350
    assert api.emulator.world.clock is clock
    assert clock.now() - before < 1
    assert clock.speed == 60.0


def test_what_is_under_way_goes_on_at_the_speed_of_the_emulator() -> None:
    api = Api(speed=60.0, region=REGION)
    fill(api.emulator, REGION)
    assert apps_of(api)["reports-nightly"]["Status"] == "Pending"
    api.later(2)  # of the 60 s that are left at speed 1
    assert apps_of(api)["reports-nightly"]["Status"] == "InService"
    api.later(60)
    assert statuses(api, "PipelineExecution")["Executing"] == 0


def test_moto_is_not_imported() -> None:
    program = (
        "import sys; from sm_onboard.demo.sagemaker.engine.emulator import Emulator\n"
        "from sm_onboard.demo.sagemaker.organization import fill, fill_large\n"
        "fill(Emulator(), 'eu-west-1'); fill_large(Emulator(), 'eu-west-1', 2, 2, 1, 2)\n"
        "print(any(name.split('.')[0] == 'moto' for name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "False", run.stderr


def test_the_large_organization() -> None:
    api = Api(speed=1.0, region=REGION)
    begun = time.perf_counter()
    domain = fill_large(api.emulator, REGION, 120, 110, 40, 300)
    print(f"filled in {time.perf_counter() - begun:.3f} s")
    listed = list(pages(api, "ListUserProfiles", DomainIdEquals=domain, MaxResults=100))
    assert len(listed) == 120
    assert statuses(api, "Space") == {"InService": 110}
    assert statuses(api, "App") == {"InService": 40}
    assert sum(statuses(api, "TrialComponent").values()) == 300


def test_members_that_a_shape_lacks_are_left_out_however_deep() -> None:
    main = shape(
        structure({"Name": "Text", "Inner": "Inner", "Many": "Many", "Map": "Map"}),
        Inner=structure({"Old": "Text"}),
        Many={"type": "list", "member": {"shape": "Inner"}},
        Map={"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Inner"}},
    )
    inner = {"Old": "a", "New": "b"}
    given = {"Name": "x", "Newer": 1, "Inner": inner, "Many": [inner], "Map": {"k": inner}}
    left = {"Old": "a"}
    assert known(main, given) == {"Name": "x", "Inner": left, "Many": [left], "Map": {"k": left}}
    assert failures(main, known(main, given)) == []


@pytest.mark.parametrize(
    ("role", "action", "team", "allowed"),
    [
        ("acme-auditor", "sagemaker:ListApps", "churn", True),
        ("acme-auditor", "sagemaker:DeleteApp", "churn", False),
        ("acme-ds-alice", "sagemaker:DeleteApp", "churn", True),
        ("acme-ds-alice", "sagemaker:DeleteApp", "pricing", False),
        ("acme-data-scientist", "sagemaker:CreateApp", "pricing", True),
        ("acme-lead", "sagemaker:DeleteSpace", "pricing", True),
        ("acme-lead", "sagemaker:DeleteDomain", "platform", False),
        ("acme-ds-secure", "sagemaker:CreatePresignedDomainUrl", "fraud", False),
    ],
)
def test_what_roles_may_do(role: str, action: str, team: str, allowed: bool) -> None:
    (found,) = (one for one in roles() if one.name == role)
    keys = {
        "aws:ResourceTag/team": team,
        "aws:RequestTag/team": team,
        **{f"aws:PrincipalTag/{key}": value for key, value in found.tags.items()},
    }
    resource = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:app/d-1/lab/jupyterlab/default"
    permissions = Permissions((parse(json.dumps(found.policy)),))
    assert decide(permissions, Request(action, resource, keys)).allowed is allowed


def test_roles_networks_keys_and_secrets_are_what_the_domains_name(api: Api) -> None:
    pytest.importorskip("moto")
    from moto.ec2.models import ec2_backends
    from moto.iam.models import iam_backends
    from moto.kms.models import kms_backends
    from moto.moto_api._internal.models import moto_api_backend
    from moto.secretsmanager.models import secretsmanager_backends

    moto_api_backend.reset()
    try:
        for service in MAKERS:
            furnish(service, REGION)
        ec2, kms = ec2_backends[ACCOUNT][REGION], kms_backends[ACCOUNT][REGION]
        iam = iam_backends[ACCOUNT]["aws"]
        for domain_id in domains_of(api).values():
            domain = api("DescribeDomain", DomainId=domain_id)
            (vpc,) = ec2.describe_vpcs([domain["VpcId"]])
            subnets = ec2.describe_subnets(domain["SubnetIds"])
            assert {subnet.vpc_id for subnet in subnets} == {vpc.id}
            assert kms.describe_key(domain["KmsKeyId"]).arn == domain["KmsKeyId"]
            role = domain["DefaultUserSettings"]["ExecutionRole"]
            assert iam.get_role(role.rsplit("/", 1)[-1]).arn == role
            (group,) = domain["DefaultUserSettings"]["SecurityGroups"]
            assert ec2.get_security_group_from_id(group).vpc_id == vpc.id
        repository = api("DescribeCodeRepository", CodeRepositoryName="churn")
        secret = repository["GitConfig"]["SecretArn"]
        assert secretsmanager_backends[ACCOUNT][REGION].describe_secret(secret).arn == secret
    finally:
        moto_api_backend.reset()
