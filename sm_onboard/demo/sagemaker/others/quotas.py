"""Service Quotas: how many Studio apps may run on which instance type.

``APPLIED.limit(region, type)`` is what ``CreateApp`` may ask; ``APPLIED.set`` lets a
demonstration or a test run into ``ResourceLimitExceeded``.
"""

from __future__ import annotations

import functools
import hashlib
import threading
from typing import Any

from botocore.model import StringShape

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call, Handler
from sm_onboard.demo.sagemaker.engine.store import Region
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.others import tokens

GENEROUS = 100.0
"""Apps on one instance type, unless somebody set another value."""

DEFAULT = 5.0
"""The value before any increase, in the lists of defaults."""

_APPS = ("JupyterLab", "CodeEditor")
_RATES = "https://github.com/cloud-architect-ky/av3.0-blueprint-lab"

_CODES = {  # of JupyterLab apps, as the service has them
    "ml.c5.2xlarge": "L-C1AE5754", "ml.c5.large": "L-A6419EF6", "ml.c5.xlarge": "L-BD09952F",
    "ml.g4dn.2xlarge": "L-138F29A9", "ml.g4dn.xlarge": "L-39F81BFB",
    "ml.g5.12xlarge": "L-8D2ED7BF", "ml.g5.24xlarge": "L-F087CCFC",
    "ml.g5.2xlarge": "L-F73C7DB9", "ml.g5.48xlarge": "L-83AB5D73",
    "ml.g5.4xlarge": "L-81940D85", "ml.g5.8xlarge": "L-19B6BAFC", "ml.g5.xlarge": "L-988CE6C5",
    "ml.g6.12xlarge": "L-962247BA", "ml.g6.24xlarge": "L-8ACE1754",
    "ml.g6.2xlarge": "L-92D1521D", "ml.g6.48xlarge": "L-125B7142",
    "ml.g6.4xlarge": "L-692B8304", "ml.g6.xlarge": "L-AABA5942",
    "ml.g7e.12xlarge": "L-5F015F52", "ml.g7e.24xlarge": "L-E481E4F8",
    "ml.g7e.2xlarge": "L-7A3E0A2C", "ml.g7e.48xlarge": "L-A48244DF",
    "ml.g7e.4xlarge": "L-B7228EBF", "ml.g7e.8xlarge": "L-0407753C",
    "ml.m5.2xlarge": "L-7C9662F1", "ml.m5.4xlarge": "L-2CA31BFA", "ml.m5.large": "L-3BDCD216",
    "ml.m5.xlarge": "L-77B8159A", "ml.p4d.24xlarge": "L-AD63F1D2",
    "ml.p5.48xlarge": "L-B41FBF28", "ml.t3.2xlarge": "L-B039EA8F", "ml.t3.large": "L-2733D4D5",
    "ml.t3.medium": "L-71FAF417", "ml.t3.xlarge": "L-61F9C762",
}  # fmt: skip

ASSUMPTIONS = (
    Assumption(
        "ListServiceQuotas",
        "a quota of apps is called Studio JupyterLab Apps running on ml.t3.medium instances, and "
        "Studio CodeEditor Apps likewise; its code is the same in every region",
        _RATES,
    ),
    Assumption(
        "ListServiceQuotas",
        "codes of 34 types of JupyterLab are the service's; all others are made from the name",
        _RATES,
    ),
    Assumption("ListServiceQuotas", "of SageMaker's quotas only those of Studio apps are there"),
    Assumption("ListServiceQuotas", "the quotas have the order of their codes"),
    Assumption("ListServiceQuotas", "a page has 100 entries where MaxResults says nothing else"),
    Assumption(
        "ListServiceQuotas",
        "a value is 100 until it is set; the lists of defaults say 5, for types with a GPU 0 "
        "(the real defaults depend on the type, and new accounts have 0 for many)",
        "https://docs.aws.amazon.com/general/latest/gr/sagemaker.html",
    ),
    Assumption("ListServiceQuotas", "a quota of a resource does not exist: the list is empty"),
)


