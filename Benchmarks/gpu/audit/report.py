"""The record of an audit: numbers as JSON, and a page for people."""
from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import model
from chips import CHIPS, warps
from compilers import Program, Usage

if TYPE_CHECKING:
    from audit import Step


Touched = dict[tuple[str, str], tuple[int, int, int]]
"""As sectors.py counts."""


def write(folder: Path, steps: list[Step], touched: Touched) -> None:
    """Writes audit.json and README.md."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for step in steps for row in _rows(step)]
    # A line a kernel, so that what changes can be read.
    lines = ",\n".join(json.dumps(row) for row in rows)
    (folder / "audit.json").write_text(f"[\n{lines}\n]\n")
    (folder / "README.md").write_text(_page(steps, rows, touched))


def _rows(step: Step) -> list[dict[str, Any]]:
    """A row for every kernel of every program, as launched."""
    rows: dict[tuple[Program, str], dict[str, Any]] = {}
    for launch in step.launches:
        key = (Program(launch["file"], tuple(launch["options"])), launch["kernel"])
        usage = step.usages[key[0]].get(launch["kernel"])
        if usage is None:
            continue
        items = math.prod(launch["local"])
        row = rows.setdefault(key, _row(step, launch, usage))
        row["launches"] += launch["launches"]
        row["items"] = max(row["items"], items)
        row["warps"] = _warps(step, usage, row["items"])
        if step.chip.tensor_clocks:
            times = model.seconds(launch, usage, step.chip)
            row["bound"] = max(times, key=lambda name: times[name])
            row["seconds"] = row.get("seconds", 0.0) + launch["launches"] * (max(times.values()) + model.LAUNCH)
    return [row | {"seconds": float(f"{row['seconds']:.3g}")} if "seconds" in row else row for row in rows.values()]


def _warps(step: Step, usage: Usage, items: int) -> int:
    return warps(step.chip, usage.registers, usage.local_bytes, items)


def _row(step: Step, launch: dict[str, Any], usage: Usage) -> dict[str, Any]:
    row: dict[str, Any] = {
        "network": step.network,
        "chip": step.chip.name,
        "kernel": launch["kernel"],
        "options": " ".join(option[2:] for option in launch["options"]),
        "launches": 0,
        "items": 0,
        "registers": usage.registers,
        "spilled": usage.spilled,
        "local_bytes": usage.local_bytes,
    }
    if usage.lanes:
        row["lanes"] = usage.lanes
    if usage.loop:
        row["loop"] = usage.loop
    return row


def _page(steps: list[Step], rows: list[dict[str, Any]], touched: Touched) -> str:
    chips = list(dict.fromkeys(step.chip.name for step in steps))
    lines = [
        "# What the GPU kernels take of five chips",
        "",
        "Made by `make gpu-audit`: every program of these steps, compiled for GPUs that were not there. Registers, bytes in memory,",
        "and occupancy are what the vendors' own compilers leave (NVIDIA: clang-19 and ptxas; AMD: clang-19; Intel: ocloc), so they",
        "hold for these compilers; NVIDIA's OpenCL driver has another front end. Times are a model and no measurement.",
        "[audit.json](audit.json) has every program.",
        "",
        "| chip | multiprocessors | clock | memory |",
        "|---|--:|--:|--:|",
    ]
    for name in chips:
        chip = CHIPS[name]
        lines.append(f"| {chip.vendor} {name} | {chip.units} | {chip.clock / 1e9:.2f} GHz | {chip.bandwidth / 1e12:.2f} TB/s |")
    for network in dict.fromkeys(step.network for step in steps):
        lines += ["", f"## {network}", ""] + _network(network, chips, [row for row in rows if row["network"] == network])
        for step in steps:
            if step.network == network and step.chip.tensor_clocks:
                lines += ["", *_modelled(step, rows)]
    lines += [
        "",
        "## Sectors",
        "",
        "Counted by a simulator (oclgrind) in large cases of `lsn check`: sectors of 32 bytes that a warp's request of global memory",
        "touches, and passes that 32 banks of local memory take, each beside what the bytes would fill.",
        "",
        "| kernel | memory | requests | touched | ideal | ratio |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for (kernel, space), (requests, sectors, ideal) in sorted(touched.items()):
        lines.append(
            f"| `{kernel}` | {space} | {requests:,} | {sectors / requests:.2f} | {ideal / requests:.2f} | {sectors / ideal:.2f} |"
        )
    lines += [
        "",
        "## The model",
        "",
        *(model.__doc__ or "").split("\n", 2)[2].rstrip().split("\n"),
        "",
        f"LAUNCH is {model.LAUNCH * 1e6:.0f} µs, SHARE {model.SHARE}.",
        "",
    ]
    return "\n".join(lines)


def _network(network: str, chips: list[str], rows: list[dict[str, Any]]) -> list[str]:
    """Of every kernel the worst of its programs: registers / warps of a multiprocessor, by chip."""
    head = [f"| kernel | launches | {' | '.join(chips)} | inner loop, sm_90 |", f"|---|--:|{'--:|' * len(chips)}---|"]
    lines = ["Registers of a lane, and warps that a multiprocessor holds; of a kernel with several programs, the most and the fewest."]
    lines += ["", *head]
    for kernel in dict.fromkeys(row["kernel"] for row in rows):
        own = [row for row in rows if row["kernel"] == kernel]
        cells, loop, launches = [], "", 0
        for chip in chips:
            of_chip = [row for row in own if row["chip"] == chip]
            if not of_chip:
                cells.append("")
                continue
            launches = max(launches, sum(row["launches"] for row in of_chip))
            spilled = max(row["spilled"] for row in of_chip)
            cells.append(
                f"{max(row['registers'] for row in of_chip)} / {min(row['warps'] for row in of_chip)}"
                + (f", {spilled} bytes spilled" if spilled else "")
            )
            if chip == "sm_90":
                most = max(of_chip, key=lambda row: row["launches"])
                loop = ", ".join(f"{count} {kind}" for kind, count in most["loop"].items())
        lines.append(f"| `{kernel}` | {launches} | {' | '.join(cells)} | {loop} |")
    return lines


def _modelled(step: Step, rows: list[dict[str, Any]]) -> list[str]:
    own = [row for row in rows if (row["network"], row["chip"]) == (step.network, step.chip.name)]
    total = sum(row["seconds"] for row in own)
    count = sum(row["launches"] for row in own)
    by_kernel: dict[str, float] = {}
    for row in own:
        by_kernel[row["kernel"]] = by_kernel.get(row["kernel"], 0.0) + row["seconds"]
    worst = sorted(by_kernel.items(), key=lambda item: -item[1])[:8]
    products = sum(launch["launches"] * model.multiply_adds(launch) for launch in step.launches)
    return [
        f"Modelled step on {step.chip.name}: {total * 1e3:.1f} ms, {count} launches, of which {count * model.LAUNCH * 1e3:.1f} ms for "
        f"launching. Most of it: {', '.join(f'{name} {time * 1e3:.1f} ms' for name, time in worst)}. The same convolutions as dense "
        f"TF32 products at {model.TF32 / 1e12:.0f} TFLOP/s (published for cuBLAS on an H100), and nothing else: "
        f"{2 * products / model.TF32 * 1e3:.1f} ms."
    ]
