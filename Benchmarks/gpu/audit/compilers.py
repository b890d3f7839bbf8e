"""Compiles programs for chips that need not be there, and reads from what the compilers leave what each kernel takes."""
from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import sass
from chips import Chip

ROOT = Path(__file__).resolve().parents[3]
KERNELS = ROOT / "Kernels"
FOLDER = ROOT / ".build/gpu-compilers"
CLANG = "clang-19"
LIBRARIES = Path("/usr/lib/clc")
# What the program itself tells drivers (Sources/LSNOpenCLRuntime/Program.swift).
PREAMBLE = "#pragma OPENCL FP_CONTRACT OFF\n"
OPTIONS = ["-cl-std=CL1.2", "-cl-fp32-correctly-rounded-divide-sqrt"]


class CompilerError(Exception):
    """A program that a compiler refuses."""


@dataclass(frozen=True)
class Program:
    """A file below Kernels, and the macros that specialise it."""

    file: str
    options: tuple[str, ...]


@dataclass
class Usage:
    """What a kernel takes of a chip."""

    registers: int
    """Of a lane."""
    spilled: int
    """Bytes of a lane's registers that live in memory, private arrays included."""
    local_bytes: int
    """Of a work-group."""
    lanes: int = 0
    """Of a sub-group, where the compiler chose it; 0: the chip's."""
    loop: dict[str, int] = field(default_factory=dict)
    """Instructions of the loop with the most arithmetic, by kind; of the whole kernel where it has none."""


def usages(program: Program, chip: Chip) -> dict[str, Usage]:
    """What each kernel of a program takes."""
    compilers = {"NVIDIA": _nvidia, "AMD": _amd, "Intel": _intel}
    with tempfile.TemporaryDirectory() as folder:
        return compilers[chip.vendor](program, chip, Path(folder))


def _run(command: list[str], program: Program, text: str | None = None, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=environment)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise CompilerError(f"{program.file} {' '.join(program.options)}: {Path(command[0]).name} said: {said}")
    return done.stdout + done.stderr


def _source(program: Program) -> str:
    return f'{PREAMBLE}#include "{program.file}"\n'


def _clang(program: Program, target: list[str], library: str, output: Path) -> None:
    command = [CLANG, "-x", "cl", *OPTIONS, *program.options, "-I", str(KERNELS), "-O3", "-w", "-S"]
    command += ["-Xclang", "-finclude-default-header", *target]
    command += ["-Xclang", "-mlink-builtin-bitcode", "-Xclang", str(LIBRARIES / library), "-o", str(output), "-"]
    _run(command, program, _source(program))


def _nvidia(program: Program, chip: Chip, folder: Path) -> dict[str, Usage]:
    assembly, binary = folder / "program.ptx", folder / "program.cubin"
    target = ["-target", "nvptx64--nvidiacl", "-Xclang", "-target-cpu", "-Xclang", chip.target]
    target += ["-Xclang", "-target-feature", "-Xclang", "+ptx83"]
    _clang(program, target, "nvptx64--nvidiacl.bc", assembly)
    tools = FOLDER / "python/nvidia/cu13/bin"
    said = _run([str(tools / "ptxas"), "-v", f"-arch={chip.target}", "-O3", "-o", str(binary), str(assembly)], program)
    code = sass.kernels(_run([str(tools / "nvdisasm"), "-c", str(binary)], program))
    found: dict[str, Usage] = {}
    pattern = r"entry function '(\w+)' for.*?(\d+) bytes stack frame.*?Used (\d+) registers(.*?)\n"
    for name, stack, registers, rest in re.findall(pattern, said, re.S):
        local = re.search(r"(\d+) bytes smem", rest)
        usage = Usage(int(registers), int(stack), int(local[1]) if local else 0)
        usage.loop = sass.mix(code.get(name, []))
        found[name] = usage
    return found


def _amd(program: Program, chip: Chip, folder: Path) -> dict[str, Usage]:
    assembly = folder / "program.s"
    target = ["-target", "amdgcn-amd-amdhsa", f"-mcpu={chip.target}", "-nogpulib"]
    _clang(program, target, "amdgcn--amdhsa.bc", assembly)
    text = assembly.read_text()
    found: dict[str, Usage] = {}
    for notes in re.findall(r"\n  - (\.agpr_count:.*?|\.args:.*?)(?=\n  - |\namdhsa)", text, re.S):
        def number(key: str) -> int:
            match = re.search(rf"\.{key}:\s+(\d+)", notes)
            return int(match[1]) if match else 0

        name = re.search(r"\.name:\s+(\w+)", notes)[1]
        lanes = number("wavefront_size")
        found[name] = Usage(
            number("vgpr_count") + number("agpr_count"),
            number("private_segment_fixed_size"),
            number("group_segment_fixed_size"),
            lanes,
        )
    return found


def _intel(program: Program, chip: Chip, folder: Path) -> dict[str, Usage]:
    # It reads one file: the preprocessor of clang makes it.
    source = folder / "program.cl"
    flags = ["-x", "cl", *OPTIONS, *program.options, "-I", str(KERNELS), "-w", "-E", "-P"]
    _run([CLANG, *flags, "-cl-no-stdinc", "-o", str(source), "-"], program, _source(program))
    root = FOLDER / "intel"
    environment = {**os.environ, "LD_LIBRARY_PATH": str(root / "usr/lib/x86_64-linux-gnu")}
    command = [str(root / "usr/bin/ocloc"), "compile", "-file", str(source), "-device", chip.target]
    command += ["-out_dir", str(folder), "-output", "program", "-output_no_suffix", "-options", " ".join(OPTIONS)]
    command += ["-internal_options", "-cl-intel-allow-zebin"]
    _run(command, program, environment=environment)
    binary = next(path for path in (folder / "program", folder / "program.bin") if path.exists())
    notes = _run(["readelf", "-p", ".ze_info", str(binary)], program).replace("\\n", "\n")
    found: dict[str, Usage] = {}
    for name, text in re.findall(r"- name:\s+(\w+)\s*\n\s+(?:user_attributes|execution_env)(.*?)(?=\n\s*- name:\s+\w+\s*\n\s+(?:user|exec)|\Z)", notes, re.S):
        def number(key: str) -> int:
            match = re.search(rf"{key}:\s+(\d+)", text)
            return int(match[1]) if match else 0

        found[name] = Usage(
            number("grf_count"), max(number("spill_size"), number("private_size")), number("slm_size"), number("simd_size")
        )
    return found
