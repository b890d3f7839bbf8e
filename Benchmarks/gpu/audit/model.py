"""How long a step would take on an NVIDIA GPU: a model, not a measurement.

A launch takes the longest of three times, and LAUNCH beside it:

    memory   the bytes of its storages over the bandwidth of the chip's memory, of which SHARE can be had
    issue    instructions of its inner loop, one a clock for each of a multiprocessor's schedulers, SHARE of the clocks
    tensor   matrix instructions, one in `tensor_clocks` for each tensor core

Convolutions have all three; of the other kernels only memory is modelled, since each touches its storages once. Caches, waves
of work-groups that fill a GPU in part, and bank conflicts are left out.
"""
from __future__ import annotations

import math
from typing import Any

from chips import Chip
from compilers import Usage

LAUNCH = 3e-6
"""Seconds from one kernel of a queue to the next: what drivers are known to need, two to five microseconds."""
SHARE = 0.85
"""Of a rate on paper, what kernels are known to reach."""
COMPUTING = ("implicit_gemm", "matrix_unit_")
"""Kernels that are bound by arithmetic, by how their names begin."""
IN_PLACE = {"fire_backward": [0], "logic_gate_backward": [0], "spike_gate_backward": [0], "adam": [0, 2, 3], "sgd": [0, 2]}
"""Storages that a kernel reads and writes, by their place."""
TF32 = 418e12
"""Operations a second of cuBLAS with float32 matrices on tensor cores, published for an H100: what frameworks reach at most."""


def _macros(options: list[str]) -> dict[str, int]:
    return {name: int(value) for name, value in (option[2:].split("=") for option in options)}


def multiply_adds(launch: dict[str, Any]) -> int:
    """Of a convolution as a dense one; 0 for other kernels."""
    name, numbers = launch["kernel"], launch["integers"]
    if not name.startswith(COMPUTING):
        return 0
    macros = _macros(launch["options"])
    window = macros["KH"] * macros["KW"] * macros["CHANNELS"] * macros["OUTPUTS"]
    out_height, out_width, count = numbers[2:5]
    pixels = out_height * out_width * count if name.endswith("_backward_data") else count
    return pixels * window


def matrix_instructions(launch: dict[str, Any], lanes: int) -> int:
    """Of a kernel for matrix units, as many as its warps run, those of results that do not count included."""
    macros = _macros(launch["options"])
    warps = math.prod(launch["global"]) // lanes
    taps = macros["KH"] * macros["KW"]
    tiles = macros.get("ROW_TILES", 0) * macros["COLUMN_TILES"]
    if launch["kernel"] == "matrix_unit_forward":
        return warps * tiles * macros["LIMBS"] * taps * macros["WORDS"]
    if launch["kernel"] == "matrix_unit_backward_data":
        # Each of the phases meets its share of the window.
        blocks = -(-macros["OUT_STRIDE"] // 16)
        return warps // launch["global"][1] * tiles * 3 * blocks * taps
    partition = launch["integers"][5]
    return warps * 2 * macros["UNITS"] * macros["COLUMN_TILES"] * 2 * -(-partition // 16)


def seconds(launch: dict[str, Any], usage: Usage | None, chip: Chip) -> dict[str, float]:
    """The times of one launch, by what bounds them."""
    sizes = launch["bytes"]
    moved = sum(sizes) + sum(sizes[place] for place in IN_PLACE.get(launch["kernel"], []))
    times = {"memory": moved / (SHARE * chip.bandwidth)}
    if usage is None or not multiply_adds(launch):
        return times
    lanes = chip.units * chip.issue * chip.clock
    loop = sum(usage.loop.values())
    if tensor := usage.loop.get("tensor", 0):
        instructions = matrix_instructions(launch, chip.lanes)
        times["tensor"] = instructions * chip.tensor_clocks / lanes
        times["issue"] = instructions * loop / tensor / (SHARE * lanes)
    elif products := usage.loop.get("float", 0):
        times["issue"] = multiply_adds(launch) / chip.lanes * loop / products / (SHARE * lanes)
    return times
