"""The signature for AWS's own git hosts, against botocore's implementation of the scheme."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sm_onboard.repos.access import codecommit, credential_helper
from sm_onboard.repos.access.credentials import GitCredentials
from tests.repos.signing_in import Home, entry

NOW = datetime(2026, 11, 23, 18, 5, 9, tzinfo=timezone.utc)
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def by_botocore(host: str, path: str, region: str) -> str:
    """As the AWS CLI's credential helper calls botocore."""
    request = AWSRequest(method="GIT", url=f"https://{host}/{path}")
    request.context["timestamp"] = NOW.strftime("%Y%m%dT%H%M%S")
    signer = SigV4Auth(Credentials(KEY, SECRET), "codecommit", region)
    canonical = f"GIT\n/{path}\n\nhost:{host}\n\nhost\n"
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    return f"{request.context['timestamp']}Z{signature}"


@pytest.mark.parametrize(
    ("host", "path", "region"),
    [
        ("git-codecommit.eu-west-1.amazonaws.com", "v1/repos/churn", "eu-west-1"),
        ("git-codecommit-fips.us-east-1.amazonaws.com", "v1/repos/a.b_c-d", "us-east-1"),
        (
            "codeconnections.us-west-2.amazonaws.com",
            "git-http/123456789012/us-west-2/6b0f1c4e/acme/churn.git",
            "us-west-2",
        ),
    ],
)
def test_the_password_is_the_one_the_aws_cli_makes(host: str, path: str, region: str) -> None:
    assert codecommit.password(host, path, region, SECRET, NOW) == by_botocore(host, path, region)


def test_a_known_answer() -> None:
    """Fixed, so that a botocore that changes its mind does not take us along."""
    made = codecommit.password(
        "git-codecommit.eu-west-1.amazonaws.com", "v1/repos/churn", "eu-west-1", SECRET, NOW
    )
    assert made == (
        "20261123T180509Z903f113d2bd390af5954e576bd883356e35a62382b8e30d14fdcafda1a1a308f"
    )


def test_the_session_token_goes_with_the_user_name() -> None:
    assert codecommit.username("AKID", "t/o+k=") == "AKID%t/o+k="
    assert codecommit.username("AKID", None) == "AKID"


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("git-codecommit.eu-west-1.amazonaws.com", ("codecommit", "eu-west-1")),
        ("git-codecommit.cn-north-1.amazonaws.com.cn", ("codecommit", "cn-north-1")),
        (
            "vpce-0a1b-2c3d.git-codecommit.us-gov-west-1.vpce.amazonaws.com",
            ("codecommit", "us-gov-west-1"),
        ),
        ("codestar-connections.eu-west-1.amazonaws.com", ("codeconnections", "eu-west-1")),
        ("codeconnections.eu-west-1.amazonaws.com", ("codeconnections", "eu-west-1")),
        ("git-codecommit.eu-west-1.amazonaws.com.evil.example", None),
        ("evil-git-codecommit.eu-west-1.amazonaws.com", None),
        ("github.com", None),
        ("amazonaws.com", None),
    ],
)
def test_which_hosts_are_awss(host: str, found: tuple[str, str] | None) -> None:
    assert codecommit.aws_git_host(host) == found


URL = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/churn"


def ask(request: str, *options: str, home: Home) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", credential_helper.__file__, *options, "get"],
        input=request,
        env=home.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_helper_signs_with_the_spaces_role(tmp_path: Path) -> None:
    person = Home(tmp_path, "http://127.0.0.1:9", {"AWS_SESSION_TOKEN": "session/token=="})
    request = "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/churn\n\n"
    said = ask(request, f"--url={URL}", "--role", home=person)
    answer = dict(line.split("=", 1) for line in said.stdout.splitlines())
    assert answer["username"] == "AKIDEXAMPLE%session/token=="
    moment = datetime.strptime(answer["password"][:15], "%Y%m%dT%H%M%S")
    again = codecommit.password(
        "git-codecommit.eu-west-1.amazonaws.com", "v1/repos/churn", "eu-west-1", SECRET, moment
    )
    assert answer["password"] == again
    assert abs((datetime.now(timezone.utc).replace(tzinfo=None) - moment).total_seconds()) < 60
    assert said.stderr == ""


def test_the_helper_signs_for_no_other_host(tmp_path: Path) -> None:
    request = "protocol=https\nhost=evil.example\npath=v1/repos/churn\n\n"
    said = ask(
        request,
        "--url=https://evil.example/v1/repos/churn",
        "--role",
        home=Home(tmp_path, "http://127.0.0.1:9"),
    )
    assert said.stdout == "quit=1\n"


def test_an_address_of_codecommit_needs_no_secret() -> None:
    access = GitCredentials(region="us-east-1").access(entry(URL))
    assert ("credential.helper", "") in access.config
    helper = [value for key, value in access.config if key == f"credential.{URL}.helper"][-1]
    assert "--role" in helper
    assert "us-east-1" not in helper  # the host's own region counts
    assert [value for key, value in access.keep if "git-credential-sm-onboard" in value]


def test_a_role_that_is_refused_names_the_permission() -> None:
    said = GitCredentials().explain(
        entry(URL), f"fatal: unable to access '{URL}/': The requested URL returned error: 403\n"
    )
    assert said is not None
    assert said[0] == "repos.role_forbidden"
    assert "codecommit:GitPull" in said[1]
    connection = "https://codeconnections.eu-west-1.amazonaws.com/git-http/1/eu-west-1/u/acme/churn"
    said = GitCredentials().explain(
        entry(connection), f"fatal: Authentication failed for '{connection}/'\n"
    )
    assert said is not None
    assert "codeconnections:UseConnection" in said[1]
