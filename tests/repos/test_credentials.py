"""Signing in with real git, over HTTP, with real boto3 against a Secrets Manager over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from sm_onboard.errors import ConfigError
from sm_onboard.repos.access.credentials import GitCredentials
from tests.gitserver import Fault, FaultyGitServer, make_repository, wait_until
from tests.repos.signing_in import (
    PASSWORD,
    USER,
    Home,
    aws_answering,
    engine_environment,
    entry,
    holds,
    keep,
)

SECRET = "acme/github"


@pytest.fixture(scope="module")
def secrets_manager() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def secrets(secrets_manager: str):  # type: ignore[no-untyped-def]
    client = boto3.client(
        "secretsmanager",
        region_name="eu-west-1",
        endpoint_url=secrets_manager,
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    made = []

    def put(text: str, name: str = SECRET) -> None:
        client.create_secret(Name=name, SecretString=text)
        made.append(name)

    put.client = client  # type: ignore[attr-defined]
    yield put
    for name in made:
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def person(tmp_path: Path, secrets_manager: str) -> Home:
    path = tmp_path / "ana"
    path.mkdir()
    path.joinpath(".gitconfig").write_text(
        "[user]\n\tname = Ana\n\temail = ana@example.com\n[credential]\n\thelper = store\n"
    )
    return Home(path, secrets_manager)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultyGitServer]:
    root = tmp_path / "host"
    root.mkdir()
    with FaultyGitServer(root, user=USER, password=PASSWORD) as running:
        make_repository(running.root, "churn")
        make_repository(running.root, "other")
        yield running


def credentials(person: Home) -> GitCredentials:
    return GitCredentials(environment=person.environment)


def private(server: FaultyGitServer, name: str = "churn") -> str:
    return server.url(name, private=True)


def as_json(username: object = USER, password: object = PASSWORD) -> str:
    return json.dumps({"username": username, "password": password})


def test_the_secret_signs_in_and_is_written_nowhere(person, server, secrets) -> None:
    secrets(as_json())
    wanted = entry(private(server), SECRET)

    ran = person.clone(wanted, credentials(person).access(wanted))

    assert ran.code == 0, ran.err
    assert (person.path / "churn/README.md").exists()
    assert "repos.secret_used secret=acme/github changed=" in ran.err
    assert not holds([PASSWORD], (ran.out + ran.err).encode())
    assert not [path for path, content in person.files() if holds([PASSWORD], content)]


def test_an_inherited_store_is_what_the_reset_keeps_away(person, server, secrets) -> None:
    """The same call without the resets: the password is on disk."""
    secrets(as_json())
    wanted = entry(private(server), SECRET)
    access = credentials(person).access(wanted)
    open_handed = type(access)(config=[pair for pair in access.config if pair[1]])

    assert person.clone(wanted, open_handed).code == 0

    assert [path.name for path, content in person.files() if holds([PASSWORD], content)] == [
        ".git-credentials"
    ]


def test_the_persons_own_pull_and_push_work_with_the_line_that_is_kept(
    person, server, secrets
) -> None:
    secrets(as_json())
    wanted = entry(private(server), SECRET)
    assert person.clone(wanted, credentials(person).access(wanted)).code == 0
    folder = person.path / "churn"

    folder.joinpath("mine.txt").write_text("mine\n")
    assert person.git("add", "mine.txt", cwd=folder).code == 0
    assert person.git("commit", "-qm", "Mine", cwd=folder).code == 0
    pushed = person.git("push", cwd=folder)
    pulled = person.git("pull", cwd=folder)

    assert pushed.code == 0, pushed.err
    assert pulled.code == 0, pulled.err
    assert "sm-onboard" not in pushed.err + pulled.err  # nothing to say when all is well
    assert server.counts["churn"].pushes > 0
    assert not [path for path, content in person.files() if holds([PASSWORD], content)]
    config = folder.joinpath(".git/config").read_text()
    assert f"--secret={SECRET}" in config
    assert config.count("git-credential-sm-onboard") == 1


def test_the_kept_command_is_found_where_it_was_installed_when_path_lacks_it(
    person, server, secrets, monkeypatch
) -> None:
    secrets(as_json())
    scripts = person.environment["PATH"].split(":")[0]
    monkeypatch.setattr("sm_onboard.repos.access.credentials._scripts", lambda: scripts)
    wanted = entry(private(server), SECRET)
    access = credentials(person).access(wanted)
    assert person.clone(wanted, access).code == 0
    person.variables["PATH"] = "/usr/local/bin:/usr/bin:/bin"

    ran = person.git("pull", cwd=person.path / "churn")

    assert ran.code == 0, ran.err


def test_keeping_twice_leaves_one_line(person, server, secrets) -> None:
    secrets(as_json())
    wanted = entry(private(server), SECRET)
    access = credentials(person).access(wanted)
    person.clone(wanted, access)
    keep(person, person.path / "churn", access)
    assert (person.path / "churn/.git/config").read_text().count("git-credential-sm-onboard") == 1


def test_no_process_shows_the_password_while_git_works(person, server, secrets) -> None:
    secrets(as_json())
    wanted = entry(private(server), SECRET)
    server.faults["churn"] = Fault.hang()  # after the sign-in was accepted
    environment = person.environment | engine_environment(credentials(person).access(wanted))
    git = subprocess.Popen(
        ["git", "ls-remote", "--", wanted.url],
        cwd=person.path,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen: dict[str, bytes] = {}
    try:
        end = time.monotonic() + 30
        while server.counts["churn"].requests == 0 and time.monotonic() < end:
            seen |= processes(git.pid)
            time.sleep(0.01)
        seen |= processes(git.pid)
        wait_until(lambda: server.counts["churn"].requests > 0)
    finally:
        os.killpg(git.pid, signal.SIGKILL)
        git.wait()
    assert any("credential_helper" in name for name in seen), list(seen)
    assert any("remote-http" in name for name in seen), list(seen)
    assert not [name for name, content in seen.items() if holds([PASSWORD], content)]


def processes(session: int) -> dict[str, bytes]:
    """Command line -> command line and environment, of all processes of a session."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            if not folder.name.isdigit() or os.getsid(int(folder.name)) != session:
                continue
            line = folder.joinpath("cmdline").read_bytes()
            found[line.decode(errors="replace")] = line + folder.joinpath("environ").read_bytes()
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (as_json(password="old"), "repos.sign_in_refused", "may have expired"),
        (as_json(username="ben"), "repos.sign_in_refused", "may have expired"),
        (as_json(password=""), "repos.secret_malformed", '"password"'),
        (as_json(password=7), "repos.secret_malformed", '"password"'),
        (as_json(username=7), "repos.secret_malformed", '"username"'),
        (as_json(password="a\nusername=root"), "repos.secret_malformed", "line break"),
        ('{"username": "ana"', "repos.secret_malformed", "starts like JSON"),
        ("  ", "repos.secret_malformed", "it is empty"),
        ("a-wrong-token", "repos.sign_in_refused", "may have expired"),
    ],
)
def test_a_secret_that_does_not_help(person, server, secrets, text, code, words) -> None:
    secrets(text)
    said = refused(person, entry(private(server), SECRET))
    assert said[0] == code
    assert SECRET in said[1]
    assert words in said[1]


