#!/usr/bin/env python3
"""Compiles every program of three networks' steps for five chips of three vendors, and says what each kernel takes of them.

    Benchmarks/gpu/audit/audit.py                 everything, to Benchmarks/results/gpu-audit; some minutes
    Benchmarks/gpu/audit/audit.py --check         LSN19 alone, and nothing is written: what a change must hold to
    Benchmarks/gpu/audit/audit.py --chips sm_90   only these

Which programs they are, and how they are launched, says `lsn bench --launches`. The exit code is 1 where a kernel takes more
than budgets.py allows, or a compiler refuses it. Compilers are fetched by the script `fetch` beside this file.
"""
from __future__ import annotations

import argparse
import concurrent.futures
import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import report
import sectors
from budgets import excesses, wasted
from chips import CHIPS, Chip
from compilers import ROOT, CompilerError, Program, Usage, usages

NETWORKS = {
    "lsn19": ["--model", "lsn19", "--dataset", "cifar10", "--batch-size", "128"],
    "lsn101": ["--model", "lsn101", "--dataset", "cifar10", "--batch-size", "32"],
    "sew-resnet18": ["--model", "sew-resnet18", "--dataset", "imagenet", "--image-size", "224", "--batch-size", "32"],
}
"""By name, and what `lsn bench` is told of them."""


@dataclass
class Step:
    """A network's step on a chip: its launches, and what their kernels take."""

    network: str
    chip: Chip
    launches: list[dict[str, Any]]
    usages: dict[Program, dict[str, Usage]]


def launches(lsn: str, network: str, chip: Chip) -> list[dict[str, Any]]:
    """The launches of a step; matrix units are NVIDIA's so far."""
    units = "auto" if chip.vendor == "NVIDIA" else "off"
    command = [lsn, "bench", "--launches", "--json", "--compute-units", str(chip.units), "--matrix-units", units]
    done = subprocess.run([*command, *NETWORKS[network]], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"error: {' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)["kernels"]


def program(launch: dict[str, Any]) -> Program:
    return Program(launch["file"], tuple(launch["options"]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lsn", default=str(ROOT / ".build/release/lsn"), help="the program")
    parser.add_argument("--chips", nargs="+", choices=CHIPS, default=list(CHIPS), metavar="CHIP", help=", ".join(CHIPS))
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, metavar="NETWORK", help=", ".join(NETWORKS))
    parser.add_argument("--check", action="store_true", help="LSN19 alone, unless --networks says more, and write nothing")
    parser.add_argument("--output", type=Path, default=ROOT / "Benchmarks/results/gpu-audit", help="where the record goes")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="compilers at a time")
    arguments = parser.parse_args()
    networks = arguments.networks or (["lsn19"] if arguments.check else list(NETWORKS))

    steps = [
        Step(network, CHIPS[name], launches(arguments.lsn, network, CHIPS[name]), {})
        for network in networks
        for name in arguments.chips
    ]
    wanted = dict.fromkeys((step.chip.name, program(launch)) for step in steps for launch in step.launches)
    problems: list[str] = []
    found: dict[tuple[str, Program], dict[str, Usage]] = {}
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        futures = {pool.submit(usages, key[1], CHIPS[key[0]]): key for key in wanted}
        for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
            if sys.stderr.isatty():
                print(f"\r{done}/{len(futures)} programs", end="", file=sys.stderr)
            try:
                found[futures[future]] = future.result()
            except CompilerError as error:
                problems.append(f"{futures[future][0]}: {error}")
    if sys.stderr.isatty():
        print(file=sys.stderr)

    seen = set()
    for step in steps:
        for launch in step.launches:
            usage = found.get((step.chip.name, program(launch)), {}).get(launch["kernel"])
            step.usages[program(launch)] = found.get((step.chip.name, program(launch)), {})
            key = (step.chip.name, program(launch), launch["kernel"])
            if usage is None or key in seen:
                continue
            seen.add(key)
            items = max(math.prod(other["local"]) for other in step.launches if (program(other), other["kernel"]) == key[1:])
            for excess in excesses(launch["kernel"], usage, step.chip.name, items):
                macros = " ".join(option[2:] for option in launch["options"])
                problems.append(f"{step.chip.name}, {launch['kernel']} ({launch['file']}, {macros}): {excess}")
    if not arguments.check:
        touched = sectors.count(arguments.lsn)
        problems += wasted(touched)
        report.write(arguments.output, steps, touched)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(f"{len(seen)} kernels of {len(wanted)} programs on {len(arguments.chips)} chips: {len(problems)} over budget")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
