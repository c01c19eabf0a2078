"""Small service models written by hand, and the installed ones without a client."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

TEXT = {"type": "string"}


@cache
def installed(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def shape(main: dict[str, Any], **others: dict[str, Any]) -> Shape:
    """A shape that may refer to the others by name."""
    shapes = {"Main": main, "Text": TEXT, **others}
    model = {"metadata": {"protocol": "json"}, "operations": {}, "shapes": shapes}
    return ServiceModel(model, "handwritten").shape_for("Main")


def structure(members: dict[str, str], **more: Any) -> dict[str, Any]:
    """A structure's model: its members' names and the names of their shapes."""
    return {
        "type": "structure",
        "members": {name: {"shape": target} for name, target in members.items()},
        **more,
    }
