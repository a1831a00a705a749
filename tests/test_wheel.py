"""The wheel works when installed somewhere else."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples" / "fr-blog-thread"


def _run(*command: str | Path, folder: Path) -> bytes:
    """The output of a command, run outside any checkout."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(list(map(str, command)), cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.slow
def test_wheel_cleans_a_sample_in_an_empty_environment(tmp_path: Path) -> None:
    """The wheel contains code and patterns, installs into an empty environment, and cleans a sample there."""
    _run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, ROOT, folder=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "cleaner/patterns/fr/comments.toml" in names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"cleaner", "news_cleaner"}

    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    _run(programs / "python", "-m", "pip", "install", "--quiet", wheel, folder=tmp_path)
    assert (
        _run(programs / "cleaner", "clean", SAMPLE / "raw.txt", folder=tmp_path) == (SAMPLE / "clean.txt").read_bytes()
    )
    assert b"problems: 0" in _run(programs / "cleaner", "patterns", "check", folder=tmp_path)
