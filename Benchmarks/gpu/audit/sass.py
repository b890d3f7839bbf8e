"""Reads NVIDIA's machine code as nvdisasm prints it."""
from __future__ import annotations

import collections
import re

Code = list[tuple[str, int | None]]
"""Instructions, and of a jump where it goes."""

KINDS = {
    "tensor": ("IMMA", "HMMA"),
    "float": ("FFMA", "FADD", "FMUL", "FSETP", "FSEL", "FMNMX", "MUFU", "F2I", "I2F", "FCHK", "FRND", "F2FP", "FSET"),
    "integer": (
        "IADD3", "IMAD", "LOP3", "SHF", "ISETP", "SEL", "LEA", "PRMT", "IABS", "IMNMX", "VIMNMX", "VIADD", "FLO", "POPC", "PLOP3",
        "BREV", "SGXT", "P2R", "R2P", "I2I", "VIADDMNMX", "IADD", "IMUL",
    ),
    "global": ("LDG", "STG", "LDGSTS", "RED", "ATOMG"),
    "local": ("LDS", "STS", "LDSM", "ATOMS"),
    "spill": ("LDL", "STL"),
    "warp": ("SHFL", "VOTE", "VOTEU", "MATCH"),
}
_KIND = {name: kind for kind, names in KINDS.items() for name in names}


def kernels(text: str) -> dict[str, Code]:
    """The instructions of every kernel."""
    found: dict[str, Code] = {}
    for name, body in re.findall(r"\.text\.(\w+):\n(.*?)(?=\n\t?\.section|\n//-+|\Z)", text, re.S):
        lines: list[str] = []
        labels: dict[str, int] = {}
        for line in body.split("\n"):
            if label := re.match(r"\s*(\.L_x_\d+):", line):
                labels[label[1]] = len(lines)
            elif instruction := re.match(r"\s*/\*[0-9a-f]+\*/\s+(.*?)\s*;", line):
                lines.append(instruction[1])
        code: Code = []
        for line in lines:
            operation = re.sub(r"^@!?U?P\w+\s+", "", line).split()[0]
            jump = re.search(r"\.L_x_\d+", line) if operation.startswith("BRA") else None
            code.append((operation, labels.get(jump[0]) if jump else None))
        found[name] = code
    return found


def mix(code: Code) -> dict[str, int]:
    """Instructions by kind of the innermost loop that has the most arithmetic, or of a kernel without loops."""
    loops = [(target, at) for at, (_, target) in enumerate(code) if target is not None and target <= at]
    inner = [loop for loop in loops if not any(loop != other and loop[0] <= other[0] and other[1] <= loop[1] for other in loops)]
    counted = [collections.Counter(kind(operation) for operation, _ in code[begin : end + 1]) for begin, end in inner]
    counted = counted or [collections.Counter(kind(operation) for operation, _ in code)]
    best = max(counted, key=lambda count: (1000 * count["tensor"] + count["float"], sum(count.values())))
    return dict(best.most_common())


def kind(operation: str) -> str:
    """What an instruction is for."""
    return _KIND.get(operation.split(".")[0], "other")
