#!/usr/bin/env python3
"""Fails calls of OpenCL, one in each training, and looks what becomes of the run.

Every kind of call fails when it is first made, somewhere in the middle and for the last time, with codes that it may answer;
clCreateBuffer fails at every call; and the device is lost at several places, so that every later call fails too. Each time the
program must end by itself, with exit code 1 (2 where no device can be found) and an error that names the call and the code, and
of a launch the kernel; or it must do without, with all as it should be. The run can then be continued to the bits of one that
nobody disturbed.
"""
from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import campaign

CODES = {
    -1: "CL_DEVICE_NOT_FOUND",
    -2: "CL_DEVICE_NOT_AVAILABLE",
    -4: "CL_MEM_OBJECT_ALLOCATION_FAILURE",
    -5: "CL_OUT_OF_RESOURCES",
    -6: "CL_OUT_OF_HOST_MEMORY",
    -11: "CL_BUILD_PROGRAM_FAILURE",
    -36: "CL_INVALID_COMMAND_QUEUE",
    -1001: "CL_PLATFORM_NOT_FOUND_KHR",
    -9999: "an illegal read or write by a kernel (NVIDIA's code -9999)",
}
"""By code, as errors say it."""
MEMORY = (-4, -5, -6)
ANSWERS = {
    "clGetPlatformIDs": (-6, -1001),
    "clGetDeviceIDs": (-1, -5),
    "clCreateContext": (-2, -6),
    "clCreateCommandQueue": (-5, -6),
    "clBuildProgram": (-6, -11),
    "clCreateBuffer": MEMORY,
    "clCreateSubBuffer": MEMORY,
    "clEnqueueNDRangeKernel": (*MEMORY, -36, -9999),
    "clEnqueueReadBuffer": (*MEMORY, -36, -9999),
    "clEnqueueWriteBuffer": (*MEMORY, -36),
    "clFinish": (-5, -6, -36, -9999),
}
"""The codes of each function; of others, lack of resources and of memory."""
SHORT = ("clCreateContext", "clBuildProgram", "clCreateBuffer", "clEnqueueNDRangeKernel", "clEnqueueReadBuffer", "clFinish")
LOOKS = ("clGetPlatformIDs", "clGetPlatformInfo", "clGetDeviceIDs", "clGetDeviceInfo")
"""What looks for a device."""
TRAINING = [*campaign.TRAINING, "--device", "opencl"]


@dataclass(frozen=True)
class Fault:
    function: str
    call: int
    code: int
    is_lost: bool = False

    @property
    def text(self) -> str:
        return f"call {self.call} of {self.function}: {CODES[self.code]}{' from then on' if self.is_lost else ''}"

    @property
    def environment(self) -> dict[str, str]:
        values = {"OPENCL_FAIL": self.function, "OPENCL_FAIL_AT": str(self.call), "OPENCL_FAIL_CODE": str(self.code)}
        return values | ({"OPENCL_FAIL_ON": "1"} if self.is_lost else {})


def plan(counts: dict[str, int], is_short: bool) -> Iterator[Fault]:
    """What fails."""
    if is_short:
        for function in SHORT:
            yield Fault(function, counts[function], ANSWERS[function][0])
        yield Fault("clFinish", (counts["clFinish"] + 1) // 2, -5, is_lost=True)
        return
    for function, count in counts.items():
        for place in sorted({1, (count + 1) // 2, count}):
            for code in ANSWERS.get(function, (-5, -6)):
                yield Fault(function, place, code)
    for place in range(2, counts["clCreateBuffer"]):
        yield Fault("clCreateBuffer", place, -4)
    for function in ("clEnqueueNDRangeKernel", "clFinish", "clEnqueueReadBuffer", "clCreateBuffer"):
        count = counts[function]
        for place in sorted({1, count // 3 + 1, 2 * count // 3 + 1, count}):
            yield Fault(function, place, -5, is_lost=True)


def main() -> int:
    arguments = campaign.options(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory(prefix="lsn-drivers-") as name:
        seen = campaign.Campaign("drivers", str(Path(arguments.lsn).resolve()), Path(name), TRAINING)
        return disturb(seen, arguments)


def disturb(seen: campaign.Campaign, arguments: campaign.argparse.Namespace) -> int:
    folder, log = seen.work / "run", seen.work / "log"
    training = [seen.lsn, "train", *TRAINING, "--output", "run"]
    # The first start compiles the kernels, by other calls.
    whole = campaign.run(training, seen.work, patience=600)
    if whole.code != 0:
        raise SystemExit(f"error: the training does not work undisturbed:\n{whole.errors}")
    expected = campaign.result(folder)
    assert expected is not None
    shutil.rmtree(folder)
    environment = os.environ | {"LD_PRELOAD": str(campaign.compiled("opencl.c", seen.work))}
    campaign.run(training, seen.work, environment | {"OPENCL_LOG": str(log)})
    rows = [line.split("\t") for line in log.read_text().splitlines()]
    counts = {function: int(count) for count, function in rows}
    seen.counts["calls of the run"] = sum(counts.values())

    for fault in plan(counts, arguments.short):
        shutil.rmtree(folder, ignore_errors=True)
        outcome = campaign.run(training, seen.work, environment | fault.environment)
        if seen.check_end(fault.text, outcome, (0, 1, 2) if fault.function in LOOKS else (0, 1)):
            judge(seen, fault, outcome, folder, expected)
        seen.continued(fault.text, folder, expected)
    return seen.end(arguments.record)


def judge(
    seen: campaign.Campaign, fault: Fault, outcome: campaign.Outcome, folder: Path, expected: dict[str, str]
) -> None:
    """Whether a run with a fault ended as it should."""
    if outcome.code == 0:
        seen.counts["did without"] += 1
        if campaign.result(folder) != expected:
            seen.fault(f"{fault.text}: exit code 0, but the run is not what it should be", outcome)
        return
    seen.counts[f"ended with exit code {outcome.code}"] += 1
    # Lack of memory is told in words, with what was asked for.
    # Of a device that is lost the first call that tells may be a later one.
    call = r"cl\w+" if fault.is_lost else fault.function
    is_named = re.search(rf"{call} failed with {re.escape(CODES[fault.code])}(?!\w)|{call}: {re.escape(CODES[fault.code])}", outcome.errors)
    if not is_named and not (fault.code in MEMORY and "has no room for" in outcome.errors):
        seen.fault(f"{fault.text}: the error names neither call and code nor the lack of memory", outcome)
    elif is_named and fault.function == "clEnqueueNDRangeKernel" and "to run " not in outcome.errors:
        seen.fault(f"{fault.text}: the error does not name the kernel", outcome)


if __name__ == "__main__":
    sys.exit(main())
