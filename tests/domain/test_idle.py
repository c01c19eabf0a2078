"""The idle setting: in force and whose word it is; what may be chosen; changing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader

from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain import idle
from sm_onboard.domain.known import Known
from sm_onboard.domain.models import IdleChange, IdleSetting
from sm_onboard.errors import Conflict, Forbidden, InvalidRequest
from sm_onboard.studio import Place

from .conftest import Room, domain_id

# boto3 from 1.35 on knows idle settings; what the page says with an older one is tested too.
KNOWS = "AppLifecycleManagement" in Loader().load_service_model("sagemaker", "service-2")["shapes"]
knows = pytest.mark.skipif(not KNOWS, reason="this boto3 does not know idle settings")


def wrapped(level: str, **told: Any) -> dict[str, Any]:
    """An answer of a Describe operation with idle settings."""
    app: dict[str, Any] = {"AppLifecycleManagement": {"IdleSettings": told}} if told else {}
    return {level: {"JupyterLabAppSettings": app}}


ON = {"LifecycleManagement": "ENABLED", "IdleTimeoutInMinutes": 60}


def known(
    domain: dict[str, Any] | None = None,
    profile: dict[str, Any] | None = None,
    space: int | None = None,
    sharing: str = "Private",
    default_space: dict[str, Any] | None = None,
    app_type: str = "JupyterLab",
) -> Known:
    place = Place("studio", Path("/home"), domain_id="d-1", space="lab", app_type=app_type)
    of_space = {"IdleTimeoutInMinutes": space} if space else {}
    return Known(
        place=place,
        chosen="d-1",
        domain={
            **wrapped("DefaultUserSettings", **(domain or {})),
            **wrapped("DefaultSpaceSettings", **(default_space or {})),
        },
        profile=wrapped("UserSettings", **(profile or {})),
        space={
            **wrapped("SpaceSettings", **of_space),
            "SpaceSharingSettings": {"SharingType": sharing},
        },
    )


def shown(known: Known) -> tuple[Any, ...]:
    setting = idle.setting(known)
    assert setting is not None
    return setting.enabled, setting.minutes, setting.source


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (known(ON), (True, 60, "domain")),
        (known(ON, {**ON, "IdleTimeoutInMinutes": 90}), (True, 90, "profile")),
        (known(ON, {**ON, "IdleTimeoutInMinutes": 90}, 120), (True, 120, "space")),
        (known(ON, {"LifecycleManagement": "DISABLED"}, 120), (False, None, "profile")),
        (known({"LifecycleManagement": "DISABLED"}, ON), (True, 60, "profile")),
        (known(), (False, None, "none")),
        (known(space=120), (False, None, "none")),  # nobody switched it on
        (known(ON, sharing="Shared"), (False, None, "none")),
        (known(ON, sharing="Shared", default_space=ON), (True, 60, "default_space")),
        (known(sharing="Shared", default_space=ON, space=75), (True, 75, "space")),
        (known({"LifecycleManagement": "ENABLED"}), (True, None, "domain")),
    ],
)
def test_the_nearest_word_counts(given: Known, expected: tuple[Any, ...]) -> None:
    assert shown(given) == expected


@pytest.mark.parametrize(
    ("given", "low", "high", "changeable"),
    [
        (known(ON), 60, 525_600, True),
        (
            known({**ON, "MinIdleTimeoutInMinutes": 90, "MaxIdleTimeoutInMinutes": 600}),
            90,
            600,
            True,
        ),
        (
            known({**ON, "MinIdleTimeoutInMinutes": 60, "MaxIdleTimeoutInMinutes": 60}),
            60,
            60,
            False,
        ),
        (known(sharing="Shared", default_space=ON), 60, 525_600, False),
    ],
)
def test_what_may_be_chosen(given: Known, low: int, high: int, changeable: bool) -> None:
    setting = idle.setting(given)
    assert setting is not None
    assert (setting.minimum, setting.maximum, setting.changeable) == (low, high, changeable)
    assert bool(setting.why_not) is not changeable


def test_what_cannot_be_known() -> None:
    nothing = Known(place=known().place, chosen="d-1")
    unknown = idle.setting(nothing)
    assert unknown is not None and unknown.enabled is None and not unknown.changeable
    assert idle.setting(known(ON), "boto3 1.34.162 of this image…") == IdleSetting(
        enabled=None, why_not="boto3 1.34.162 of this image…"
    )
    assert idle.setting(known(ON, app_type="Canvas")) is None


@knows
def test_the_source_in_the_sample(room: Callable[..., Room]) -> None:
    found = {}
    for space in ("alice-lab", "bob-lab", "dave-lab", "team-board"):
        at = room(space)
        at.look("here", "settings")
        setting = at.service.state().here.idle
        assert setting is not None
        found[space] = (setting.source, setting.minutes)
    assert found == {
        "alice-lab": ("domain", 60),
        "bob-lab": ("space", 180),
        "dave-lab": ("profile", 1440),
        "team-board": ("default_space", 240),
    }


@pytest.fixture
def bob(sample: Server, room: Callable[..., Room]) -> Room:
    at = room("bob-lab")
    at.look("here", "settings")
    at.calls()
    return at


@knows
def test_changing_it(bob: Room) -> None:
    before = bob.ask("DescribeSpace", DomainId=domain_id(bob.server), SpaceName="bob-lab")
    bob.calls()
    here = bob.service.idle(IdleChange(minutes=240))
    assert here.idle is not None and (here.idle.minutes, here.idle.source) == (240, "space")
    assert bob.calls() == {"sagemaker:DescribeSpace": 1, "sagemaker:UpdateSpace": 1}
    after = bob.ask("DescribeSpace", DomainId=domain_id(bob.server), SpaceName="bob-lab")
    settings = after["SpaceSettings"]["JupyterLabAppSettings"]
    told = settings.pop("AppLifecycleManagement")
    assert told == {"IdleSettings": {"IdleTimeoutInMinutes": 240}}
    untouched = dict(before["SpaceSettings"]["JupyterLabAppSettings"])
    untouched.pop("AppLifecycleManagement")
    assert settings == untouched


@knows
@pytest.mark.parametrize("minutes", [-1, 0, 59, 10_081, 10**9])
def test_outside_of_the_range(bob: Room, minutes: int) -> None:
    with pytest.raises(InvalidRequest) as refused:
        bob.service.idle(IdleChange(minutes=minutes))
    assert refused.value.code == "domain.idle_range"
    assert refused.value.hint == "Choose from 60 to 10080 minutes."
    assert not bob.calls()


@knows
def test_where_it_cannot_be_changed(room: Callable[..., Room]) -> None:
    for at in (room("team-board"), room()):
        at.look("here", "settings")
        with pytest.raises(Conflict) as refused:
            at.service.idle(IdleChange(minutes=120))
        assert refused.value.code == "domain.idle_fixed"


@knows
def test_without_the_permission(bob: Room) -> None:
    bob.control.trouble({"operations": ["sagemaker:UpdateSpace"], "kind": "denied"})
    with pytest.raises(Forbidden, match="sagemaker:UpdateSpace"):
        bob.service.idle(IdleChange(minutes=240))
    here = bob.service.state().here
    assert here.idle is not None and here.idle.minutes == 180


def test_a_boto3_that_does_not_know_idle_settings(
    bob: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bob.service._client, "shape", lambda *_: None)
    with pytest.raises(Conflict, match="does not know idle settings") as refused:
        bob.service.idle(IdleChange(minutes=240))
    assert refused.value.code == "aws.boto3_too_old"
    assert not bob.calls()


@pytest.mark.skipif(KNOWS, reason="this boto3 knows idle settings")
def test_with_an_old_boto3_the_setting_is_unknown(bob: Room) -> None:
    setting = bob.service.state().here.idle
    assert setting is not None and setting.enabled is None
    assert "does not know idle settings" in setting.why_not
