"""Which packages are missing, and installing them with real pip from a local index."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lifecycle.space import wheel
from lifecycle.test_lifecycle import package_index

from sm_onboard.errors import ConfigError, Conflict
from sm_onboard.repos.models import Environment
from sm_onboard.repos.packages import environment, requirements
from sm_onboard.repos.packages.environment import check, install


@pytest.fixture(scope="module")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python of its own, with pip and little else."""
    path = tmp_path_factory.mktemp("python") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(path)], check=True, timeout=120)
    return path / "bin/python"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "churn"
    path.mkdir()
    return path


def state(folder: Path, text: str, file: str = "requirements.txt") -> Environment:
    (folder / file).write_text(text)
    return check(folder, file)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "pytest\n",
        "pytest>=7,<1000  # a comment\n",
        "PyTest_Timeout\n",
        "boto3 \\\n  >=1.34\n",
        'nosuch-zz; python_version < "3"\n',
        'nosuch-zz==1; sys_platform == "win32"\n',
        "moto[secretsmanager]>=5\n",
        "--pre\npytest\n",
        "pytest --hash=sha256:" + "0" * 64 + "\n",
        "\ufeffpytest\n",
    ],
)
def test_complete(folder: Path, text: str) -> None:
    assert state(folder, text) == Environment(file="requirements.txt", state="complete")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("pytest\nnosuch-zz\n", ("nosuch-zz",)),
        ("nosuch-zz>=2 ; python_version > '3'\n", ("nosuch-zz>=2",)),
        ("pytest>9000\n", ("pytest>9000",)),
        ("pytest==1.0 \\\n --hash=sha256:" + "0" * 64, ("pytest==1.0",)),
    ],
)
def test_missing(folder: Path, text: str, missing: tuple[str, ...]) -> None:
    assert state(folder, text) == Environment(
        file="requirements.txt", state="missing", missing=missing
    )


def test_an_extra_counts(folder: Path, other_python: Path, tmp_path: Path) -> None:
    (folder / "requirements.txt").write_text("alpha[fast]\n")
    made = wheel(tmp_path / "w", "alpha", "1.0", ["beta; extra == 'fast'"])
    pip(other_python, "install", "--no-index", str(made))
    try:
        found = check(folder, "requirements.txt", python=str(other_python))
        assert found.missing == ("alpha[fast]",)
        pip(other_python, "install", "--no-index", str(wheel(tmp_path / "w", "beta", "1.0")))
        assert check(folder, "requirements.txt", python=str(other_python)).state == "complete"
    finally:
        pip(other_python, "uninstall", "-y", "alpha", "beta")


def pip(python: Path, *arguments: str) -> None:
    subprocess.run(
        [str(python), "-m", "pip", "-q", "--disable-pip-version-check", *arguments],
        cwd="/",
        check=True,
        capture_output=True,
        timeout=120,
    )


def test_files_include_each_other(folder: Path) -> None:
    (folder / "more").mkdir()
    (folder / "more/base.txt").write_text("-r ../requirements.txt\nnosuch-one\n-c limits.txt\n")
    (folder / "more/limits.txt").write_text("nosuch-limit<5\n")
    found = state(folder, "-r more/base.txt\n-rmore/base.txt\n--requirement=more/base.txt\n")
    assert found.missing == ("nosuch-one",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("--extra-index-url https://pypi.example/simple\nnosuch-zz\n", "line 1 changes where"),
        ("-ihttps://pypi.example\nnosuch-zz\n", "line 1 changes where"),
        ("nosuch-zz\n--find-links=../wheels\n", "line 2 changes where"),
        ("--trusted-host pypi.example\nnosuch-zz\n", "line 1 changes where"),
        ("nosuch-zz @ https://example.com/x.whl\n", "installs nosuch-zz from an address"),
        ("nosuch-zz @ git+https://github.com/acme/zz\n", "from an address"),
        ("git+https://github.com/acme/zz\n", "from an address or a file"),
        ("-e git+https://github.com/acme/zz#egg=zz\n", "from an address or a file"),
        ("./wheels/zz.whl\n", "from an address or a file"),
        ("-e ../other\n", "outside the repository"),
        ("../other\n", "outside the repository"),
        ("-r /etc/passwd\n", "from elsewhere"),
        ("-r https://example.com/r.txt\n", "from elsewhere"),
        ("-r ../other.txt\n", "leads out of the repository"),
        ("-r link.txt\n", "leads out of the repository"),
        ("-r none.txt\n", "has no file none.txt"),
        ("${HOME}/x\n", "a variable"),
        ("nosuch-zz --config-settings=x=y\n", "not understood"),
        ("--no-binary :all:\nnosuch-zz\n", "not understood"),
        ("this is prose\n", "not a requirement"),
        ("-e ./none\n", "does not exist"),
    ],
)
def test_what_one_click_does_not_install(folder: Path, text: str, words: str) -> None:
    (folder.parent / "other").mkdir()
    (folder.parent / "other.txt").write_text("nosuch-zz\n")
    (folder / "link.txt").symlink_to("../other.txt")
    found = state(folder, text)
    assert found.state == "unknown"
    assert words in found.message
    assert "pip install -r requirements.txt" in found.message
    with pytest.raises(Conflict) as raised:
        install(folder, "requirements.txt", lambda line: None, threading.Event())
    assert raised.value.code in ("repos.environment_elsewhere", "repos.environment_unclear")
    assert words in raised.value.message