def test_the_sentence_says_when_the_secret_was_last_changed(person, server, secrets) -> None:
    secrets(as_json(password="old"))
    today = secrets.client.get_secret_value(SecretId=SECRET)["CreatedDate"].date().isoformat()
    assert f"last changed on {today}" in refused(person, entry(private(server), SECRET))[1]


def test_a_secret_that_is_missing(person, server) -> None:
    said = refused(person, entry(private(server), "acme/none"))
    assert said[0] == "repos.secret_missing"
    assert "acme/none" in said[1]


def test_a_secret_that_is_marked_for_deletion(person, server, secrets) -> None:
    secrets(as_json(), "acme/leaving")
    secrets.client.delete_secret(SecretId="acme/leaving", RecoveryWindowInDays=7)
    said = refused(person, entry(private(server), "acme/leaving"))
    assert said[0] == "repos.secret_deleted"


USER_ARN = "User: arn:aws:sts::123456789012:assumed-role/studio/SageMaker"


@pytest.mark.parametrize(
    ("aws_code", "aws_says", "code", "words"),
    [
        (
            "AccessDeniedException",
            f"{USER_ARN} is not authorized to perform: secretsmanager:GetSecretValue on resource: "
            "acme/github because no identity-based policy allows it",
            "repos.secret_forbidden",
            "secretsmanager:GetSecretValue",
        ),
        (
            "AccessDeniedException",
            "Access to KMS is not allowed",
            "repos.secret_kms_forbidden",
            "kms:Decrypt",
        ),
        (
            "AccessDeniedException",
            f"{USER_ARN} is not authorized to perform: secretsmanager:GetSecretValue on resource: "
            "acme/kms-token because no identity-based policy allows it",
            "repos.secret_forbidden",
            "secretsmanager:GetSecretValue",
        ),
        (
            "DecryptionFailure",
            "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
            "repos.secret_kms_forbidden",
            "kms:Decrypt",
        ),
        (
            "ExpiredTokenException",
            "The security token included in the request is expired",
            "repos.aws_credentials_expired",
            "have expired",
        ),
        (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            "repos.aws_credentials_refused",
            "refused the credentials",
        ),
        (
            "InvalidParameterException",
            "You provided an invalid value for a parameter.",
            "repos.secret_failed",
            "InvalidParameterException",
        ),
    ],
)
def test_what_aws_answers_is_told_apart(person, server, aws_code, aws_says, code, words) -> None:
    with aws_answering(aws_code, aws_says) as person.endpoint:
        said = refused(person, entry(private(server), SECRET))
    assert said[0] == code
    assert words in said[1]


