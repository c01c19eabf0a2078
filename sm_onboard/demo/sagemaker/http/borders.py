"""Where our operations need to know what moto has, or moto what we have."""

from __future__ import annotations

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.engine.store import Region, World
from sm_onboard.demo.sagemaker.errors import validation
from sm_onboard.demo.sagemaker.families.logs import sync_logs

ASSUMPTIONS = (
    Assumption("CreateDomain", "a VPC that does not exist, or subnets of another one, are refused"),
)


def check_network(region: Region, vpc: str, subnets: list[str]) -> None:
    """Refuses a VPC that EC2 does not have, or subnets that are not the VPC's.

    Raises:
        ServiceError: ``ValidationException``.
    """
    from moto.ec2.models import ec2_backends  # most runs never need moto

    ec2 = ec2_backends[region.account][region.name]
    if vpc not in ec2.vpcs:
        raise validation(f"The VPC {vpc} does not exist.")
    there = {subnet.id for subnet in ec2.describe_subnets(filters={"vpc-id": [vpc]})}
    for subnet in subnets:
        if subnet not in there:
            raise validation(f"The subnet {subnet} does not exist in {vpc}.")


def before_moto(world: World, service: str, account: str, region: str) -> None:
    """Tells moto what it has to know before it answers a call to a service."""
    if service == "logs":
        sync_logs(world, account, region)
