"""A pipeline's definition: read, checked, and taken apart into steps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.errors import ServiceError, validation

ASSUMPTIONS = (
    Assumption(
        "CreatePipeline",
        "the members of a definition, of parameters and of conditions",
        "github.com/aws-sagemaker-mlops/sagemaker-model-building-pipeline-definition-JSON-schema",
    ),
    Assumption(
        "CreatePipeline",
        "what is wrong is told as ValidationException: Unable to parse pipeline definition. …",
        "aws/sagemaker-python-sdk#2345 (the beginning of the words)",
    ),
    Assumption(
        "CreatePipeline",
        "names of steps are unique in all branches; references to what is not there, and cycles, "
        "are refused; steps of types that nobody knows too",
    ),
    Assumption(
        "CreatePipeline",
        "the members of Arguments of a job's step are not checked before the step begins",
    ),
)

TYPES: Mapping[str, tuple[type, ...]] = {
    "String": (str,),
    "Integer": (int,),
    "Float": (float, int),
    "Boolean": (bool,),
}
STEP_TYPES = frozenset(
    {
        "Training", "Processing", "Transform", "Tuning", "AutoML", "Model", "RegisterModel",
        "Condition", "Callback", "Lambda", "EMR", "EMRServerless", "QualityCheck", "ClarifyCheck",
        "Fail", "EndpointConfig", "Endpoint", "InferenceComponent", "Lineage", "Cleanup",
    }
)  # fmt: skip
COMPARISONS = frozenset(
    {
        "Equals", "NotEquals", "GreaterThan", "GreaterThanOrEqualTo", "LessThan",
        "LessThanOrEqualTo",
    }
)  # fmt: skip
EXECUTION = frozenset(
    {
        "PipelineName", "PipelineArn", "PipelineExecutionId", "PipelineExecutionArn",
        "PipelineExecutionDisplayName", "StartDateTime", "CurrentDateTime", "MLflowConfig",
    }
)  # fmt: skip
_TOP = {"Version", "Metadata", "Parameters", "PipelineExperimentConfig", "MLflowConfig", "Steps"}
_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")
_STEP = re.compile(r"Steps\.([A-Za-z0-9\-_]+)")
_WITHOUT_ARGUMENTS = frozenset({"Lambda", "Callback", "EMR", "EMRServerless", "Cleanup"})
_DEEPEST = 50


@dataclass(frozen=True)
class Parameter:
    """What ``StartPipelineExecution`` may set.

    Attributes:
        type: String, Integer, Float or Boolean.
        default: None where it has to be given.
        values: the only ones allowed; empty: any.
    """

    name: str
    type: str
    default: Any = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One step, wherever it is in the definition.

    Attributes:
        arguments: ``Arguments``; a condition's without its branches.
        needs: names of the steps that have to succeed before it.
        branch: the condition step it belongs to, and the outcome it wants; None: always.
        members: everything else: ``DisplayName``, ``FunctionArn``, ``CacheConfig``.
    """

    name: str
    type: str
    arguments: Mapping[str, Any]
    needs: tuple[str, ...]
    branch: tuple[str, bool] | None
    members: Mapping[str, Any]


@dataclass(frozen=True)
class Definition:
    """A definition that can be executed.

    Attributes:
        steps: with those of all branches, in the order of the text.
        experiment: ``PipelineExperimentConfig``; None: absent.
    """

    parameters: Mapping[str, Parameter]
    steps: Mapping[str, Step]
    experiment: Any = None


def read(text: str) -> Definition:
    """Takes a definition apart.

    Raises:
        ServiceError: ``ValidationException`` that says what is wrong with it.
    """
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong(f"It is not JSON: {error}.") from None
    _expect(whole, dict, "The definition")
    for name in whole.keys() - _TOP:
        raise _wrong(f"Unknown member {name!r}.")
    if whole.get("Version", "2020-12-01") != "2020-12-01":
        raise _wrong(f"Version {whole['Version']!r} is unknown; it has to be '2020-12-01'.")
    _expect(whole.get("Metadata", {}), dict, "Metadata")
    parameters = _parameters(whole.get("Parameters", []))
    if "Steps" not in whole:
        raise _wrong("Steps are missing.")
    steps: dict[str, Step] = {}
    for step in _steps(whole["Steps"], None, 0):
        if step.name in steps:
            raise _wrong(f"There are two steps named {step.name!r}.")
        steps[step.name] = step
    _check_references(whole.get("PipelineExperimentConfig", {}), {}, parameters, "The experiment")
    for step in steps.values():
        _check_needs(step, steps, parameters)
    _check_cycles(steps)
    return Definition(parameters, steps, whole.get("PipelineExperimentConfig"))


def references(value: Any) -> Iterator[str]:
    """What each ``{"Get": …}`` in a value names, however deep."""
    if isinstance(value, dict):
        if set(value) == {"Get"} and isinstance(value["Get"], str):
            yield value["Get"]
        else:
            for inner in value.values():
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def named_step(reference: str) -> str:
    """The step that a reference names; "" where it names none."""
    match = _STEP.match(reference)
    return match[1] if match else ""


def fits(value: Any, type_: str) -> bool:
    """Whether a JSON value is of a parameter's type."""
    if isinstance(value, bool):
        return type_ == "Boolean"
    return isinstance(value, TYPES[type_])


