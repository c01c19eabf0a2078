"""The local SageMaker, and stock moto beside it where moto can do the same.

    python -m bench.sagemaker [--rounds N] [--json]

The organization is large: 500 user profiles, 500 spaces and 300 apps in a domain, and 5,000
trial components, beside the sample organization. moto holds the same trial components and
nothing else. Both are processes of their own, and boto3 calls them over HTTP; its work on the
answers is included. Seconds are medians of the rounds, in which both take turns.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.demo.sagemaker.large import Large, started

CALLS, THREADS = 800, 8
_MOTO = """
import json, sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(json.dumps({"url": "http://%s:%s" % server.get_host_and_port()}), flush=True)
sys.stdin.read()
"""
_LIMITS = {
    "start to first answer, s": 1.0,
    "list all, s": 0.5,
    "list all, calls": 14,
    "Search page, s": 0.1,
    "calls a second": 200,
    "memory, MB": 200,
}


def main() -> None:
    ask = argparse.ArgumentParser(
        prog="python -m bench.sagemaker", description=__doc__.splitlines()[0]
    )
    ask.add_argument("--rounds", type=int, default=7)
    ask.add_argument("--json", action="store_true")
    given = ask.parse_args()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    ours: dict[str, list[float]] = {name: [] for name in _LIMITS}
    motos: dict[str, list[float]] = {name: [] for name in _LIMITS}
    for _ in range(given.rounds):
        ours["start to first answer, s"].append(_start("-m", "sm_onboard.demo.sagemaker.server"))
        motos["start to first answer, s"].append(_start("-c", _MOTO))
    with started() as large, started("bench.sagemaker_moto") as moto:
        for _ in range(given.rounds):
            seconds, (_, calls) = _timed(large.listed)
            ours["list all, s"].append(seconds)
            ours["list all, calls"].append(calls)
        for _ in range(given.rounds):
            ours["Search page, s"].append(_search(large))
            motos["Search page, s"].append(_search(moto))
        for _ in range(max(1, given.rounds // 2)):
            ours["calls a second"].append(_rate(large))
            motos["calls a second"].append(_rate(moto))
        ours["memory, MB"].append(large.memory)
        motos["memory, MB"].append(moto.memory)
    result = {
        name: {
            "sm_onboard": statistics.median(ours[name]),
            "moto": statistics.median(motos[name]) if motos[name] else None,
            "asked": asked,
        }
        for name, asked in _LIMITS.items()
    }
    if given.json:
        print(json.dumps(result, indent=1))
    else:
        _show(result, given.rounds)


def _start(*program: str) -> float:
    """Seconds from a process's start until a signed call is answered.

    The server says where it is once it listens; the call itself needs no boto3 here.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        _call(told["url"], told.get("environment", {}))
        return time.perf_counter() - began
    finally:
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.stdout.close()


def _call(url: str, environment: dict[str, str]) -> None:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    keys = Credentials(
        environment.get("AWS_ACCESS_KEY_ID", "test"),
        environment.get("AWS_SECRET_ACCESS_KEY", "test"),
    )
    head = {
        "X-Amz-Target": "SageMaker.ListExperiments",
        "Content-Type": "application/x-amz-json-1.1",
    }
    request = AWSRequest("POST", f"{url}/", head, b"{}")
    SigV4Auth(keys, "sagemaker", "eu-west-1").add_auth(request)
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    try:
        connection.request("POST", "/", b"{}", dict(request.headers.items()))
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
    finally:
        connection.close()


def _search(server: Large) -> float:
    client = _client(server)
    asked = {"Resource": "ExperimentTrialComponent", "MaxResults": 100}
    asked["SortBy"], asked["SortOrder"] = "CreationTime", "Descending"
    client.search(**asked)  # the connection
    seconds, page = _timed(lambda: client.search(**asked))
    assert len(page["Results"]) >= 100
    return seconds


def _rate(server: Large) -> float:
    """Calls a second from threads that share a client."""
    client = _client(server)

    def call(number: int) -> None:
        client.describe_trial_component(TrialComponentName=f"large-{number % 5000:05}")

    with ThreadPoolExecutor(THREADS) as threads:
        seconds, _ = _timed(lambda: list(threads.map(call, range(CALLS))))
    return CALLS / seconds


def _client(server: Large) -> Any:
    from botocore.config import Config

    return server.client(config=Config(max_pool_connections=THREADS, retries={"mode": "standard"}))


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = act()
    return time.perf_counter() - began, result


def _show(result: dict[str, dict[str, float | None]], rounds: int) -> None:
    import moto

    print(f"moto {moto.__version__}; median of {rounds}.\n")
    print(f"{'':26}{'asked':>8}{'sm_onboard':>12}{'moto':>9}{'ratio':>8}")
    for name, row in result.items():
        ours, motos = row["sm_onboard"], row["moto"]
        ratio = f"{motos / ours:.2f}" if ours and motos is not None else "-"
        shown = f"{motos:.2f}" if motos is not None else "-"
        print(f"{name:26}{row['asked']:>8g}{ours:>12.2f}{shown:>9}{ratio:>8}")


if __name__ == "__main__":
    main()
