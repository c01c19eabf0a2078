"""What is installed for a Python: asked without a kernel, and its answer taken for data."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sm_onboard import pythons
from sm_onboard.experiments.recording.environment import freeze
from tests.house.pythons import environment, program, put


def test_what_another_python_has(tmp_path: Path) -> None:
    told = pythons.ask(environment(tmp_path / "churn", churn_tools="1.2", Zebra="3!1.0+cu121"))
    assert told
    assert told.text == "churn_tools==1.2\nZebra==3!1.0+cu121\n"
    assert told.python == ".".join(map(str, sys.version_info[:3]))


def test_of_this_python_it_is_what_runs_record() -> None:
    told = pythons.ask(sys.executable)
    assert told and told.text == freeze().text


def test_what_the_person_installed_for_themselves_alone(tmp_path: Path, home: Path) -> None:
    """``pip install --user``: a kernel sees it, unless its environment is a virtual one."""
    base = os.path.realpath(sys.executable)
    where = subprocess.run(
        [base, "-c", "import site; print(site.getusersitepackages())"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    assert where.startswith(str(home))
    found = Path(where) / "mine-1.0.dist-info"
    found.mkdir(parents=True)
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    told, apart = pythons.ask(base), pythons.ask(environment(tmp_path / "venv"))
    assert told and "mine==1.0\n" in told.text
    assert apart and "mine" not in apart.text


def test_it_is_asked_again_only_after_something_was_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = environment(tmp_path / "churn", one="1.0")
    assert pythons.ask(python)
    begun: list[Any] = []
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: begun.append(a) or real(*a, **k))
    again = pythons.ask(python)
    assert again and again.text == "one==1.0\n"
    assert not begun
    put(tmp_path / "churn", "two", "2.0")
    more = pythons.ask(python)
    assert more and more.text == "one==1.0\ntwo==2.0\n"
    assert len(begun) == 1
    shutil.rmtree(tmp_path / "churn")
    assert pythons.ask(python) is None


def test_it_is_asked_apart_from_all_that_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "evil.py"))
    (tmp_path / "json.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    seen = tmp_path / "seen.json"
    real = environment(tmp_path / "churn", churn="1.0")
    python = program(
        tmp_path / "bin",
        "import json, os, sys\n"
        f"told = [os.getcwd(), dict(os.environ), sys.argv[1:3], sys.stdin.read()]\n"
        f"open({str(seen)!r}, 'w').write(json.dumps(told))\n"
        f"os.execv({real!r}, [{real!r}, *sys.argv[1:]])\n",
    )
    text = Path(python).read_text().replace(sys.executable, f"{sys.executable} -I", 1)
    Path(python).write_text(text)
    told = pythons.ask(python)
    assert told and told.text == "churn==1.0\n"
    where, environ, options, given = json.loads(seen.read_text())
    assert (where, options, given) == ("/", ["-I", "-c"], "")
    assert set(environ) <= {"HOME", "PATH", "LC_ALL", "LC_CTYPE", "PYTHONNOUSERSITE"}


def answers(found: Any, **more: Any) -> str:
    told = {"python": "3.11.1", "folders": [], "found": found, **more}
    return f"print({json.dumps(json.dumps(told))})"


def test_what_it_answers_is_data(tmp_path: Path) -> None:
    evil = [
        ["good", "1.0"],
        ["-e git+https://evil.example/x", "1"],
        ["--index-url=https://evil.example", "1"],
        ["two\nlines", "1.0"],
        ["name", "1.0\nevil==1"],
        ["name", "1.0 ; import os"],
        ["name", "1.0 @ https://evil.example"],
        ["x" * 300, "1"],
        ["name", "1" * 300],
        ["trailing-", "1"],
        ["\u202egood", "1"],
        [None, "1"],
        [["a"], {"b": 1}],
    ]
    told = pythons.ask(program(tmp_path, answers(evil)))
    assert told and told.text == "good==1.0\n"
    many = [[f"p{n}", "1"] for n in range(30_000)]
    told = pythons.ask(program(tmp_path / "many", answers(many)))
    assert told and len(told.packages) == 20_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "raise SystemExit(1)",
        "print('not json')",
        "print('[1, 2]')",
        "print('null')",
        "print('{\"python\": 1}')",
        "print('[' * 100000)",
        answers([["a", "1"]], python="3.11\nevil"),
        answers([["a", "1", "2"]]),
        answers({"a": "1"}),
        answers([["a", "1"]], folders=[["/x"]]),
        answers([["a", "1"]], folders=3),
        "import sys\nwhile True: sys.stdout.write('x' * 65536)",
    ],
)
def test_what_answers_otherwise_is_no_python(tmp_path: Path, text: str) -> None:
    before = time.monotonic()
    assert pythons.ask(program(tmp_path, text), 20) is None
    assert time.monotonic() - before < 15


@pytest.mark.parametrize("how", ["silent", "drips", "child"])
def test_what_is_late_is_ended(tmp_path: Path, how: str) -> None:
    pids = tmp_path / "pids"
    hang = {
        "silent": "import time; time.sleep(60)",
        "drips": "import sys, time\nwhile True: print('x', flush=True); time.sleep(0.05)",
        "child": "import os, time\nos.fork()\n"
        f"open({str(pids)!r}, 'a').write(f'{{os.getpid()}} ')\ntime.sleep(60)",
    }[how]
    python = program(
        tmp_path, f"import os\nopen({str(pids)!r}, 'w').write(f'{{os.getpid()}} ')\n{hang}"
    )
    before = time.monotonic()
    assert pythons.ask(python, 2.0) is None
    assert time.monotonic() - before < 10
    for pid in map(int, pids.read_text().split()):
        end = time.monotonic() + 5
        while _runs(pid):
            assert time.monotonic() < end
            time.sleep(0.02)


def test_what_is_cancelled_is_not_waited_for(tmp_path: Path) -> None:
    python = program(tmp_path, "import time; time.sleep(60)")
    before = time.monotonic()
    with pythons.asking(python, 30, lambda: time.monotonic() > before + 0.3) as answer:
        assert answer() is None
    assert time.monotonic() - before < 10


def test_what_is_no_program(tmp_path: Path) -> None:
    assert pythons.ask(str(tmp_path / "none" / "python")) is None
    (tmp_path / "python").write_text("no program")
    assert pythons.ask(str(tmp_path / "python")) is None
    assert pythons.ask(str(tmp_path)) is None


CONDA = ["python", "-m", "nb_conda_kernels.runner", "/opt/conda", "/opt/conda/envs/x"]


@pytest.mark.parametrize(
    ("argv", "python"),
    [
        (["python", "-m", "ipykernel_launcher"], sys.executable),
        (["python3", "-m", "ipykernel_launcher"], sys.executable),
        (["/opt/x/bin/python3.12", "-m", "ipykernel_launcher"], "/opt/x/bin/python3.12"),
        (["/opt/x/bin/pypy3", "-m", "ipykernel_launcher"], "/opt/x/bin/pypy3"),
        ([*CONDA, "/opt/conda/envs/x/bin/python", "-m", "y"], "/opt/conda/envs/x/bin/python"),
        ([*CONDA, "python", "-m", "y"], "/opt/conda/envs/x/bin/python"),
        (CONDA[:3], None),
        (["python", "-m", "sparkmagic.kernels.pysparkkernel.pysparkkernel"], None),
        (["env/bin/python", "-m", "x"], None),
        (["/bin/bash", "-c", "python"], None),
        (["/usr/bin/docker", "run", "python"], None),
        (["python9.99", "-m", "x"], None),
        (["/nul\0/python", "-m", "x"], None),
        ([], None),
    ],
)
def test_the_interpreter_of_a_kernel(argv: list[str], python: str | None) -> None:
    assert pythons.of_kernel(argv) == python


def test_an_interpreter_that_the_path_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = program(tmp_path, "")
    os.rename(file, tmp_path / "python3.99")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pythons.of_kernel(["python3.99", "-m", "x"]) == str(tmp_path / "python3.99")


def test_a_virtual_environment_is_not_ours_though_its_file_is(tmp_path: Path) -> None:
    assert not pythons.is_ours(environment(tmp_path / "churn"))
    assert pythons.is_ours(sys.executable)
    (tmp_path / "bin").symlink_to(os.path.dirname(sys.executable))
    assert pythons.is_ours(str(tmp_path / "bin" / os.path.basename(sys.executable)))


def spec(**more: Any) -> Any:
    return SimpleNamespace(**{"argv": ["python"], "language": "python", "metadata": {}, **more})


def test_kernels_whose_code_runs_elsewhere() -> None:
    local = {"kernel_provisioner": {"provisioner_name": "local-provisioner"}}
    assert pythons.interpreter(spec()) == pythons.interpreter(spec(metadata=local))
    far = {"kernel_provisioner": {"provisioner_name": "emr"}}
    for each in (spec(metadata=far), spec(metadata=[1]), spec(language="R"), object()):
        assert pythons.interpreter(each) is None


def test_managers_of_kernels() -> None:
    found = spec()
    asked: list[str] = []

    class Manager:
        def get_kernel_spec(self, name: str) -> Any:
            asked.append(name)
            if name == "gone":
                raise KeyError(name)
            return found

    class Gateway:
        async def get_kernel_spec(self, name: str) -> Any:
            raise AssertionError("a gateway was asked")

    assert pythons.find_spec(Manager(), "churn") is found
    assert pythons.find_spec(Manager(), "gone") is None
    for odd in ("", "../x", "a b", "a/b", "x" * 201, "a\n", "\N{CYRILLIC SMALL LETTER A}"):
        assert pythons.find_spec(Manager(), odd) is None
    assert asked == ["churn", "gone"]
    assert pythons.find_spec(Gateway(), "churn") is None


async def test_the_server_says_which_kernels_there_are(jp_serverapp: Any) -> None:
    extension = next(iter(jp_serverapp.extension_manager.extension_apps["sm_onboard"]))
    found = spec()
    asked: list[str] = []

    def get(name: str) -> Any:
        asked.append(name)
        return found

    jp_serverapp.kernel_spec_manager.get_kernel_spec = get
    loop = asyncio.get_running_loop()
    assert await loop.run_in_executor(None, extension.rooms.kernel_spec, "churn") is found
    assert asked == ["churn"]


def _runs(pid: int) -> bool:
    try:
        return b"Z" not in Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2][:3]
    except FileNotFoundError:
        return False
