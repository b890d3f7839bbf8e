"""The chips for which kernels are compiled, and what is known of them: from the vendors' documents, as named."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chip:
    """A GPU: what a multiprocessor (compute unit, Xe core) holds, and how fast the whole is."""

    name: str
    vendor: str
    target: str
    """What its compiler calls it."""
    units: int
    """Multiprocessors."""
    lanes: int
    """Of a warp (wave, sub-group)."""
    clock: float
    """Hz."""
    bandwidth: float
    """Bytes a second of its memory."""
    registers: int
    """32-bit registers of a lane's share: all those of a multiprocessor over the lanes of a warp."""
    register_step: int
    """Registers are given to a lane by so many."""
    most_registers: int
    """Of a lane."""
    most_warps: int
    """Of a multiprocessor."""
    most_groups: int
    """Work-groups of a multiprocessor."""
    local_bytes: int
    """Local memory of a multiprocessor."""
    local_overhead: int = 0
    """Local memory that a work-group takes beside its own."""
    issue: int = 4
    """Warp instructions that a multiprocessor starts a clock."""
    tensor_clocks: int = 0
    """Clocks from one m16n8k32 of bytes, or m16n8k16 of bfloats, to the next on one of the multiprocessor's four tensor cores; 0: not modelled."""


# CUDA C++ Programming Guide, table "Technical Specifications per Compute Capability"; data sheets of A100 SXM (80 GB) and H200 SXM.
# Bytes: 2,048 (A100) and 4,096 (H200) multiply-adds a clock and multiprocessor, a quarter of it by each tensor core, 4,096 by an
# instruction; bfloats half of both. mma.sync is held to reach 62 % of that on Hopper (arXiv 2402.13499), hence 7 clocks there.
# AMD: "AMD Instinct MI200" and "RDNA3" instruction set documents, and what LLVM's AMDGPUUsage says of registers and waves.
# Intel: "Intel Xe-HPG" of the oneAPI GPU optimization guide: 8 vector engines of 8 threads with 128 registers of 32 bytes.
CHIPS = {
    chip.name: chip
    for chip in [
        Chip("sm_80", "NVIDIA", "sm_80", 108, 32, 1.41e9, 2.0e12, 2048, 8, 255, 64, 32, 164 << 10, 1 << 10, 4, 8),
        Chip("sm_90", "NVIDIA", "sm_90", 132, 32, 1.83e9, 4.8e12, 2048, 8, 255, 64, 32, 228 << 10, 1 << 10, 4, 7),
        Chip("gfx90a", "AMD", "gfx90a", 104, 64, 1.70e9, 1.6e12, 2048, 8, 512, 32, 32, 64 << 10),
        Chip("gfx1100", "AMD", "gfx1100", 48, 32, 2.30e9, 0.96e12, 6144, 24, 256, 64, 32, 128 << 10),
        Chip("dg2", "Intel", "dg2", 32, 16, 2.10e9, 0.56e12, 0, 0, 0, 64, 64, 64 << 10),
    ]
}


def warps(chip: Chip, registers: int, local_bytes: int, items: int) -> int:
    """Warps that a multiprocessor holds of a kernel at once: its occupancy.

    registers -- of a lane; local_bytes -- of a work-group; items -- of a work-group.
    """
    of_group = -(-items // chip.lanes)
    groups = min(chip.most_groups, chip.most_warps // of_group)
    if chip.register_step:
        rounded = -(-max(registers, 1) // chip.register_step) * chip.register_step
        groups = min(groups, chip.registers // (rounded * of_group))
    if local_bytes:
        groups = min(groups, chip.local_bytes // (local_bytes + chip.local_overhead))
    return groups * of_group