def test_no_aws_credentials_at_all(person, server) -> None:
    person.variables |= {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    said = refused(person, entry(private(server), SECRET))
    assert said[0] == "repos.aws_no_credentials"


def test_secrets_manager_out_of_reach(person, server) -> None:
    person.endpoint = "http://127.0.0.1:9"  # discard; nobody listens
    said = refused(person, entry(private(server), SECRET))
    assert said[0] == "repos.secret_unreachable"
    assert "VPC endpoint" in said[2]


def test_a_secret_of_another_region_by_its_arn(person, server, secrets) -> None:
    person.variables["AWS_REGION"] = "us-east-1"
    secrets(as_json())
    arn = secrets.client.describe_secret(SecretId=SECRET)["ARN"]
    wanted = entry(private(server), arn)
    assert ":eu-west-1:" in arn
    ran = person.clone(wanted, credentials(person).access(wanted))
    assert ran.code == 0, ran.err


def test_without_a_secret_the_persons_own_helper_signs_in(person, server) -> None:
    stored = person.path / ".git-credentials"
    from urllib.parse import quote

    address = server.url("churn").removeprefix("http://").partition("/")[0]
    stored.write_text(f"http://{USER}:{quote(PASSWORD, safe='')}@{address}\n")
    wanted = entry(private(server))
    ran = person.clone(wanted, credentials(person).access(wanted))
    assert ran.code == 0, ran.err


def test_without_any_sign_in_the_sentence_says_so(person, server) -> None:
    said = refused(person, entry(private(server)))
    assert said[0] == "repos.sign_in_missing"
    assert "secret" in said[2]


def test_with_a_wrong_one_of_the_persons_own(person, server) -> None:
    address = server.url("churn").removeprefix("http://").partition("/")[0]
    person.path.joinpath(".git-credentials").write_text(f"http://ana:wrong@{address}\n")
    assert refused(person, entry(private(server)))[0] == "repos.sign_in_refused"


@pytest.mark.parametrize(
    ("status", "code"), [(403, "repos.sign_in_forbidden"), (404, "repos.not_found")]
)
def test_a_host_that_hides_or_forbids_the_repository(person, server, secrets, status, code) -> None:
    secrets(as_json())
    server.faults["churn"] = Fault.answer(status)
    said = refused(person, entry(private(server), SECRET))
    assert said[0] == code
    assert SECRET in said[1]


@pytest.mark.parametrize("fault", [Fault.answer(500), Fault.garbage()])
def test_what_is_no_matter_of_signing_in_is_left_to_others(person, server, secrets, fault) -> None:
    secrets(as_json())
    server.faults["churn"] = fault
    wanted = entry(private(server), SECRET)
    signing_in = credentials(person)
    ran = person.git("ls-remote", "--", wanted.url, access=signing_in.access(wanted))
    assert ran.code != 0
    assert signing_in.explain(wanted, ran.err) is None


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_redirect_to_another_host_does_not_get_the_secret(
    person, server, secrets, tmp_path, signed_in: bool
) -> None:
    """The other host would take it: were it sent, the clone would be made."""
    secrets(as_json())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with FaultyGitServer(elsewhere, user=USER, password=PASSWORD) as other:
        make_repository(other.root, "churn")
        to = other.address if signed_in else other.address + "/private"
        server.faults["churn"] = Fault.redirect(to)
        said = refused(person, entry(server.url("churn", private=signed_in), SECRET))
        assert other.counts["churn"].requests == 0
    # Signed in before the redirect, git says the same as for a wrong password.
    assert said[0] == ("repos.sign_in_refused" if signed_in else "repos.redirected")


def refused(person: Home, wanted):  # type: ignore[no-untyped-def]
    """What the person is told when signing in fails, checked for what never may happen."""
    signing_in = credentials(person)
    started = time.monotonic()
    ran = person.clone(wanted, signing_in.access(wanted))
    assert ran.code != 0
    assert time.monotonic() - started < 40
    assert not (person.path / "churn").exists()
    assert not holds([PASSWORD], (ran.out + ran.err).encode())
    said = signing_in.explain(wanted, ran.err)
    assert said is not None, ran.err
    assert all(said)
    assert not any("!" in part for part in said)
    return said


@pytest.mark.parametrize(
    "secret",
    [
        "-x",
        "a b",
        "a;touch /tmp/x",
        "$(id)",
        "`id`",
        "a'b",
        'a"b',
        "a\nb",
        "",
        "ä",
        "x" * 600,
        "arn:aws:s3:::bucket",
    ],
)
def test_names_that_are_no_secrets_are_refused(secret: str) -> None:
    wanted = entry("https://github.com/acme/churn.git", secret or "\t")
    with pytest.raises(ConfigError) as raised:
        GitCredentials().access(wanted)
    assert raised.value.code == "repos.secret_invalid"
    assert raised.value.field == "secret"


@pytest.mark.parametrize(
    "url",
    [
        "https://*.com/acme/churn",
        "https://github.com/*",
        "http://github.com/acme/churn",
        "https://github.com",
        "https://github.com/a b/c",
        "file:///srv/churn.git",
    ],
)
def test_addresses_that_a_helper_cannot_be_bound_to(url: str) -> None:
    with pytest.raises(ConfigError) as raised:
        GitCredentials().access(entry(url, SECRET))
    assert raised.value.code == "repos.url_invalid"


def test_a_secret_for_ssh_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(ConfigError) as raised:
        GitCredentials().access(entry("git@github.com:acme/churn.git", SECRET))
    assert raised.value.code == "repos.secret_needs_https"


@pytest.mark.parametrize("arguments", [{"region": "x; id"}, {"profile": "-p"}])
def test_a_region_or_profile_that_is_none(arguments: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        GitCredentials(**arguments)
