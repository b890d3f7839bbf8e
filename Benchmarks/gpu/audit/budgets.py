"""What kernels may take of a chip. A program that takes more is a failure of `make gpu-audit`, and of its short form."""
from __future__ import annotations

from chips import CHIPS, warps
from compilers import Usage
from model import COMPUTING

FEWEST_WARPS = {"computing": 8, "moving": 24}
"""Of a multiprocessor with NVIDIA's chips, where the work-groups of a kernel are full. Kernels that compute hold their sums in
registers; of the others warps hide the latency of memory."""

FULL_TILES = {"matrix_unit_forward": 48, "matrix_unit_backward_data": 72, "matrix_unit_backward_filter": 96}
"""Matrix instructions in the inner loop of a kernel whose tile fills the registers."""
MOST_SECTORS = 1.1
"""Sectors of global memory that warps touch, to those that what they read and write would fill."""
MOVES_LITTLE = ("classification_", "average_pool", "max_pool", "prepare_")
"""Kernels of which a step has one or two, of little memory, whose lanes may lie apart; by how their names begin."""


def wasted(touched: dict[tuple[str, str], tuple[int, int, int]]) -> list[str]:
    """Which kernels touch more sectors of memory than they may: see sectors.py."""
    return [
        f"{kernel} touches {sectors / ideal:.2f} times the sectors that its bytes would fill; at most {MOST_SECTORS} are wanted"
        for (kernel, space), (_, sectors, ideal) in touched.items()
        if space == "global" and not kernel.startswith(MOVES_LITTLE) and sectors > MOST_SECTORS * ideal
    ]


def excesses(kernel: str, usage: Usage, chip_name: str, items: int) -> list[str]:
    """What is over its budget, in words.

    items -- of the largest work-group in which the kernel is launched.
    """
    chip = CHIPS[chip_name]
    found = []
    if usage.spilled:
        found.append(f"{usage.spilled} bytes of each lane's registers live in memory; none may")
    if usage.loop.get("spill"):
        found.append(f"{usage.loop['spill']} instructions of its inner loop move registers to memory and back; none may")
    if chip.vendor == "NVIDIA" and items >= 64:
        held = warps(chip, usage.registers, usage.local_bytes, items)
        fewest = FEWEST_WARPS["computing" if kernel.startswith(COMPUTING) else "moving"]
        if held < fewest:
            found.append(f"a multiprocessor holds {held} warps ({usage.registers} registers); at least {fewest} are wanted")
    # (Layers of few pixels or channels have small tiles.)
    tensor = usage.loop.get("tensor", 0)
    if kernel in FULL_TILES and tensor >= FULL_TILES[kernel]:
        issued = sum(usage.loop.values())
        if tensor * chip.tensor_clocks < issued:
            found.append(f"{issued} instructions of its inner loop are issued to {tensor} matrix instructions, which take fewer clocks")
    return found
