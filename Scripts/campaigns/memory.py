#!/usr/bin/env python3
"""Runs trainings with less and less address space (ulimit -v), and looks how they end.

Each must be refused before it starts, with exit code 2 and an error that names what there is room for or what cannot be
loaded, or run to its end, saves and report included. (That the device's memory is refused at every single allocation is tried
by drivers.py.)
"""
from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

import campaign

REFUSALS = re.compile(
    r"needs .* has .* left|Not even one sample fits|largest batch|no OpenCL platform found|no OpenCL device found"
)
SIZES = {"reference": (4,), "opencl": (4, 256)}
"""Batches by device: of 256 a step takes more than the smaller limits."""
OPTIONS = (
    "--model lsn19 --width 0.1 --timesteps 2 --image-size 14 --limit-train 256 --limit-test 20 --epochs 1 --max-steps 1"
).split()
MIB = 1 << 20


def main() -> int:
    arguments = campaign.options(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory(prefix="lsn-memory-") as name:
        seen = campaign.Campaign("memory", str(Path(arguments.lsn).resolve()), Path(name))
        for device in SIZES:
            # The first start compiles kernels, which takes a process of its own some memory and long.
            for size in SIZES[device]:
                command = [seen.lsn, "train", *OPTIONS, "--device", device, "--batch-size", str(size), "--output", "run"]
                for limit in [None, *range(200, 2200, 500 if arguments.short else 100)]:
                    attempt(seen, command, limit)
        return seen.end(arguments.record)


def attempt(seen: campaign.Campaign, command: list[str], limit: int | None) -> None:
    """Runs a training with a limit in MiB."""
    shutil.rmtree(seen.work / "run", ignore_errors=True)
    # The shell's limit is that of the program, and of nothing here.
    shell = ["prlimit", f"--as={limit * MIB}", "--", *command] if limit else command
    outcome = campaign.run(shell, seen.work, patience=600)
    what = f"{' '.join(command[-6:-2])} in {limit} MiB"
    if not seen.check_end(what, outcome, (0, 2) if limit else (0,)):
        return
    if outcome.code == 2:
        seen.counts["refused"] += 1
        if not REFUSALS.search(outcome.errors):
            seen.fault(f"{what}: the error does not say what there is room for", outcome)
        return
    seen.counts["ran"] += 1
    missing = [name for name in ("checkpoint-last.safetensors", "report.html") if not (seen.work / "run" / name).exists()]
    if missing:
        seen.fault(f"{what}: exit code 0, but no {', '.join(missing)}", outcome)


if __name__ == "__main__":
    sys.exit(main())
