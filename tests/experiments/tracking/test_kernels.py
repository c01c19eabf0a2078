"""What a kernel's environment has is seen without starting or importing anything."""

from __future__ import annotations

import sys
from pathlib import Path

from sm_onboard.experiments import kernels

CONTEXT = (
    "[mlflow.run_context_provider]\nsmo = sm_onboard.experiments.recording.provider:Provider\n"
)
STORE = (
    "[mlflow.tracking_store]\narn = sagemaker_mlflow.mlflow_sagemaker_store:MlflowSageMakerStore\n"
)


def environment(prefix: Path, *, mlflow: bool = False, **entry_points: str) -> str:
    """A virtual environment of nothing but files; its Python."""
    packages = prefix / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (prefix / "bin").mkdir()
    if mlflow:
        (packages / "mlflow").mkdir()
        (packages / "mlflow" / "__init__.py").write_text("raise SystemExit('imported')")
    for package, text in entry_points.items():
        (packages / f"{package}-1.0.dist-info").mkdir()
        (packages / f"{package}-1.0.dist-info" / "entry_points.txt").write_text(text)
    return str(prefix / "bin" / "python")


def spec(python: str, title: str = "One", language: str = "python") -> dict[str, object]:
    return {"spec": {"argv": [python, "-m", "x"], "display_name": title, "language": language}}


def test_what_is_there_is_seen(tmp_path: Path) -> None:
    whole = environment(tmp_path / "a", mlflow=True, sm_onboard=CONTEXT, sagemaker_mlflow=STORE)
    plain = environment(tmp_path / "b", mlflow=True)
    found = {one.name: one for one in kernels.look({"a": spec(whole), "b": spec(plain, "Two")})}
    assert found["a"] == kernels.Kernel("a", "One", whole, True, True, frozenset({"arn"}))
    assert found["b"] == kernels.Kernel("b", "Two", plain, True, False)
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-app/team"
    assert kernels.able(found["a"], arn) and not kernels.able(found["b"], arn)
    assert all(kernels.able(found["b"], x) for x in ("sqlite:////m.db", "https://mlflow.acme.com"))


def test_an_environment_that_sees_another_one(tmp_path: Path) -> None:
    outer = environment(tmp_path / "outer", mlflow=True, sagemaker_mlflow=STORE)
    inner = environment(tmp_path / "inner", sm_onboard=CONTEXT)
    told = tmp_path / "inner" / "pyvenv.cfg"
    told.write_text(f"home = {Path(outer).parent}\ninclude-system-site-packages = true\n")
    (kernel,) = kernels.look({"x": spec(inner)})
    assert (kernel.mlflow, kernel.records, kernel.schemes) == (True, True, {"arn"})
    told.write_text(f"home = {Path(outer).parent}\ninclude-system-site-packages = false\n")
    (kernel,) = kernels.look({"x": spec(inner)})
    assert (kernel.mlflow, kernel.records) == (False, True)


def test_others_and_broken_ones_leave_the_rest(tmp_path: Path) -> None:
    broken = environment(tmp_path / "broken", sm_onboard="no section\x00", sagemaker_mlflow="[a\n")
    found = kernels.look(
        {
            "r": spec("/usr/bin/R", language="R"),
            "gone": spec(str(tmp_path / "gone" / "bin" / "python")),
            "broken": spec(broken),
            "empty": {"spec": {"argv": []}},
            "relative": spec("env/bin/python"),
            "mine": spec("python", "Mine"),
        }
    )
    assert [one.name for one in found] == ["broken", "gone", "mine"]
    assert found[-1].python == sys.executable
    assert found[-1].records and found[-1].mlflow and "arn" in found[-1].schemes
    assert not any(one.mlflow or one.records or one.schemes for one in found[:-1])
