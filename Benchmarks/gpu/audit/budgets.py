"""What kernels may take of a chip. A program that takes more is a failure of `make gpu-audit`, and of its short form."""
from __future__ import annotations

from chips import CHIPS, warps
from compilers import Usage

COMPUTING = ("implicit_gemm", "matrix_unit_forward")
"""Kernels that are bound by arithmetic, and hold their sums in registers; all others by memory, whose latency warps hide."""
FEWEST_WARPS = {"computing": 8, "moving": 24}
"""Of a multiprocessor with NVIDIA's chips, where the work-groups of a kernel are full."""


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
    if tensor := usage.loop.get("tensor", 0):
        issued = sum(usage.loop.values())
        if tensor * chip.tensor_clocks < issued and items >= 128:
            found.append(f"{issued} instructions of its inner loop are issued to {tensor} matrix instructions, which take fewer clocks")
    return found
