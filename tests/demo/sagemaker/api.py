"""The emulator without HTTP: one call a line, every answer held against its shape."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.call import Call, Caller
from sm_onboard.demo.sagemaker.engine.clock import Clock
from sm_onboard.demo.sagemaker.engine.emulator import Emulator
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.model.validate import failures

ADMIN = Caller("arn:aws:iam::123456789012:user/admin", access_key="AKIAEXAMPLE")
ROLE = "arn:aws:iam::123456789012:role/studio"


class Counted(Clock):
    """Time passes when somebody looks, not while a busy machine does something else."""

    def __init__(self, speed: float) -> None:
        super().__init__(speed)
        self._shown = math.floor(time.time())
        self._looks = 0

    def now(self) -> float:
        self._looks += 1
        return self._shown + self._looks / 100_000 + self._ahead


class Api:
    """Calls an emulator of its own.

    Args:
        speed: of life cycles; at ``math.inf`` they are over at once.
    """

    def __init__(self, speed: float = math.inf, region: str = "eu-west-1") -> None:
        self.emulator = Emulator(Counted(speed))
        self.region = region

    def __call__(self, operation: str, *faults: str, **parameters: Any) -> dict[str, Any]:
        return self.ask("sagemaker", operation, *faults, **parameters)

    def ask(self, service: str, operation: str, *faults: str, **parameters: Any) -> dict[str, Any]:
        call = Call(service, operation, parameters, self.region, ADMIN, "http://here")
        answer = self.emulator.call(
            Call(**{**vars(call), "faults": frozenset(faults)}) if faults else call
        )
        model = models.operation(service, operation)
        assert model is not None
        if model.output_shape is not None:
            assert failures(model.output_shape, answer) == []
        return answer

    def refused(self, operation: str, **parameters: Any) -> str:
        """The code and message with which a call is refused."""
        with pytest.raises(ServiceError) as refusal:
            self(operation, **parameters)
        return f"{refusal.value.code}: {refusal.value.message}"

    def later(self, seconds: float) -> None:
        self.emulator.world.clock.advance(seconds)

    def domain(self, name: str = "acme", **more: Any) -> str:
        """A domain that has shared spaces; its id."""
        answer = self(
            "CreateDomain",
            **{
                "DomainName": name,
                "AuthMode": "IAM",
                "VpcId": "vpc-1",
                "SubnetIds": ["subnet-1"],
                "DefaultUserSettings": {"ExecutionRole": ROLE},
                "DefaultSpaceSettings": {"ExecutionRole": ROLE},
                **more,
            },
        )
        arn: str = answer["DomainArn"]
        return arn.rpartition("/")[2]

    def profile(self, domain: str, name: str = "alice") -> str:
        self("CreateUserProfile", DomainId=domain, UserProfileName=name)
        return name

    def space(self, domain: str, name: str = "lab", owner: str = "alice", **more: Any) -> str:
        self(
            "CreateSpace",
            **{
                "DomainId": domain,
                "SpaceName": name,
                "OwnershipSettings": {"OwnerUserProfileName": owner},
                "SpaceSharingSettings": {"SharingType": "Private"},
                "SpaceSettings": {"AppType": "JupyterLab"},
                **more,
            },
        )
        return name

    def app(self, domain: str, space: str = "lab", **more: Any) -> dict[str, Any]:
        wanted = {"DomainId": domain, "SpaceName": space, "AppType": "JupyterLab"}
        return self("CreateApp", **{**wanted, "AppName": "default", **more})