def _parameters(given: Any) -> dict[str, Parameter]:
    _expect(given, list, "Parameters")
    found: dict[str, Parameter] = {}
    for entry in given:
        _expect(entry, dict, "A parameter")
        name, type_ = entry.get("Name"), entry.get("Type", "String")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise _wrong(f"{name!r} is not a name for a parameter.")
        if name in found:
            raise _wrong(f"There are two parameters named {name!r}.")
        if type_ not in TYPES:
            listed = ", ".join(TYPES)
            raise _wrong(f"The type of parameter {name!r} is {type_!r}; it has to be of {listed}.")
        for member in entry.keys() - {"Name", "Type", "DefaultValue", "EnumValues", "Description"}:
            raise _wrong(f"Unknown member {member!r} in parameter {name!r}.")
        default, values = entry.get("DefaultValue"), entry.get("EnumValues", [])
        _expect(values, list, f"EnumValues of parameter {name!r}")
        if default is not None and not fits(default, type_):
            raise _wrong(f"The default value of parameter {name!r} is not a {type_}.")
        if default is not None and values and default not in values:
            raise _wrong(f"The default value of parameter {name!r} is not one of its EnumValues.")
        found[name] = Parameter(name, type_, default, tuple(values))
    return found


def _steps(given: Any, branch: tuple[str, bool] | None, depth: int) -> Iterator[Step]:
    _expect(given, list, "Steps")
    if depth > _DEEPEST:
        raise _wrong("Conditions are nested too deeply.")
    for entry in given:
        _expect(entry, dict, "A step")
        name, type_ = entry.get("Name"), entry.get("Type")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise _wrong(f"{name!r} is not a name for a step.")
        if type_ not in STEP_TYPES:
            raise _wrong(f"The type of step {name!r} is {type_!r}, which nobody knows.")
        if "Arguments" not in entry and type_ not in _WITHOUT_ARGUMENTS:
            raise _wrong(f"Step {name!r} has no Arguments.")
        arguments = entry.get("Arguments", {})
        _expect(arguments, dict, f"Arguments of step {name!r}")
        before = entry.get("DependsOn", [])
        _expect(before, list, f"DependsOn of step {name!r}")
        own = {k: v for k, v in arguments.items() if k not in ("IfSteps", "ElseSteps")}
        members = {k: v for k, v in entry.items() if k not in ("Arguments", "DependsOn")}
        plain = own if type_ == "Condition" else arguments
        found = [str(need) for need in before]
        found += [step for get in references([plain, members]) if (step := named_step(get))]
        if branch is not None:
            found.append(branch[0])
        yield Step(name, type_, plain, tuple(dict.fromkeys(found)), branch, members)
        if type_ == "Condition":
            _check_conditions(name, arguments.get("Conditions"))
            yield from _steps(arguments.get("IfSteps", []), (name, True), depth + 1)
            yield from _steps(arguments.get("ElseSteps", []), (name, False), depth + 1)


def _check_conditions(name: str, given: Any, depth: int = 0) -> None:
    if not isinstance(given, list) or not given or depth > _DEEPEST:
        raise _wrong(f"Step {name!r} has no Conditions.")
    for condition in given:
        _expect(condition, dict, f"A condition of step {name!r}")
        type_ = condition.get("Type")
        needed: tuple[str, ...] = ()
        if type_ in COMPARISONS:
            needed = ("LeftValue", "RightValue")
        elif type_ == "In":
            needed = ("Value", "In") if "In" in condition else ("QueryValue", "Values")
        elif type_ == "Or":
            _check_conditions(name, condition.get("Conditions"), depth + 1)
        elif type_ == "Not":
            _check_conditions(name, [condition.get("Expression")], depth + 1)
        else:
            raise _wrong(f"The type of a condition of step {name!r} is {type_!r}.")
        for member in needed:
            if member not in condition:
                raise _wrong(f"A condition of step {name!r} has no {member}.")


def _check_needs(
    step: Step, steps: Mapping[str, Step], parameters: Mapping[str, Parameter]
) -> None:
    for need in step.needs:
        if need not in steps:
            raise _wrong(f"Step {step.name!r} depends on step {need!r}, which is not there.")
    _check_references([step.arguments, step.members], steps, parameters, f"Step {step.name!r}")


def _check_references(
    value: Any, steps: Mapping[str, Step], parameters: Mapping[str, Parameter], where: str
) -> None:
    for reference in references(value):
        kind, _, rest = reference.partition(".")
        name = rest.split(".")[0].split("[")[0]
        known = {
            "Parameters": rest in parameters,
            "Execution": name in EXECUTION,
            "Steps": named_step(reference) in steps,
        }
        if not known.get(kind, False):
            raise _wrong(f"{where} refers to {reference!r}, which is not there.")


def _check_cycles(steps: Mapping[str, Step]) -> None:
    left = {name: set(step.needs) for name, step in steps.items()}
    while left:
        free = [name for name, needs in left.items() if not needs]
        if not free:
            listed = ", ".join(sorted(left))
            raise _wrong(f"Steps depend on each other in a circle: {listed}.")
        for name in free:
            del left[name]
        for needs in left.values():
            needs.difference_update(free)


def _expect(value: Any, type_: type, what: str) -> None:
    if not isinstance(value, type_):
        kind = "Object" if type_ is dict else "Array"
        raise _wrong(f"{what}: Expecting start of Json {kind}.")


def _wrong(why: str) -> ServiceError:
    return validation(f"Unable to parse pipeline definition. {why}")
