"""The package as a user gets it: built, installed into an empty environment, run."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    """The command's stdout; fails the test with everything it said where it did not exit with 0."""
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        [str(c) for c in command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def built(dist: Path) -> Path:
    """The wheel that is built from the source distribution, as an index would serve it."""
    run(sys.executable, "-m", "build", "--outdir", dist, ROOT, cwd=dist)
    return next(dist.glob("*.whl"))


def test_a_wheel_carries_the_style_sheets_and_no_tests_and_runs_the_demo(tmp_path: Path) -> None:
    """One test, because a build takes longer than all it is asked about."""
    wheel = built(tmp_path)
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"runmon/styles/{sheet.name}" for sheet in (ROOT / "styles").glob("*.tcss")} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "screenshots/"))]
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)
    runmon = python.with_name("runmon")
    assert run(runmon, "--version", cwd=tmp_path).startswith("runmon ")
    assert "INFO" in run(runmon, "demo", "--no-ui", "--pages", "5", cwd=tmp_path)
