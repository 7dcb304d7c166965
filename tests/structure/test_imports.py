"""Who may import whom: the contracts in pyproject.toml, kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.structure.project import PROJECT


def test_the_contracts_are_kept() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
