"""Which repositories there should be: ``onboard.yaml``, the traits, and what merges them."""

from .plan import (
    Listing,
    Plan,
    Refused,
    Settings,
    add_to_own_file,
    experiments,
    load,
    resolve_root,
)

__all__ = [
    "Listing",
    "Plan",
    "Refused",
    "Settings",
    "add_to_own_file",
    "experiments",
    "load",
    "resolve_root",
]
