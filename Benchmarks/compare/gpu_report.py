#!/usr/bin/env python3
"""Writes the page of a comparison on a GPU: `report.md`, from `results.json` in the same folder.

    gpu_report.py FOLDER
"""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from report import megabytes, milliseconds, table, with_spread


def device_bytes(facts: dict[str, Any]) -> int | None:
    """The most of the device's memory that a step takes: ours as planned, the peers' as CUDA's allocator counted."""
    return facts.get("peak_device_bytes") or facts.get("memory", {}).get("total")


def rows(case: dict[str, Any], batch: int) -> list[list[str]]:
    """A line for each contestant."""
    lines = []
    for name, entry in case["contestants"].items():
        if "error" in entry:
            lines.append([case["title"], name, "failed", entry["error"][:80], "–", "–"])
            continue
        ratio = case["ratios"].get(name)
        lines.append([
            case["title"], name, milliseconds(entry["seconds"]), f"{batch / entry['seconds']:,.0f}",
            with_spread(ratio) if ratio else "1", megabytes(device_bytes(entry["facts"])),
        ])  # fmt: skip
    return lines


def main() -> None:
    folder = Path(sys.argv[1])
    results = json.loads((folder / "results.json").read_text())
    settings = results["settings"]
    cases = {name: case for name, case in results["cases"].items() if "contestants" in case}
    entries = [entry for case in cases.values() for entry in case["contestants"].values() if "facts" in entry]
    ours = next((entry["facts"] for entry in entries if "device_name" in entry["facts"]), {})
    versions = settings["versions"]
    text = (
        "# Steps of training on a GPU\n\n"
        f"lsn {settings['lsn']} on {ours.get('device_name', 'an unknown device')} ({ours.get('driver', 'no driver')}); PyTorch "
        f"{versions['torch']} and SpikingJelly {versions['spikingjelly']} by CUDA on the same device, in turns. Medians; "
        "ratios are their time over ours, in brackets the least and the most of a round. float32, TF32 off, unless it says "
        f"mixed (bfloat16). Begun {results['started']}. Measured by `Benchmarks/compare/compare.py --gpu`.\n\n"
    )
    lines = [row for name, case in cases.items() for row in rows(case, int(name.rsplit("/", 1)[1]))]
    text += table(["step of training", "", "time", "images/s", "ratio", "memory of the device"], lines)
    (folder / "report.md").write_text(text)
    print(f"the page is {folder / 'report.md'}")


if __name__ == "__main__":
    main()
