"""The local SageMaker in a process of its own, and what stays of it: nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import sm_onboard
from sm_onboard.demo.sagemaker.child import LocalSageMaker
from sm_onboard.errors import OnboardError
from tests.gitserver import wait_until


def alive(pid: int) -> bool:
    stat = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return bool(stat.stdout.strip()) and not stat.stdout.startswith("Z")


def test_starts_answers_and_ends():
    with LocalSageMaker.start(sample=False) as local:
        assert local.client("sagemaker").list_domains()["Domains"] == []
        assert local.client("sagemaker", "us-west-2").meta.region_name == "us-west-2"
        pid = local.process.pid
    assert not alive(pid)
    assert local.process.returncode == 0


def test_its_environment_is_all_that_boto3_needs(fresh_python, monkeypatch):
    with LocalSageMaker.start(sample=False, region="eu-central-1") as local:
        for name, value in local.environment().items():
            monkeypatch.setenv(name, value)
        said = fresh_python(
            "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'],"
            "boto3.client('sagemaker').meta.region_name)"
        )
    assert said.split() == ["arn:aws:iam::123456789012:user/admin", "eu-central-1"]


def test_no_secret_is_in_the_list_of_processes():
    with LocalSageMaker.start(sample=False) as local:
        listed = subprocess.run(["ps", "-axww", "-o", "args="], capture_output=True, text=True)
        said = local.environment()
    assert "sm_onboard.demo.sagemaker.server" in listed.stdout
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "SM_ONBOARD_DEMO_CONTROL"):
        assert said[name] not in listed.stdout


PARENT = """
import sys, time
from sm_onboard.demo.sagemaker.child import LocalSageMaker
local = LocalSageMaker.start(sample=False)
print(local.process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_ends_with_its_parent(number):
    environment = {**os.environ, "PYTHONPATH": str(Path(sm_onboard.__file__).parents[1])}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        text=True,
    )
    pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.send_signal(number)
    parent.communicate(timeout=10)
    wait_until(lambda: not alive(pid))


def test_outlives_the_thread_that_started_it():
    started = []
    thread = threading.Thread(target=lambda: started.append(LocalSageMaker.start(sample=False)))
    thread.start()
    thread.join()
    with started[0] as local:
        assert local.client("sagemaker").list_domains()["Domains"] == []


def test_says_why_it_did_not_start():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OnboardError) as refused:
            LocalSageMaker.start(port=taken.getsockname()[1], sample=False)
    assert refused.value.code == "demo.not_started"
    assert "Address already in use" in refused.value.message


def test_says_which_package_is_missing(tmp_path):
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'moto'\" >&2\nexit 1\n"
    )
    python.chmod(0o755)
    with pytest.raises(OnboardError) as refused:
        LocalSageMaker.start(python=python)
    assert refused.value.code == "demo.no_moto"
    assert "pip install" in refused.value.hint


COMMAND = [sys.executable, "-m", "sm_onboard.cli", "demo", "sagemaker", "--empty"]


def run_command(*options: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(sm_onboard.__file__).parents[1])}
    return subprocess.Popen(
        [*COMMAND, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_command_prints_lines_for_a_shell(number, fresh_python):
    command = run_command("--region", "eu-central-1")
    try:
        said = command.stderr.readline()
        assert said.startswith("The local SageMaker is at http://127.0.0.1:")
        command.send_signal(number)
        lines, _ = command.communicate(timeout=10)
    finally:
        command.kill()
        command.wait()
    assert command.returncode == 0
    assert all(line.startswith("export ") for line in lines.splitlines())
    shell = subprocess.run(
        ["sh", "-c", f"{lines}env"],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    env = dict(line.split("=", 1) for line in shell.stdout.splitlines())
    assert env["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert env["AWS_REGION"] == env["AWS_DEFAULT_REGION"] == "eu-central-1"
    assert len(env["AWS_ACCESS_KEY_ID"]) == 20


def test_the_command_prints_json():
    command = run_command("--json", "--speed", "inf")
    command.stderr.readline()
    command.terminate()
    said, _ = command.communicate(timeout=10)
    assert set(json.loads(said)) >= {"AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY"}


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--region", "$(x)"), 2, "is not the name of an AWS region"),
        (("--speed", "0"), 2, "Invalid value for '--speed'"),
        (("extra",), 2, "unexpected extra argument"),
    ],
)
def test_the_command_refuses_what_it_does_not_understand(options, status, said):
    command = run_command(*options)
    _, errors = command.communicate(timeout=20)
    assert command.returncode == status
    assert said in errors


def test_the_command_says_that_a_port_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = run_command("--port", str(taken.getsockname()[1]))
        _, errors = command.communicate(timeout=20)
    assert command.returncode == 1
    assert "cannot be listened on" in errors
