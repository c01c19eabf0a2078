"""Who calls, and whether they may: signatures, identities, IAM policies."""

from __future__ import annotations

from .actions import required
from .gate import Gate
from .identities import Credentials
from .signature import Signed

__all__ = ["Credentials", "Gate", "Signed", "required"]
