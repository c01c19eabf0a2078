"""Where this is: a private space, a shared one, a laptop, and files that are not Studio's."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.organization import fill_large
from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain import activity, assembly, storage
from sm_onboard.domain.known import Known
from sm_onboard.domain.launch_menu import signs
from sm_onboard.domain.models import Storage
from sm_onboard.errors import Conflict, InvalidRequest
from sm_onboard.studio import Place

from .conftest import ACCOUNT, PAGE, REGION, Room, domain_id

ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:app/d-1/lab/JupyterLab/default"


def test_a_private_space(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.look("here", "apps")
    here = at.service.state().here
    assert (here.kind, here.person, here.space, here.shared) == (
        "studio",
        "alice",
        "alice-lab",
        False,
    )
    assert (here.domain_name, here.domain_id) == ("acme-ml", domain_id(at.server))
    assert (here.region, here.account) == (REGION, ACCOUNT)
    assert here.role == f"arn:aws:iam::{ACCOUNT}:role/acme-data-scientist"
    assert (here.instance, here.app_type) == ("ml.m5.xlarge", "JupyterLab")
    assert here.price is not None and here.price.unit == "hour" and here.price.amount > 0
    assert here.started


def test_the_instance_is_known_without_the_apps(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.look("here")
    here = at.service.state().here
    assert here.instance == "ml.m5.xlarge"
    assert here.price is not None


def test_in_a_shared_space_nobody_is_known_and_nothing_is_ones_own(
    room: Callable[..., Room],
) -> None:
    at = room("team-board", shared=True)
    at.look(*PAGE)
    here = at.service.state().here
    assert (here.person, here.shared) == (None, True)
    assert not any(row.mine for row in at.service.apps().rows)
    assert not any(profile.me for profile in at.service.profiles().rows)
    assert at.row("team-board").this_one
    assert at.row("team-board").stop == "this_one"
    assert "sagemaker:DescribeUserProfile" not in at.calls()


def test_a_shared_space_is_recognized_without_the_environment(room: Callable[..., Room]) -> None:
    at = room("team-board")
    at.look("here")
    here = at.service.state().here
    assert (here.person, here.shared) == (None, True)


def test_on_a_laptop_a_domain_is_chosen(room: Callable[..., Room]) -> None:
    at = room()
    at.look(*PAGE)
    state = at.service.state()
    names = {choice.name: choice.id for choice in state.choices}
    assert {"acme-ml"} < names.keys()
    assert (state.chosen, state.here.person, state.here.kind) == (None, None, "elsewhere")
    assert at.part("apps").state == "idle"
    at.look(*PAGE, domain=names["acme-ml"])
    assert at.service.state().chosen == names["acme-ml"]
    assert at.row("alice-lab").owner == "alice"
    assert not any(row.mine or row.this_one for row in at.service.apps().rows)
    other = next(id for name, id in names.items() if name != "acme-ml")
    at.look(*PAGE, domain=other)
    assert "alice-lab" not in {row.name for row in at.service.spaces().rows}
    told = at.service.settings().domain
    assert told is not None and told.id == other


def test_the_only_domain_is_chosen_by_itself(nothing: Server, room: Callable[..., Room]) -> None:
    at = room(server=nothing)
    at.look(*PAGE)
    part = at.part("here")
    assert (part.state, at.service.state().chosen) == ("not_here", None)
    assert part.problem is not None and part.problem.code == "domain.none"
    fill_large(nothing.emulator, REGION, profiles=1, spaces=1, apps=1, trial_components=0)
    at.look(*PAGE, refresh=True)
    assert at.service.state().here.domain_name == "acme-large"
    assert at.part("settings").state == "ready"


def test_a_domain_that_cannot_be_chosen(room: Callable[..., Room]) -> None:
    with pytest.raises(InvalidRequest, match="id of a domain"):
        room().look("here", domain="../../etc", wait=False)
    with pytest.raises(Conflict, match="is in the domain"):
        room("alice-lab").look("here", domain="d-other", wait=False)


MEGABYTE = json.dumps({"DomainId": "d-1", "SpaceName": "x" * 1024 * 1024}).encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, ""),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"{", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "holds no object"),
        (MEGABYTE, "larger than 256 KiB"),
        (b'{"DomainId": 7, "SpaceName": ["x"]}', "has a DomainId that"),
        (b'{"DomainId": "d-1\\n", "SpaceName": "lab"}', "has a DomainId that"),
    ],
)
def test_a_metadata_file_that_is_not_studios(
    room: Callable[..., Room], content: bytes | None, says: str
) -> None:
    at = room(metadata=content)
    at.look(*PAGE)
    state = at.service.state()
    assert state.here.kind == "elsewhere"
    assert state.choices  # a laptop, as far as it goes
    problem = at.part("here").problem
    assert (problem.message if problem else "") == at.rooms.place.odd
    assert says in at.rooms.place.odd


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "../../x", "a\x00b", "", 7, None])
def test_a_space_with_a_hostile_name_is_no_space(room: Callable[..., Room], name: Any) -> None:
    told = {"AppType": "JupyterLab", "DomainId": "d-1", "SpaceName": name, "ResourceArn": ARN}
    at = room(metadata=json.dumps(told).encode())
    at.look(*PAGE)
    assert at.service.state().here.space is None
    assert "sagemaker:DescribeSpace" not in at.calls()


@pytest.mark.parametrize(
    "app_type", ["Canvas", "RSessionGateway", "KernelGateway", "<script>", "Ünknown"]
)
def test_another_type_of_app(room: Callable[..., Room], app_type: str) -> None:
    at = room("alice-lab", app_type=app_type)
    at.look(*PAGE)
    here = at.service.state().here
    assert here.idle is None
    assert not any(row.this_one for row in at.service.apps().rows)
    assert "<script>" not in repr(at.service.state())


def test_an_arn_of_another_partition(room: Callable[..., Room]) -> None:
    told = {
        "AppType": "JupyterLab",
        "DomainId": "d-1",
        "SpaceName": "lab",
        "ResourceArn": ARN.replace("arn:aws:", "arn:aws-cn:").replace(REGION, "cn-north-1"),
    }
    at = room(metadata=json.dumps(told).encode())
    at.look(*PAGE)
    assert at.service.state().here.region == "cn-north-1"
    problem = at.part("here").problem
    assert problem is not None and problem.code in ("aws.not_found", "aws.forbidden")
    where = at.service._client._where()
    assert where.arn("space/d-1/lab") == f"arn:aws-cn:sagemaker:cn-north-1:{ACCOUNT}:space/d-1/lab"


def test_a_region_without_the_service(room: Callable[..., Room]) -> None:
    told = {
        "AppType": "JupyterLab",
        "DomainId": "d-1",
        "SpaceName": "lab",
        "ResourceArn": ARN.replace(REGION, "xx-nowhere-9"),
    }
    at = room(metadata=json.dumps(told).encode(), environ={"AWS_ENDPOINT_URL": None})
    at.look(*PAGE)
    problem = at.part("apps").problem
    assert problem is not None and problem.code == "aws.unreachable"
    assert "SageMaker did not answer in xx-nowhere-9." in problem.message


def test_storage_that_hangs_holds_up_nothing(
    room: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    free = threading.Event()

    def hang(*_: Any, **__: Any) -> Storage:
        free.wait(30)
        return Storage(kind="nfs", path="/")

    monkeypatch.setattr(storage, "look", hang)
    at = room("alice-lab")
    began = time.monotonic()
    for _ in range(50):
        at.look("here", wait=False)
    at.service.wait(10)
    assert at.service.state().here.storage is None
    assert time.monotonic() - began < 3
    hanging = [t for t in threading.enumerate() if t.name.startswith("sm_onboard-domain")]
    assert len(hanging) <= assembly._THREADS
    free.set()
    at.until(lambda: at.service.state().here.storage)


MOUNTS = """\
22 1 259:1 / / rw,relatime shared:1 - overlay overlay rw
30 22 259:2 / /home/sagemaker-user rw - ext4 /dev/nvme1n1 rw
31 30 0:50 / /home/sagemaker-user/user-default-efs rw - nfs4 127.0.0.1:/ rw
32 22 0:51 / /mnt/a\\040b rw - lustre fs-1.fsx.eu-west-1.amazonaws.com@tcp:/x rw
33 22 0:52 / /mnt/nfs rw - nfs4 fileserver:/export rw
34 22 0:53 / /mnt/efs rw - nfs4 fs-1.efs.eu-west-1.amazonaws.com:/ rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/sagemaker-user", "ebs"),
        ("/home/sagemaker-user/work", "ebs"),
        ("/home/sagemaker-user/user-default-efs/x", "efs"),
        ("/home/sagemaker-user2", "local"),
        ("/mnt/a b", "fsx"),
        ("/mnt/nfs", "nfs"),
        ("/mnt/efs", "efs"),
    ],
)
def test_kinds_of_storage(tmp_path: Path, path: str, kind: str) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTS)
    assert storage._kind(Path(path), True, table) == kind
    assert storage._kind(Path("/home/sagemaker-user"), False, table) == "local"


