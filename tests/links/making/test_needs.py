"""Which files a notebook needs, by its code alone."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_onboard.links.making import code, needs
from sm_onboard.snapshot import Limits

from .conftest import notebook


def lay(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def found(root: Path, *cells: str, path: str = "nb/a.ipynb", markdown: str = "") -> needs.Needs:
    return needs.find(root, path, notebook(*cells, markdown=markdown))


@pytest.mark.parametrize(
    ("cell", "files", "wanted"),
    [
        ("import helper", {"nb/helper.py": ""}, ["nb/helper.py"]),
        ("import helper", {"nb/helper.py": "import deep", "nb/deep.py": ""},
         ["nb/deep.py", "nb/helper.py"]),
        ("from pkg.a import b",
         {"nb/pkg/__init__.py": "", "nb/pkg/a/__init__.py": "from .. import c",
          "nb/pkg/a/b.py": "", "nb/pkg/c.py": ""},
         ["nb/pkg/__init__.py", "nb/pkg/a/__init__.py", "nb/pkg/a/b.py", "nb/pkg/c.py"]),
        ("import churn.features", {"src/churn/__init__.py": "", "src/churn/features.py": ""},
         ["src/churn/__init__.py", "src/churn/features.py"]),
        ("from space import part", {"space/part.py": ""}, ["space/part.py"]),
        ("import sys\nsys.path.insert(0, '../lib')\nimport tools", {"lib/tools.py": ""},
         ["lib/tools.py"]),
        ("import sys, os\nsys.path.append(os.path.join('..', 'lib'))\nimport tools",
         {"lib/tools.py": ""}, ["lib/tools.py"]),
        ("from pathlib import Path\nimport sys\nsys.path.append(str(Path('..') / 'lib'))\n"
         "import tools", {"lib/tools.py": ""}, ["lib/tools.py"]),
        ("import importlib\nimportlib.import_module('helper')", {"nb/helper.py": ""},
         ["nb/helper.py"]),
        ("%run setup.py\n%load other", {"nb/setup.py": "import helper", "nb/helper.py": "",
                                        "nb/other.py": ""},
         ["nb/helper.py", "nb/other.py", "nb/setup.py"]),
        ("%run -i '../prepare.ipynb'", {"prepare.ipynb": notebook("import tool"), "tool.py": ""},
         ["prepare.ipynb", "tool.py"]),
        ("%%time\nimport helper", {"nb/helper.py": ""}, ["nb/helper.py"]),
        ("%%track eta\nimport helper\nx = !ls\n%matplotlib inline\nhelper?", {"nb/helper.py": ""},
         ["nb/helper.py"]),
        ("if x:\n    %matplotlib inline\nimport helper", {"nb/helper.py": ""}, ["nb/helper.py"]),
        ("!python train.py --config ../conf/a.yaml", {"nb/train.py": "", "conf/a.yaml": ""},
         ["conf/a.yaml", "nb/train.py"]),
        ("%%bash\npython train.py", {"nb/train.py": ""}, ["nb/train.py"]),
        ("%pip install -r requirements.txt", {"nb/requirements.txt": ""}, ["nb/requirements.txt"]),
        ("open('a.csv'); open('data/b.csv'); open('../c.csv')",
         {"nb/a.csv": "", "data/b.csv": "", "c.csv": ""}, ["c.csv", "data/b.csv", "nb/a.csv"]),
        ("from pathlib import Path\nPath('..', 'data') / 'x.csv'", {"data/x.csv": ""},
         ["data/x.csv"]),
        ("import helper\n)broken(", {"nb/helper.py": ""}, ["nb/helper.py"]),
        ("import csv, json", {"csv/__init__.py": "", "src/json.py": ""}, []),
        ("import numpy", {"nb/other.py": ""}, []),
    ],
)  # fmt: skip
def test_finds(
    tmp_path: Path, cell: str, files: Mapping[str, str | bytes], wanted: list[str]
) -> None:
    lay(tmp_path, files)
    assert found(tmp_path, cell).files == wanted


def test_pictures_of_markdown(tmp_path: Path) -> None:
    lay(tmp_path, {"nb/a.png": "", "img/b.png": "", "nb/c.png": ""})
    words = '# A\n![one](a.png "title") <img src="../img/b.png"> ![two](https://x/c.png)'
    assert found(tmp_path, markdown=words).files == ["img/b.png", "nb/a.png"]


def test_what_never_leaves(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "nb/.env": "S=1", "nb/id_rsa": "", "nb/mlflow.db": "", ".venv/lib/x.py": "",
            "nb/mlruns/0/meta.yaml": "", "nb/big.bin": b"\0" * 2000, "../outside.csv": "",
        },
    )  # fmt: skip
    (tmp_path / "nb" / "link.csv").symlink_to("/etc/passwd")
    (tmp_path / "nb" / "folder").symlink_to(tmp_path.parent)
    os.mkfifo(tmp_path / "nb" / "pipe")
    cell = (
        "open('.env'); open('id_rsa'); open('mlflow.db'); open('../.venv/lib/x.py')\n"
        "open('mlruns/0/meta.yaml'); open('big.bin'); open('../../outside.csv'); open('link.csv')\n"
        "open('folder/outside.csv'); open('pipe'); open('/etc/passwd')"
    )
    limits = Limits(file=1000)
    told = needs.find(tmp_path, "nb/a.ipynb", notebook(cell), limits)
    assert told.files == []
    why = dict(told.left_out)
    assert set(why) == {
        "nb/.env", "nb/id_rsa", "nb/mlflow.db", ".venv/lib/x.py", "nb/mlruns/0/meta.yaml",
        "nb/big.bin", "nb/link.csv", "nb/folder/outside.csv", "nb/pipe",
    }  # fmt: skip
    assert "secrets" in why["nb/.env"] and "larger" in why["nb/big.bin"]
    assert why["nb/link.csv"] == "a link to elsewhere"


def test_data_is_told_by_its_address(tmp_path: Path) -> None:
    lay(tmp_path, {"data/raw/x.csv": ""})
    cell = "read('s3://acme-churn/oct-2026/?X-Amz-Signature=abc')\nread('../data/raw')"
    told = found(tmp_path, cell)
    assert told.data == ["../data/raw", "s3://acme-churn/oct-2026/"]


def test_circles_end(tmp_path: Path) -> None:
    lay(tmp_path, {"nb/a.py": "import b", "nb/b.py": "import a\nfrom . import a"})
    assert found(tmp_path, "import a").files == ["nb/a.py", "nb/b.py"]


def test_no_more_files_than_a_link_carries(tmp_path: Path) -> None:
    lay(tmp_path, {f"nb/m{n}.py": f"import m{n + 1}" for n in range(30)})
    told = needs.find(tmp_path, "nb/a.ipynb", notebook("import m0"), Limits(files=10))
    assert len(told.files) == 10


@given(st.text(max_size=300))
def test_any_cell_is_read(text: str) -> None:
    code.of_cell(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20),
                    lambda x: st.lists(x, max_size=4)
                    | st.dictionaries(st.sampled_from(["cells", "cell_type", "source", "code"]), x),
                    max_leaves=12))  # fmt: skip
def test_any_json_is_read(tmp_path_factory: pytest.TempPathFactory, document: object) -> None:
    import json

    needs.find(Path("/nowhere"), "a.ipynb", json.dumps(document).encode())


def test_code_that_is_mostly_space_is_read_at_once() -> None:
    """It may be somebody else's notebook, and an expression holds up the whole server."""
    begun = time.monotonic()
    found = code.of_cell("import helper\n" + " " * 200_000 + "x\n" + "\n" * 200_000 + "(")
    assert found.modules == [("helper", ())]
    assert time.monotonic() - begun < 2
    assert code.of_cell("if a:\n    files = !ls data.csv\nimport helper\n").modules
