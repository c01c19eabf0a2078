"""Which packages a Python has, and whether they meet a requirement."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sm_onboard.errors import Conflict

if TYPE_CHECKING:
    from packaging.requirements import Requirement

LOOK_LIMIT = 60.0  # seconds to list what a Python has; a conda environment is large

_INVENTORY = """
import importlib.metadata as m, json, os, platform, sys
v = sys.implementation.version
full = ".".join(map(str, v[:3])) + ("" if v[3] == "final" else v[3][0] + str(v[4]))
found = {}
for d in m.distributions():
    try:
        found.setdefault(d.metadata["Name"], [d.version, d.requires or []])
    except Exception:
        pass
found.pop(None, None)
print(json.dumps({"found": found, "markers": {
    "implementation_name": sys.implementation.name, "implementation_version": full,
    "os_name": os.name, "platform_machine": platform.machine(),
    "platform_release": platform.release(), "platform_system": platform.system(),
    "platform_version": platform.version(), "sys_platform": sys.platform,
    "python_full_version": platform.python_version(),
    "platform_python_implementation": platform.python_implementation(),
    "python_version": ".".join(platform.python_version_tuple()[:2])}}))
"""


@dataclass(frozen=True)
class Installed:
    """What one Python has.

    Attributes:
        packages: normalized name -> (version, what it requires in turn).
        markers: the values of PEP 508's environment markers there.
    """

    packages: dict[str, tuple[str, tuple[str, ...]]]
    markers: dict[str, str]

    @classmethod
    def of(cls, python: str) -> Installed:
        """Asks that Python itself, so that the answer is what its kernels would see.

        Raises:
            Conflict: ``repos.python_silent``.
        """
        from packaging.utils import canonicalize_name

        try:
            asked = subprocess.run(
                [python, "-c", _INVENTORY],
                cwd=os.sep,  # -c looks for modules in the working folder first
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LOOK_LIMIT,
                check=True,
            )
            answer = json.loads(asked.stdout)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise Conflict(
                "repos.python_silent",
                "Python did not say which packages it has.",
                "Run python -m pip list in a terminal: it shows what is wrong.",
            ) from error
        packages: dict[str, tuple[str, tuple[str, ...]]] = {
            canonicalize_name(name): (version, tuple(requires))
            for name, (version, requires) in answer["found"].items()
        }
        return cls(packages, answer["markers"])

    def has(self, requirement: Requirement) -> bool:
        """Whether a requirement is met, the packages of its extras included."""
        from packaging.requirements import InvalidRequirement, Requirement
        from packaging.utils import canonicalize_name
        from packaging.version import InvalidVersion

        if not self.concerns(requirement):
            return True
        version, requires = self.packages.get(canonicalize_name(requirement.name), ("", ()))
        if not version:
            return False
        with contextlib.suppress(InvalidVersion):  # an odd version is there all the same
            if not requirement.specifier.contains(version, prereleases=True):
                return False
        for extra in requirement.extras:
            for text in requires:
                with contextlib.suppress(InvalidRequirement):
                    needed = Requirement(text)
                    if needed.marker is None or needed.extras:
                        continue
                    plain = needed.marker.evaluate({**self.markers, "extra": ""})
                    if needed.marker.evaluate({**self.markers, "extra": extra}) and not plain:
                        needed.marker = None
                        if not self.has(needed):
                            return False
        return True

    def concerns(self, requirement: Requirement) -> bool:
        """Whether its marker (``; python_version < "3.11"``) is true here."""
        return requirement.marker is None or requirement.marker.evaluate(
            {**self.markers, "extra": ""}
        )