def test_a_password_in_the_file_is_not_repeated(folder: Path) -> None:
    found = state(folder, "--index-url https://ana:s3cret@pypi.example/simple\nnosuch-zz\n")
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[project]\nname = "x"\ndependencies = ["pytest>=7"]\n', "complete"),
        ('[project]\nname = "x"\ndependencies = ["nosuch-zz"]\n', "missing"),
        ('[project]\nname = "x"\ndynamic = ["dependencies"]\n', "unknown"),
        ('[project]\nname = "x"\ndependencies = ["-r other"]\n', "unknown"),
        ("[tool.poetry]\n", "unknown"),
        ("[project\n", "unknown"),
    ],
)
def test_pyproject(folder: Path, text: str, expected: str) -> None:
    assert state(folder, text, "pyproject.toml").state == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dependencies: [python=3.11, pip, pytest>=7]\n", "complete"),
        ("dependencies:\n- python\n- pip:\n  - pytest>=7\n", "complete"),
        ("dependencies:\n- pip:\n  - nosuch-zz\n- libnosuch=3\n", "missing"),
        ("dependencies: [conda-forge::libnosuch=3]\n", "unknown"),
        ("dependencies: 3\n", "unknown"),
        ("[unclosed", "unknown"),
        ("!!python/object/apply:os.system [id]\n", "unknown"),
    ],
)
def test_conda(folder: Path, text: str, expected: str) -> None:
    assert state(folder, text, "environment.yml").state == expected


