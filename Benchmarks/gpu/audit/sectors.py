"""What warps touch of memory, counted by a simulator (oclgrind) while cases of `lsn check` run: see sectors.cpp."""
from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from compilers import FOLDER, ROOT

HERE = Path(__file__).resolve().parent
PACKAGES = ["oclgrind", "liboclgrind-dev", "llvm-14-dev", "g++"]
CASES = [
    "normalized_lif/large/T2-4x33", "normalized_lif/large/T4-10x7x7", "batch_norm/large/8x32", "logic_gate/large", "spike_gate/large",
    "sum/large", "max_pool/large", "average_pool/large", "loss/large", "optimizer/large",
]
"""Of the catalogue: kernels that are bound by memory, at sizes that a simulator takes seconds for."""


def count(lsn: str) -> dict[tuple[str, str], tuple[int, int, int]]:
    """By kernel and space of memory: requests of warps, sectors (or passes of local memory) that they touched, and the ideal."""
    subprocess.run([str(ROOT / "Scripts/install-packages"), *PACKAGES], check=True)
    plugin = FOLDER / "libsectors.so"
    command = ["g++", "-std=c++17", "-O2", "-fPIC", "-shared", "-fno-rtti", "-I/usr/lib/llvm-14/include", "-o", str(plugin)]
    subprocess.run([*command, str(HERE / "sectors.cpp")], check=True)
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "sectors"
        environment = {**os.environ, "SECTORS": str(counts), "LSN_CACHE_DIR": folder}
        for case in CASES:
            check = [lsn, "check", "--device", "opencl", "--mapping", "simt", "--once", "--filter", case]
            done = subprocess.run(
                ["oclgrind", "--plugins", str(plugin), *check], capture_output=True, text=True, env=environment
            )
            if done.returncode:
                sys.exit(f"error: {' '.join(check)} under oclgrind: {done.stderr.strip()[-500:]}")
        for line in counts.read_text().splitlines():
            kernel, space, *numbers = line.split()
            before = found.get((kernel, space), (0, 0, 0))
            found[kernel, space] = tuple(a + int(b) for a, b in zip(before, numbers))
    return found
