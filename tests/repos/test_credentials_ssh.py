"""Signing in over ssh: the real client against a server in this process."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from sm_onboard.repos.access.credentials import _KNOWN_HOSTS, GitCredentials
from tests.gitserver import make_repository
from tests.repos.signing_in import Home, entry


@dataclass
class SshServer:
    """A git host over ssh that knows one key."""

    root: Path
    host_key: asyncssh.SSHKey
    allowed: asyncssh.SSHKey
    port: int = 0
    commands: list[str] = field(default_factory=list)

    async def handle(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        command = process.command or ""
        self.commands.append(command)
        program, path = shlex.split(command)
        repository = self.root / path.lstrip("/")
        if program != "git-upload-pack" or not repository.is_dir():
            process.stderr.write(b"ERROR: Repository not found.\n")
            process.exit(1)
            return
        git = await asyncio.create_subprocess_exec(
            *("git", "upload-pack", str(repository)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert git.stdin is not None
        assert git.stdout is not None
        asking = asyncio.create_task(pass_on(process.stdin, git.stdin))
        await pass_on(git.stdout, process.stdout)
        asking.cancel()
        process.exit(await git.wait())

    def server(self) -> asyncssh.SSHServer:
        allowed = self.allowed

        class Server(asyncssh.SSHServer):
            def public_key_auth_supported(self) -> bool:
                return True

            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                return bool(key.public_data == allowed.public_data)

        return Server()


async def pass_on(source: Any, target: Any) -> None:
    while chunk := await source.read(65536):
        target.write(chunk)
        await target.drain()
    target.write_eof()


@contextlib.contextmanager
def running(server: SshServer) -> Iterator[SshServer]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=server.server,
            server_host_keys=[server.host_key],
            process_factory=server.handle,
            encoding=None,
        )

    async def end(listening: asyncssh.SSHAcceptor) -> None:
        listening.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    listening = asyncio.run_coroutine_threadsafe(start(), loop).result(20)
    server.port = listening.get_port()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(end(listening), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture(scope="module")
def keys() -> dict[str, asyncssh.SSHKey]:
    names = ("host", "other host", "ana", "stranger")
    return {name: asyncssh.generate_private_key("ssh-ed25519") for name in names}


@pytest.fixture
def server(tmp_path: Path, keys: dict[str, asyncssh.SSHKey]) -> Iterator[SshServer]:
    make_repository(tmp_path / "host", "churn")
    with running(SshServer(tmp_path / "host", keys["host"], keys["ana"])) as one:
        yield one


@pytest.fixture
def person(tmp_path: Path, keys: dict[str, asyncssh.SSHKey]) -> Home:
    """Ana with her key. ssh looks for its files in the account's home, whatever HOME says."""
    home = Home(tmp_path / "ana", "http://127.0.0.1:9")
    ssh = home.path / ".ssh"
    ssh.mkdir(parents=True)
    keys["ana"].write_private_key(str(ssh / "id"))
    (ssh / "id").chmod(0o600)
    (ssh / "config").write_text(
        f"IdentityFile {ssh}/id\nIdentitiesOnly yes\nUserKnownHostsFile {ssh}/known_hosts\n"
    )
    home.path.joinpath(".gitconfig").write_text(f"[core]\n\tsshCommand = ssh -F {ssh}/config\n")
    return home


def know(person: Home, server: SshServer, key: asyncssh.SSHKey) -> None:
    public = key.export_public_key().decode().strip()
    person.path.joinpath(".ssh/known_hosts").write_text(f"[127.0.0.1]:{server.port} {public}\n")


def ask(person: Home, url: str):  # type: ignore[no-untyped-def]
    """(git's exit status, what the person is told)."""
    credentials = GitCredentials(environment=person.environment)
    wanted = entry(url)
    began = time.monotonic()
    ran = person.git("ls-remote", "--", url, access=credentials.access(wanted))
    assert time.monotonic() - began < 30
    return ran.code, credentials.explain(wanted, ran.err), ran.err


def address(server: SshServer, name: str = "churn") -> str:
    return f"ssh://git@127.0.0.1:{server.port}/{name}.git"


def test_the_persons_key_signs_in(person, server, keys) -> None:
    know(person, server, keys["host"])
    code, said, err = ask(person, address(server))
    assert code == 0, err
    assert said is None
    assert server.commands == ["git-upload-pack '/churn.git'"]


def test_a_key_the_host_does_not_know(person, server, keys) -> None:
    know(person, server, keys["host"])
    keys["stranger"].write_private_key(str(person.path / ".ssh/id"))
    code, said, _ = ask(person, address(server))
    assert code != 0
    assert said[0] == "repos.ssh_key_refused"


def test_a_key_with_a_passphrase_does_not_ask_for_it(person, server, keys) -> None:
    know(person, server, keys["host"])
    locked = ["ssh-keygen", "-q", "-p", "-N", "secret", "-f", str(person.path / ".ssh/id")]
    subprocess.run(locked, check=True, capture_output=True, timeout=30)
    code, said, _ = ask(person, address(server))
    assert code != 0
    assert said[0] == "repos.ssh_key_refused"
    assert "passphrase" in said[2]


def test_a_host_never_seen_before_is_not_trusted(person, server) -> None:
    code, said, _ = ask(person, address(server))
    assert code != 0
    assert said[0] == "repos.host_key_unknown"
    assert f"ssh -T -p {server.port} git@127.0.0.1" in said[2]
    assert server.commands == []
    assert not (person.path / ".ssh/known_hosts").exists()


def test_what_the_persons_ssh_configuration_says_about_new_hosts_counts(person, server) -> None:
    with person.path.joinpath(".ssh/config").open("a") as config:
        config.write("StrictHostKeyChecking accept-new\n")
    code, _, err = ask(person, address(server))
    assert code == 0, err


def test_a_host_that_has_another_key_than_before(person, server, keys) -> None:
    know(person, server, keys["other host"])
    code, said, _ = ask(person, address(server))
    assert code != 0
    assert said[0] == "repos.host_key_changed"
    assert f"ssh-keygen -R '[127.0.0.1]:{server.port}'" in said[2]


def test_a_repository_that_is_not_there(person, server, keys) -> None:
    know(person, server, keys["host"])
    code, said, _ = ask(person, address(server, "none"))
    assert code != 0
    assert said[0] == "repos.not_found"


def test_a_host_that_does_not_answer(person) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code, said, _ = ask(person, f"ssh://git@127.0.0.1:{port}/churn.git")
    assert code != 0
    assert said[0] == "repos.ssh_unreachable"
    assert "https" in said[2]


def test_the_persons_own_command_from_the_environment_wins(person, server, keys) -> None:
    know(person, server, keys["host"])
    own = f"ssh -F {person.path}/.ssh/config"
    person.path.joinpath(".gitconfig").write_text("[core]\n\tsshCommand = false\n")
    person.variables["GIT_SSH_COMMAND"] = own
    access = GitCredentials(environment=person.environment).access(entry(address(server)))
    assert dict(access.environment)["GIT_SSH_COMMAND"].startswith(own + " -o BatchMode=yes")
    assert ask(person, address(server))[0] == 0


@pytest.mark.parametrize("host", ["github.com", "gitlab.com", "bitbucket.org"])
def test_the_large_hosts_keys_are_known_from_the_start(host: str) -> None:
    found = asyncssh.read_known_hosts(str(_KNOWN_HOSTS)).match(host, "", None)
    trusted = found[0]
    assert [key.algorithm for key in trusted] == [b"ssh-ed25519"]