def test_storage_of_this_machine(tmp_path: Path) -> None:
    found = storage.look(tmp_path, studio=False, shared=True)
    assert found.shared_with == "everybody in this space"
    assert found.total and found.used is not None and 0 < found.used <= found.total
    gone = storage.look(tmp_path / "gone", studio=True, shared=False)
    assert (gone.kind, gone.used, gone.total) == ("unknown", None, None)


def test_how_long_this_app_was_not_used(room: Callable[..., Room]) -> None:
    used = datetime.now(timezone.utc) - timedelta(hours=2)
    at = room("alice-lab", used=lambda: (used, "api"))
    at.look("here", "apps")
    at.until(lambda: at.service.state().here.idle_known_by == "api")
    here = at.service.state().here
    assert here.idle_for is not None and 7200 <= here.idle_for < 7300
    assert at.row("alice-lab").state == "idle"
    others = [row for row in at.service.apps().rows if not row.this_one]
    assert all(row.idle_for is None and row.state != "idle" for row in others)


def test_reports_of_other_spaces(room: Callable[..., Room], tmp_path: Path) -> None:
    team = tmp_path / "team"
    team.mkdir()
    at = room("alice-lab")
    object.__setattr__(at.rooms.place, "team_storage", (team,))
    used = datetime.now(timezone.utc) - timedelta(hours=22)
    for space in ("tuning-gpu", "bob-lab"):
        activity.Reporter([team], domain_id(at.server), space, lambda: (used, "local")).report()
    folder = team / ".sm-onboard/activity" / domain_id(at.server)
    (folder / "train-xl.json").symlink_to(folder / "bob-lab.json")
    at.look("apps")
    at.until(lambda: at.row("bob-lab").idle_for)
    assert at.row("bob-lab").state == at.row("tuning-gpu").state == "idle"
    assert at.row("train-xl").idle_for is None
    assert at.service.apps().cost.idle_per_hour > 0


@pytest.mark.parametrize(
    ("sharing", "environment", "me"),
    [
        ("Private", None, "ana"),
        ("Shared", None, None),
        ("Shared", False, None),  # the space's own word is nearer than the environment's
        (None, None, None),  # a shared space has an owner, too
        (None, True, None),
        (None, False, "ana"),
    ],
)
def test_an_owner_is_a_person_only_where_the_space_is_private(
    tmp_path: Path, sharing: str | None, environment: bool | None, me: str | None
) -> None:
    place = Place("studio", tmp_path, domain_id="d-1", space="lab", shared=environment)
    space: dict[str, Any] = {"OwnershipSettings": {"OwnerUserProfileName": "ana"}}
    if sharing:
        space["SpaceSharingSettings"] = {"SharingType": sharing}
    domain = {"AuthMode": "IAM"}
    known = Known(place, chosen="d-1", region=REGION, domain=domain, space=space)
    assert known.me == me
    assert signs(known) is (me is not None)
