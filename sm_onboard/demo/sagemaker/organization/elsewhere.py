"""What the organization has in other services, which are moto's: roles, networks, keys, secrets.

Nothing of it is made before somebody calls the service: importing moto takes longer than
everything else together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sm_onboard.demo.sagemaker.call import ACCOUNT
from sm_onboard.demo.sagemaker.organization import domains
from sm_onboard.demo.sagemaker.organization.environment import REPOSITORIES, SECRETS
from sm_onboard.demo.sagemaker.organization.roles import TRUST, roles

BUCKETS = ("acme-studio", "acme-churn", "acme-pricing", "acme-reports")

NETWORKS = (
    (
        "acme-ml",
        domains.VPC,
        "10.20.0.0/16",
        ("10.20.0.0/20", "10.20.16.0/20"),
        domains.SUBNETS,
        domains.SECURITY_GROUP,
    ),
    (
        "acme-secure",
        domains.SECURE_VPC,
        "10.40.0.0/16",
        ("10.40.0.0/20", "10.40.16.0/20"),
        domains.SECURE_SUBNETS,
        domains.SECURE_SECURITY_GROUP,
    ),
)
"""Name, VPC and its addresses, addresses of its subnets, subnets, security group."""


def furnish(service: str, region: str) -> None:
    """Makes what one of moto's services needs to have, by botocore's name of the service.

    To be called once for each, when somebody first calls it: importing all of them at once would
    make the first call wait for seconds. The service has to be empty of the sample.
    """
    if make := MAKERS.get(service):
        make(region)


def make_roles() -> None:
    """Makes the members' roles and their policies in moto's IAM."""
    from moto.iam.models import iam_backends

    iam = iam_backends[ACCOUNT]["aws"]
    for role in roles():
        tags = [{"Key": key, "Value": value} for key, value in role.tags.items()]
        iam.create_role(
            role_name=role.name,
            assume_role_policy_document=json.dumps(TRUST),
            path="/",
            permissions_boundary=None,
            description=role.description,
            tags=tags,
            max_session_duration="3600",
        )
        iam.put_role_policy(role.name, role.name, json.dumps(role.policy))


def make_networks(region: str) -> None:
    """Makes the domains' VPCs, subnets and security groups with the ids that the domains name."""
    from moto.ec2.models import ec2_backends, security_groups, subnets, vpcs

    ec2 = ec2_backends[ACCOUNT][region]
    zones = [zone.name for zone in ec2.describe_availability_zones()]
    for name, vpc, addresses, ranges, ids, group in NETWORKS:
        label = {"Key": "Name", "Value": name}
        with _next_id(vpcs, "random_vpc_id", vpc):
            ec2.create_vpc(addresses, tags=[label])
        for number, (cidr, subnet) in enumerate(zip(ranges, ids, strict=True)):
            with _next_id(subnets, "random_subnet_id", subnet):
                ec2.create_subnet(
                    vpc,
                    cidr,
                    availability_zone=zones[number % len(zones)],
                    tags={"subnet": {"Name": f"{name}-{number + 1}"}},
                )
        with _next_id(security_groups, "random_security_group_id", group):
            ec2.create_security_group(name, f"Studio of {name}", vpc_id=vpc)


@contextmanager
def _next_id(module: Any, maker: str, wanted: str) -> Iterator[None]:
    """Lets moto give out a chosen id: its own are made up anew in every process."""
    own = getattr(module, maker)
    setattr(module, maker, lambda: wanted)
    try:
        yield
    finally:
        setattr(module, maker, own)


def _make_keys(region: str) -> None:
    from moto.kms.models import kms_backends

    kms = kms_backends[ACCOUNT][region]
    for name, key_id in (("acme-ml", domains.KEY), ("acme-secure", domains.SECURE_KEY)):
        key = kms.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", name, None)
        del kms.keys[key.id]
        key.arn = key.arn.replace(key.id, key_id)
        key.id = key_id
        kms.keys[key_id] = key


def _make_secrets(region: str) -> None:
    from moto.secretsmanager.models import secretsmanager_backends

    store = secretsmanager_backends[ACCOUNT][region]
    for name, suffix in SECRETS.items():
        store.create_secret(
            name=name,
            secret_string=json.dumps({"username": "acme-bot", "password": "not-a-real-token"}),
            secret_binary=None,
            description="Signs in to the team's git host",
            tags=None,
            kms_key_id=None,
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
        secret = store.secrets[name]
        secret.arn = f"{secret.arn.rsplit('-', 1)[0]}-{suffix}"


def _make_buckets(region: str) -> None:
    from moto.s3.models import s3_backends

    for name in BUCKETS:
        s3_backends[ACCOUNT]["aws"].create_bucket(name, region)


def _make_codecommit(region: str) -> None:
    from moto.codecommit.models import codecommit_backends

    for repository in REPOSITORIES:
        if "git-codecommit" in repository.url:
            codecommit_backends[ACCOUNT][region].create_repository(repository.name, "")


MAKERS: dict[str, Callable[[str], None]] = {
    "iam": lambda _region: make_roles(),
    "ec2": make_networks,
    "kms": _make_keys,
    "secretsmanager": _make_secrets,
    "s3": _make_buckets,
    "codecommit": _make_codecommit,
}
"""What makes what is in a service, given a region."""
