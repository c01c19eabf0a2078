"""Where shared snapshots lie: one object each, by the digest of its bytes."""

from .models import LARGEST, Store, name_of
from .opening import open_store

__all__ = ["LARGEST", "Store", "name_of", "open_store"]
