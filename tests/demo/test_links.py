"""The demo's people can use the stores for links that its team file names, and the git host."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from sm_onboard.demo.place import Place
from sm_onboard.demo.run import STORE, links
from sm_onboard.demo.sample import onboard_yaml
from sm_onboard.demo.space import ALICE, BOB, Member, organization
from sm_onboard.repos.plan import plan

AUDITOR = Member("audit", "alice-lab", "acme-auditor")  # whose role may read no bucket


def client(environment):
    return boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environment["AWS_SESSION_TOKEN"],
    )


def test_the_team_file_has_stores_and_the_git_host(tmp_path):
    place = Place(tmp_path)
    place.make()
    text = onboard_yaml(lambda name: f"http://127.0.0.1:1/{name}.git", links(place))
    place.configure(text, 1)
    settings = plan.Settings(
        own_file=tmp_path / "none", home=place.desk.home, team_file=str(place.team_file)
    )
    assert plan.load(settings).problems == ()
    found = plan.links(settings)
    assert found.stores == {"team": STORE, "disk": str(place.shares)}
    assert next(iter(found.stores)) == "team"  # what is taken where none is named
    assert Path(found.stores["disk"]).is_dir()
    assert found.hosts == ["127.0.0.1"]


def test_both_people_may_use_the_store_and_others_may_not(tmp_path):
    bucket, _, prefix = STORE.removeprefix("s3://").partition("/")
    key = f"{prefix}/ab/{'ab' * 32}.zip"
    with organization() as there:
        alice, bob, other = (
            client(there.space(member, tmp_path).environment) for member in (ALICE, BOB, AUDITOR)
        )
        alice.put_object(Bucket=bucket, Key=key, Body=b"shared")
        assert bob.get_object(Bucket=bucket, Key=key)["Body"].read() == b"shared"
        with pytest.raises(ClientError, match="AccessDenied"):
            other.get_object(Bucket=bucket, Key=key)
        alice.delete_object(Bucket=bucket, Key=key)
        with pytest.raises(ClientError, match="NoSuchKey"):
            bob.get_object(Bucket=bucket, Key=key)
