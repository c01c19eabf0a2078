"""The local SageMaker as a server on loopback.

    python -m sm_onboard.demo.sagemaker.server [--port N] [--empty] [--speed X] [--region R]

prints one line of JSON once it answers, and ends when its standard input does.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import logging
import os
import secrets
import signal
import sys
import threading
from typing import Any

from sm_onboard.demo.sagemaker import others
from sm_onboard.demo.sagemaker.access import Credentials, Gate, resource_tags
from sm_onboard.demo.sagemaker.call import Caller
from sm_onboard.demo.sagemaker.engine.clock import Clock
from sm_onboard.demo.sagemaker.engine.emulator import Emulator
from sm_onboard.demo.sagemaker.engine.store import Region
from sm_onboard.demo.sagemaker.http.borders import check_network
from sm_onboard.demo.sagemaker.http.calls import Calls
from sm_onboard.demo.sagemaker.http.control import Controls
from sm_onboard.demo.sagemaker.http.faults import Faults
from sm_onboard.demo.sagemaker.http.front import Front
from sm_onboard.demo.sagemaker.http.mlflow import ManagedMlflow
from sm_onboard.demo.sagemaker.http.moto_services import MotoServices
from sm_onboard.demo.sagemaker.http.wire import WebServer

DEFAULT_REGION = "eu-west-1"
_KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Server:
    """A local SageMaker on 127.0.0.1, in threads of this process.

    Args:
        port: 0 takes a free one.
        speed: how fast life cycles pass; see `Clock`.
        sample: whether the sample organization is there.
        region: the region of the sample organization, and of the environment.
        check: whether each answer is held against the model; one that breaks it is answered
            as a mistake of the server's, and listed as one.

    Attributes:
        emulator: to be filled in process.
        control_token: what the control paths ask for.
    """

    def __init__(
        self,
        port: int = 0,
        speed: float = 1.0,
        sample: bool = True,
        region: str = DEFAULT_REGION,
        check: bool = False,
    ) -> None:
        self.region = region
        self.control_token = secrets.token_urlsafe(32)
        self._speed = speed
        self._has_sample = False
        self._own = _credentials()
        self._stopping = threading.Event()
        self._faults, self._calls = Faults(), Calls()
        self.emulator = Emulator(Clock(speed), check)
        for (service, operation), handler in others.HANDLERS.items():
            self.emulator.register(service, operation, handler)
        self.emulator.world.app_quota = others.quotas.APPLIED.of_app
        self.emulator.world.network = self._check_network
        self._moto = MotoServices(self._own, self._furnish)
        self._gate = Gate(self._own, self.emulator.world.clock.now)
        self._mlflow = ManagedMlflow(self._mlflow_status, self._may_use_mlflow)
        controls = Controls(
            self.control_token,
            clock=self.emulator.world.clock,
            faults=self._faults,
            calls=self._calls,
            reset=self.reset,
            mlflow=self._mlflow.set,
        )
        front = Front(
            self.emulator,
            self._gate,
            self._own,
            controls,
            moto=self._moto,
            mlflow=self._mlflow,
            faults=self._faults,
            calls=self._calls,
            stopping=self._stopping,
        )
        if sample:
            self._fill()
        self._http = WebServer(port, front)
        self._loop = threading.Thread(
            target=self._http.serve_forever,
            kwargs={"poll_interval": 0.05},  # seconds that stop() may have to wait
            name="local SageMaker",
            daemon=True,
        )

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._http.port}"

    def environment(self) -> dict[str, str]:
        """What leads a client here, and to no account of anybody's."""
        return {
            "AWS_ACCESS_KEY_ID": self._own.access_key,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": self.region,
            "AWS_SECRET_ACCESS_KEY": self._own.secret_key,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": self.url,
            "SM_ONBOARD_DEMO_CONTROL": self.control_token,
        }

    def reset(self, sample: bool) -> None:
        """Forgets everything, ends all trouble, and sets the clock to the real time."""
        self._faults.clear()
        self._calls.clear()
        self.emulator.reset(self._speed)
        others.reset()
        self._moto.reset()
        self._mlflow.reset()
        self._has_sample = False
        if sample:
            self._fill()

    def start(self) -> Server:
        self._loop.start()
        return self

    def stop(self) -> None:
        """Ends every connection."""
        self._stopping.set()
        if self._loop.is_alive():
            self._http.shutdown()
            self._loop.join()
        self._http.server_close()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _mlflow_status(self, arn: str) -> str | None:
        with self.emulator.alone():
            region = self._region_of(arn)
            record = region.by_arn(arn)
            return None if record is None else record.status(region.now())

    def _may_use_mlflow(self, caller: Caller, action: str, arn: str) -> None:
        with self.emulator.alone():
            region = self._region_of(arn)
            known = resource_tags(self.emulator.world, arn)
        self._gate.authorize(caller, action, (arn,), {"aws:RequestedRegion": region.name, **known})

    def _region_of(self, arn: str) -> Region:
        _, _, _, name, account, _ = arn.split(":", 5)
        return self.emulator.world.region(account, name)

    def _check_network(self, region: Region, vpc: str, subnets: list[str]) -> None:
        self._moto.prepare("ec2")
        check_network(region, vpc, subnets)

    def _furnish(self, service: str) -> None:
        if self._has_sample:
            from sm_onboard.demo.sagemaker.organization import elsewhere

            elsewhere.furnish(service, self.region)

    def _fill(self) -> None:
        from sm_onboard.demo.sagemaker import organization

        self._has_sample = True
        # Its VPCs are made when moto is; nobody has to look for them.
        self.emulator.world.network = None
        organization.fill(self.emulator, self.region)
        self.emulator.world.network = self._check_network


def _credentials() -> Credentials:
    """A key that looks like IAM's, new at every start, so that no other one works here."""
    name = "".join(secrets.choice(_KEY_LETTERS) for _ in range(16))
    return Credentials(f"AKIA{name}", secrets.token_urlsafe(30))


def main(arguments: list[str] | None = None) -> None:
    """Serves until standard input ends, or SIGINT or SIGTERM arrives."""
    parser = argparse.ArgumentParser(prog="local-sagemaker")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--region", default=DEFAULT_REGION)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--empty", action="store_true")
    given = parser.parse_args(arguments)
    logging.basicConfig(format="%(message)s")
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = Server(given.port, given.speed, not given.empty, given.region, given.check)
    with server:
        line: dict[str, Any] = {"url": server.url, "environment": server.environment()}
        print(json.dumps(line), flush=True)
        with contextlib.suppress(OSError):
            while sys.stdin.buffer.read(1):
                pass


def _end_with_parent() -> None:
    """On Linux the kernel tells of the parent's end even where a copy of the pipe stays open.

    It tells as well when only the thread ends that started this process.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()

    def hear(*_: object) -> None:
        if os.getppid() != parent:
            sys.exit(0)

    pr_set_pdeathsig = 1
    signal.signal(signal.SIGUSR1, hear)
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGUSR1)


if __name__ == "__main__":
    main()