def test_the_repository_itself(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[project]\nname = "pytest"\n')
    assert state(folder, "-e .[dev]\n").state == "complete"
    (folder / "pyproject.toml").write_text('[project]\nname = "nosuch-zz"\n')
    assert state(folder, "-e .\n") == Environment(
        file="requirements.txt", state="missing", missing=("nosuch-zz",)
    )


def test_files_that_cannot_be_read(folder: Path) -> None:
    assert (
        check(folder, "requirements.txt").message == "The repository has no file requirements.txt."
    )
    (folder / "outside.txt").symlink_to("/etc/hostname")
    assert "leads out" in check(folder, "outside.txt").message
    (folder / "folder.txt").mkdir()
    assert "cannot be read" in check(folder, "folder.txt").message
    (folder / "large.txt").write_text("# " + "x" * requirements.SIZE)
    assert "1 MiB" in check(folder, "large.txt").message
    assert check(folder, "Pipfile.lock").state == "unknown"
    with pytest.raises(ConfigError):
        install(folder, "requirements.txt", lambda line: None, threading.Event())


def test_a_pipe_in_the_repository_does_not_hang(folder: Path) -> None:
    import os

    os.mkfifo(folder / "requirements.txt")
    began = time.monotonic()
    assert check(folder, "requirements.txt").state == "unknown"
    assert time.monotonic() - began < 5


def test_many_files_end(folder: Path) -> None:
    for number in range(requirements.FILES + 5):
        (folder / f"r{number}.txt").write_text(f"-r r{number + 1}.txt\n")
    assert "one file too many" in check(folder, "r0.txt").message


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(["-e", "-r", "--hash=", "x[", "a@b", "'", "\\", "-", "--", "=", "~="]),
        )
    ).map(" ".join)
)
def test_any_text_is_read_without_an_error(folder: Path, text: str) -> None:
    (folder / "requirements.txt").write_text(text, encoding="utf-8", errors="replace")
    began = time.monotonic()
    requirements.read(folder, "requirements.txt")
    assert time.monotonic() - began < 2


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package index with two packages, which pip is configured for."""
    wheels = tmp_path / "wheels"
    wheel(wheels, "alpha", "1.2", ["beta"])
    wheel(wheels, "beta", "2.0")
    with package_index(wheels, tmp_path / "index") as address:
        monkeypatch.setenv("PIP_INDEX_URL", address.replace("://", "://ana:s3cret@"))
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        yield wheels


def test_installing(folder: Path, index: Path, other_python: Path) -> None:
    (folder / "requirements.txt").write_text("alpha>=1\n")
    python = str(other_python)
    assert check(folder, "requirements.txt", python).missing == ("alpha>=1",)
    lines: list[str] = []
    found = install(folder, "requirements.txt", lines.append, threading.Event(), python)
    assert found == Environment(file="requirements.txt", state="complete"), lines
    assert any("Successfully installed" in line for line in lines)
    assert "s3cret" not in "\n".join(lines)
    assert list(folder.iterdir()) == [folder / "requirements.txt"]
    pip(other_python, "uninstall", "-y", "alpha", "beta")


def test_what_does_not_exist(folder: Path, index: Path, other_python: Path) -> None:
    (folder / "requirements.txt").write_text("nosuch-zz\n")
    lines: list[str] = []
    found = install(folder, "requirements.txt", lines.append, threading.Event(), str(other_python))
    assert found.state == "failed"
    assert found.missing == ("nosuch-zz",)
    assert "pip could not install what requirements.txt names." in found.message
    assert "nosuch-zz" in found.message


def test_a_module_of_the_repository_does_not_run(
    folder: Path, index: Path, other_python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "requirements.txt").write_text("beta\n")
    (folder / "pip.py").write_text("raise SystemExit('the repository ran')\n")
    monkeypatch.chdir(folder)
    lines: list[str] = []
    found = install(folder, "requirements.txt", lines.append, threading.Event(), str(other_python))
    assert found.state == "complete", lines
    pip(other_python, "uninstall", "-y", "beta")


def test_what_the_image_has_stays(
    folder: Path, index: Path, other_python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where packages go into the Python that JupyterLab runs on."""
    wheel(index, "boto3", "99.0")
    (folder / "requirements.txt").write_text("boto3>=98\n")
    monkeypatch.setattr(environment, "_is_this", lambda python: True)
    made = wheel(folder.parent / "old", "boto3", "1.34.0")
    pip(other_python, "install", "--no-index", str(made))
    lines: list[str] = []
    found = install(folder, "requirements.txt", lines.append, threading.Event(), str(other_python))
    assert found.state == "failed"
    assert found.missing == ("boto3>=98",)
    assert any("boto3==1.34.0" in line for line in lines)
    pip(other_python, "uninstall", "-y", "boto3")


def test_cancelling_ends_pip(folder: Path, other_python: Path, monkeypatch) -> None:
    import socket

    (folder / "requirements.txt").write_text("alpha\n")
    cancel = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/simple")
        threading.Timer(2, cancel.set).start()
        began = time.monotonic()
        found = install(folder, "requirements.txt", lambda line: None, cancel, str(other_python))
    assert time.monotonic() - began < 10
    assert found.state == "missing"
    assert found.message.startswith("Cancelled.")


def test_an_installation_has_a_limit(folder: Path, other_python: Path, monkeypatch) -> None:
    import socket

    (folder / "requirements.txt").write_text("alpha\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/simple")
        found = install(
            folder,
            "requirements.txt",
            lambda line: None,
            threading.Event(),
            str(other_python),
            limit=1.5,
        )
    assert found.state == "failed"


def test_a_python_that_does_not_answer(folder: Path) -> None:
    (folder / "requirements.txt").write_text("alpha\n")
    with pytest.raises(Conflict) as raised:
        check(folder, "requirements.txt", "/nowhere/python")
    assert raised.value.code == "repos.python_silent"