class Applied:
    """The values that are in force, by account and region. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[tuple[str, str, str], float] = {}

    def limit(self, region: str, instance_type: str, app: str = "JupyterLab") -> float | None:
        """How many apps may run; None where no quota counts them.

        Args:
            app: ``JupyterLab`` or ``CodeEditor``.
        """
        if app not in _APPS or instance_type not in instance_types():
            return None
        with self._lock:
            return self._values.get((region, app, instance_type), GENEROUS)

    def of_app(self, region: Region, app: str, instance_type: str) -> tuple[str, float] | None:
        """The name and value of the quota that counts an app; None where none does."""
        limit = self.limit(region.name, instance_type, app)
        return None if limit is None else (_name(app, instance_type), limit)

    def set(
        self, region: str, instance_type: str, value: float | None, app: str = "JupyterLab"
    ) -> None:
        """Puts a value in force; None the one from the beginning.

        Raises:
            ValueError: no quota counts such apps, or the value is below 0.
        """
        if self.limit(region, instance_type, app) is None:
            raise ValueError(f"There is no quota of {app} apps on {instance_type}.")
        if value is not None and not 0 <= value <= 10_000_000_000:
            raise ValueError(f"A quota cannot be {value}.")
        with self._lock:
            if value is None:
                self._values.pop((region, app, instance_type), None)
            else:
                self._values[region, app, instance_type] = float(value)

    def reset(self) -> None:
        with self._lock:
            self._values.clear()


APPLIED = Applied()
"""Of this process; it holds one emulator."""


@functools.cache
def instance_types() -> tuple[str, ...]:
    """The types that Studio apps can run on, as the installed botocore has them."""
    shape = models.service("sagemaker").shape_for("AppInstanceType")
    assert isinstance(shape, StringShape)
    return tuple(name for name in shape.enum if name.startswith("ml."))


@functools.cache
def code(app: str, instance_type: str) -> str:
    """The code of a quota: ``L-71FAF417``."""
    if app == "JupyterLab" and instance_type in _CODES:
        return _CODES[instance_type]
    return "L-" + hashlib.sha256(_name(app, instance_type).encode()).hexdigest()[:8].upper()


def list_service_quotas(call: Call) -> Answer:
    """The values in force."""
    if call.parameters["ServiceCode"] != "sagemaker":
        return _paged(call, _moto(call))
    if call.parameters.get("QuotaAppliedAtLevel") == "RESOURCE":
        return {"Quotas": []}
    wanted = call.parameters.get("QuotaCode")
    quotas = [_quota(call, app, kind) for app, kind in _ordered()]
    found = [quota for quota in quotas if wanted in (None, quota["QuotaCode"])]
    if not found:
        raise _missing()
    return _paged(call, found)


def list_default_quotas(call: Call) -> Answer:
    """The values before any increase."""
    if call.parameters["ServiceCode"] != "sagemaker":
        return _paged(call, _moto(call))
    return _paged(call, [_default(call, app, kind) for app, kind in _ordered()])


def get_service_quota(call: Call) -> Answer:
    """One value in force."""
    return {"Quota": _one(call, list_service_quotas)}


def get_default_quota(call: Call) -> Answer:
    """One value before any increase."""
    return {"Quota": _one(call, list_default_quotas)}


HANDLERS: dict[tuple[str, str], Handler] = {
    ("service-quotas", "ListServiceQuotas"): list_service_quotas,
    ("service-quotas", "ListAWSDefaultServiceQuotas"): list_default_quotas,
    ("service-quotas", "GetServiceQuota"): get_service_quota,
    ("service-quotas", "GetAWSDefaultServiceQuota"): get_default_quota,
}


@functools.cache
def _ordered() -> tuple[tuple[str, str], ...]:
    pairs = [(app, kind) for app in _APPS for kind in instance_types()]
    return tuple(sorted(pairs, key=lambda pair: code(*pair)))


def _name(app: str, instance_type: str) -> str:
    return f"Studio {app} Apps running on {instance_type} instances"


def _quota(call: Call, app: str, kind: str) -> dict[str, Any]:
    number = code(app, kind)
    return {
        "ServiceCode": "sagemaker",
        "ServiceName": "Amazon SageMaker",
        "QuotaArn": f"arn:aws:servicequotas:{call.region}:{call.account}:sagemaker/{number}",
        "QuotaCode": number,
        "QuotaName": _name(app, kind),
        "Value": APPLIED.limit(call.region, kind, app),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
        "QuotaAppliedAtLevel": "ACCOUNT",
    }


def _default(call: Call, app: str, kind: str) -> dict[str, Any]:
    quota = _quota(call, app, kind)
    quota["QuotaArn"] = f"arn:aws:servicequotas:{call.region}::sagemaker/{quota['QuotaCode']}"
    quota["Value"] = 0.0 if kind[3] in "gp" or kind.startswith(("ml.inf", "ml.trn")) else DEFAULT
    return quota


def _one(call: Call, lister: Handler) -> dict[str, Any]:
    wanted = call.parameters["QuotaCode"]
    if call.parameters["ServiceCode"] == "sagemaker":
        make = _quota if lister is list_service_quotas else _default
        quotas = [make(call, app, kind) for app, kind in _ordered() if code(app, kind) == wanted]
    else:
        quotas = [quota for quota in _moto(call) if quota["QuotaCode"] == wanted]
    if not quotas:
        raise _missing()
    return quotas[0]


def _moto(call: Call) -> list[dict[str, Any]]:
    """The quotas that moto knows of another service; it has those of vpc."""
    from moto.servicequotas.exceptions import NoSuchResource
    from moto.servicequotas.models import servicequotas_backends

    backend = servicequotas_backends[call.account][call.region]
    try:
        quotas = backend.list_aws_default_service_quotas(call.parameters["ServiceCode"])
    except NoSuchResource as error:
        raise _missing() from error
    return [dict(quota) for quota in quotas]


def _missing() -> ServiceError:
    return ServiceError("NoSuchResourceException", "The request failed because the specified "
                        "service or quota does not exist.")  # fmt: skip


def _paged(call: Call, quotas: list[dict[str, Any]]) -> Answer:
    size = int(call.parameters.get("MaxResults") or 100)
    try:
        shown, following = tokens.page(call, quotas, size)
    except tokens.BadToken as error:
        raise ServiceError(
            "InvalidPaginationTokenException", "Invalid NextToken was specified."
        ) from error
    return {"Quotas": shown, "NextToken": following}
