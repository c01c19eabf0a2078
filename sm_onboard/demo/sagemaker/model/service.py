"""The API's models, as the installed botocore has them."""

from __future__ import annotations

import functools

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel


@functools.cache
def service(name: str) -> ServiceModel:
    """The model of a service by botocore's name.

    Raises:
        botocore.exceptions.UnknownServiceError: this botocore lacks it.
    """
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


@functools.cache
def operation(service_name: str, name: str) -> OperationModel | None:
    """The model of an operation; None where this botocore lacks it."""
    model = service(service_name)
    return model.operation_model(name) if name in model.operation_names else None
