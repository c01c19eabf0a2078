"""Models, endpoint configurations and endpoints."""

from __future__ import annotations

from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.crud import begin, describe, find, missing
from sm_onboard.demo.sagemaker.engine.family import Family, Special, Values
from sm_onboard.demo.sagemaker.engine.life import GONE, Life
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.errors import validation

ASSUMPTIONS = (
    Assumption(
        "DescribeEndpoint",
        'a missing one: ValidationException, Could not find endpoint "ARN".',
        "aws/amazon-sagemaker-examples#2402",
    ),
    Assumption(
        "DescribeEndpointConfig",
        'a missing one: ValidationException, Could not find endpoint configuration "ARN".',
        "aws/amazon-sagemaker-examples#2339",
    ),
    Assumption("DescribeModel", "a missing one is refused in the words of endpoints"),
    Assumption(
        "CreateEndpoint",
        'a second one: ValidationException, Cannot create already existing endpoint "ARN".',
        "aws/amazon-sagemaker-examples#2491; awslabs/spot-tagging-bot-for-digital-assets#2",
    ),
    Assumption("CreateEndpoint", "240 s to be in service, 240 s for an update, 60 s to delete"),
    Assumption("UpdateEndpointWeightsAndCapacities", "takes 60 s"),
    Assumption(
        "DeleteEndpoint",
        "one that is being created, updated or deleted is refused with ValidationException: "
        'Cannot update in-progress endpoint "ARN".',
    ),
    Assumption("DeleteEndpoint", "a failed endpoint can be deleted, not updated"),
    Assumption(
        "DeleteEndpointConfig",
        "nothing keeps a configuration or a model from being deleted",
        "botocore's model: DeleteEndpointConfig, DeleteModel",
    ),
    Assumption("DescribeEndpoint", "variants are shown once the endpoint is in service"),
)


def _new_model(region: Region, call: Call, values: Values) -> None:
    _refuse_second(region, MODEL, values, "model")
    if ("PrimaryContainer" in values) == bool(values.get("Containers")):
        raise validation("You must provide exactly one of PrimaryContainer and Containers.")
    for container in values.get("Containers") or (values["PrimaryContainer"],):
        if "Image" not in container and "ModelPackageName" not in container:
            raise validation("A container needs an Image or a ModelPackageName.")
    if "ExecutionRoleArn" not in values:
        raise validation("You must provide an ExecutionRoleArn.")


def _new_config(region: Region, call: Call, values: Values) -> None:
    _refuse_second(region, CONFIG, values, "endpoint configuration")
    all_variants = [*values["ProductionVariants"], *values.get("ShadowProductionVariants", ())]
    names = [variant["VariantName"] for variant in all_variants]
    if len(set(names)) < len(names):
        raise validation("Variant names have to be unique within an endpoint configuration.")
    for variant in all_variants:
        if "ModelName" in variant and region.get("Model", variant["ModelName"]) is None:
            raise missing(MODEL, (variant["ModelName"],), call)
        if ("ServerlessConfig" in variant) == ("InstanceType" in variant):
            raise validation(
                f"Variant {variant['VariantName']} needs either an InstanceType or a "
                "ServerlessConfig."
            )
        if "InstanceType" in variant:
            variant.setdefault("InitialInstanceCount", 1)
        variant.setdefault("InitialVariantWeight", 1.0)


def _new_endpoint(region: Region, call: Call, values: Values) -> None:
    _refuse_second(region, ENDPOINT, values, "endpoint")
    values["ProductionVariants"] = _variants(region, call, values["EndpointConfigName"])


def _change_endpoint(region: Region, call: Call, record: Record, changes: Values) -> None:
    _refuse_busy(region, record, "InService")
    if "DeploymentConfig" in changes:
        changes["LastDeploymentConfig"] = changes.pop("DeploymentConfig")
    keep = changes.pop("RetainAllVariantProperties", False)
    excluded = {
        entry["VariantPropertyType"]
        for entry in changes.pop("ExcludeRetainedVariantProperties", ())
    }
    before = {v["VariantName"]: v for v in record.values["ProductionVariants"]}
    changes["PreviousVariants"] = record.values["ProductionVariants"]
    changes["ProductionVariants"] = _variants(region, call, changes["EndpointConfigName"])
    for variant in changes["ProductionVariants"] if keep else ():
        old = before.get(variant["VariantName"], {})
        for what in ("Weight", "InstanceCount"):
            if f"Desired{what}" not in excluded and f"Desired{what}" in old:
                variant[f"Desired{what}"] = variant[f"Current{what}"] = old[f"Desired{what}"]


def _leave_endpoint(region: Region, call: Call, record: Record) -> None:
    _refuse_busy(region, record, "InService", "Failed", "OutOfService")


