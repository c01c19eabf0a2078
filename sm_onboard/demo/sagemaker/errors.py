"""Refusals as AWS words them. The codes are the model's, or documented as common errors."""

from __future__ import annotations


class ServiceError(Exception):
    """An error that a client sees.

    Args:
        code: what boto3 shows as ``Error.Code``.
        message: what it shows as ``Error.Message``.
        status: the HTTP status; botocore retries 5xx, and 400 with a throttling code.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def validation(message: str) -> ServiceError:
    return ServiceError("ValidationException", message)


def serialization(message: str) -> ServiceError:
    return ServiceError("SerializationException", message)


def not_found(message: str) -> ServiceError:
    return ServiceError("ResourceNotFound", message)


def in_use(message: str) -> ServiceError:
    return ServiceError("ResourceInUse", message)


def conflict(message: str) -> ServiceError:
    return ServiceError("ConflictException", message)


def limit_exceeded(message: str) -> ServiceError:
    return ServiceError("ResourceLimitExceeded", message)


def throttled() -> ServiceError:
    return ServiceError("ThrottlingException", "Rate exceeded")


def denied(principal: str, action: str, resource: str, why: str) -> ServiceError:
    """``AccessDeniedException`` as SageMaker words it.

    Args:
        why: ``because no identity-based policy allows the sagemaker:ListApps action``.
    """
    return ServiceError(
        "AccessDeniedException",
        f"User: {principal} is not authorized to perform: {action} on resource: {resource} {why}",
    )


def not_implemented(operation: str) -> ServiceError:
    """A code and status that no client retries."""
    return ServiceError(
        "NotImplementedException",
        f"The local SageMaker does not know {operation}. It says so rather than invent an answer.",
    )
