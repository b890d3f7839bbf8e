"""The bundled digits as the program prepares them, and what it makes of them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

# The program that the wheel is compared with.
PROGRAM = os.environ["LSN_PROGRAM"]
DIGITS = 200


def program(*arguments: str) -> str:
    """Runs the program, and returns what it prints."""
    result = subprocess.run(
        [PROGRAM, *arguments], capture_output=True, text=True, check=True
    )
    return result.stdout


@pytest.fixture(scope="session")
def folder(tmp_path_factory: Any) -> Path:
    """A folder that lives as long as the tests run."""
    return Path(tmp_path_factory.mktemp("lsn"))


@pytest.fixture(scope="session")
def digits(folder: Path) -> NDArray[np.float32]:
    """The first test digits, ``[N, 1, 28, 28]``."""
    path = folder / "digits.npy"
    program(
        *("data", "dump", "--dataset", "digits", "--device", "reference"),
        *("--limit", str(DIGITS), "--output", str(path)),
        *("--list", str(folder / "digits.tsv")),
    )
    return np.load(path)


@pytest.fixture(scope="session")
def labels(folder: Path, digits: NDArray[np.float32]) -> NDArray[np.int64]:
    """Their labels."""
    lines = (folder / "digits.tsv").read_text(encoding="utf-8").splitlines()
    return np.array([int(line.split("\t")[1]) for line in lines])