def _refuse_second(region: Region, family: Family, values: Values, title: str) -> None:
    there = region.get(family.name, values[family.key[0]])
    if there is not None:
        raise validation(f'Cannot create already existing {title} "{there.arn}".')


def _refuse_busy(region: Region, record: Record, *fine: str) -> None:
    if record.status(region.now()) not in fine:
        raise validation(f'Cannot update in-progress endpoint "{record.arn}".')


def _variants(region: Region, call: Call, config_name: str) -> list[dict[str, Any]]:
    config = region.get("EndpointConfig", config_name)
    if config is None:
        raise missing(CONFIG, (config_name,), call)
    return variants(region, config)


def variants(region: Region, config: Record) -> list[dict[str, Any]]:
    """``ProductionVariantSummary`` of each variant of a configuration."""
    found = []
    for variant in config.values["ProductionVariants"]:
        weight = variant.get("InitialVariantWeight", 1.0)
        summary: dict[str, Any] = {
            "VariantName": variant["VariantName"],
            "CurrentWeight": weight,
            "DesiredWeight": weight,
            "DeployedImages": _images(region, variant.get("ModelName", "")),
        }
        if "ServerlessConfig" in variant:
            summary["CurrentServerlessConfig"] = variant["ServerlessConfig"]
        else:
            count = variant.get("InitialInstanceCount", 1)
            summary["CurrentInstanceCount"] = summary["DesiredInstanceCount"] = count
        found.append(summary)
    return found


def _images(region: Region, model_name: str) -> list[dict[str, Any]] | None:
    model = region.get("Model", model_name)
    if model is None:
        return None
    containers = model.values.get("Containers") or [model.values["PrimaryContainer"]]
    return [
        {"SpecifiedImage": c["Image"], "ResolvedImage": c["Image"], "ResolutionTime": region.now()}
        for c in containers
        if "Image" in c
    ]


def _endpoint(region: Region, record: Record) -> Values:
    status = record.status(region.now())
    if status == "Updating":
        return {"ProductionVariants": record.values.get("PreviousVariants")}
    return {} if status == "InService" else {"ProductionVariants": None}


def _weights(region: Region, call: Call) -> Answer:
    record = find(ENDPOINT, region, call)
    _refuse_busy(region, record, "InService")
    before = record.values["ProductionVariants"]
    after = [dict(variant) for variant in before]
    by_name = {variant["VariantName"]: variant for variant in after}
    for wanted in call.parameters["DesiredWeightsAndCapacities"]:
        variant = by_name.get(wanted["VariantName"])
        if variant is None:
            raise validation(f'The endpoint has no variant "{wanted["VariantName"]}".')
        for what in ("Weight", "InstanceCount"):
            if f"Desired{what}" in wanted:
                variant[f"Desired{what}"] = variant[f"Current{what}"] = wanted[f"Desired{what}"]
    record.values["PreviousVariants"] = [
        {**old, **{name: value for name, value in new.items() if name.startswith("Desired")}}
        for old, new in zip(before, after, strict=True)
    ]
    record.values["ProductionVariants"] = after
    record.modified = region.now()
    begin(region, record, (("Updating", 60), ("InService", 0)))
    return describe(region, record)


MODEL = Family(
    "Model",
    "Models",
    "Model",
    key=("ModelName",),
    arn="model/{ModelName}",
    missing="ValidationException",
    missing_message='Could not find model "{arn}".',
    begin=_new_model,
    without=frozenset({"update"}),
)
CONFIG = Family(
    "EndpointConfig",
    "EndpointConfigs",
    "Endpoint configuration",
    key=("EndpointConfigName",),
    arn="endpoint-config/{EndpointConfigName}",
    missing="ValidationException",
    missing_message='Could not find endpoint configuration "{arn}".',
    begin=_new_config,
    without=frozenset({"update"}),
)
ENDPOINT = Family(
    "Endpoint",
    "Endpoints",
    "Endpoint",
    key=("EndpointName",),
    arn="endpoint/{EndpointName}",
    missing="ValidationException",
    missing_message='Could not find endpoint "{arn}".',
    life=Life(
        "EndpointStatus",
        born=(("Creating", 240), ("InService", 0)),
        updated=(("Updating", 240), ("InService", 0)),
        deleted=(("Deleting", 60), (GONE, 0)),
        ready=frozenset({"InService"}),
    ),
    begin=_new_endpoint,
    change=_change_endpoint,
    leave=_leave_endpoint,
    view=_endpoint,
)

FAMILIES: tuple[Family, ...] = (MODEL, CONFIG, ENDPOINT)
OPERATIONS: dict[str, Special] = {"UpdateEndpointWeightsAndCapacities": _weights}
