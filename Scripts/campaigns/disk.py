#!/usr/bin/env python3
"""Fails what a training does to its files, one call after the other, and looks what becomes of the run.

Every call that changes a file fails once with ENOSPC; of every kind of file and call one fails with each other code, one
stays failing as on a full disk, and for one the folder is renamed away. Each time the program must end by itself: with exit
code 1 and an error that names the path and the cause, or, where the file was one that a run can do without, with a warning
and all else as it should be. No temporary file is left, and the run can be continued to the bits of one that nobody
disturbed. (Where the run's folder cannot be made or locked, nothing has begun and the exit code is 2, of bad input.)
"""
from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import campaign

CODES = (errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES)
NUMBERED = re.compile(r"\.lsn-[0-9a-z]+\.tmp|events\.out\.tfevents\.[0-9.a-zA-Z-]+")


def calls(log: Path) -> list[tuple[int, str, str]]:
    """Number, kind and file of each call of a log, a temporary file by the name that it gets."""
    rows = [line.split("\t") for line in log.read_text().splitlines()]
    names = {row[2]: row[3] for row in rows if row[1] == "rename"}
    return [(int(row[0]), row[1], Path(names.get(row[2], row[2])).name) for row in rows]


def plan(log: list[tuple[int, str, str]], is_short: bool) -> Iterator[tuple[int, str, str, int, bool]]:
    """What fails: number, kind and file of a call, with which code, and whether for good."""
    kinds: dict[tuple[str, str], list[int]] = {}
    for number, kind, file in log:
        kinds.setdefault((kind, NUMBERED.sub("*", file)), []).append(number)
    for (kind, file), numbers in kinds.items():
        for number in numbers[-1:] if is_short else numbers:
            yield number, kind, file, errno.ENOSPC, False
        middle = numbers[len(numbers) // 2]
        for code in () if is_short else CODES:
            yield middle, kind, file, code, False
        if not is_short or kind == "write":
            yield middle, kind, file, errno.ENOSPC, True
        # Before the first call there is no folder that could go.
        if middle > 1 and (not is_short or kind == "rename"):
            yield middle, kind, file, 0, False


def main() -> int:
    arguments = campaign.options(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory(prefix="lsn-disk-") as name:
        return disturb(campaign.Campaign("disk", str(Path(arguments.lsn).resolve()), Path(name)), arguments)


def disturb(seen: campaign.Campaign, arguments: campaign.argparse.Namespace) -> int:
    library = campaign.compiled("disk.c", seen.work)
    folder, log = seen.work / "run", seen.work / "log"
    training = [seen.lsn, "train", *campaign.TRAINING, "--output", "run"]
    environment = os.environ | {"LD_PRELOAD": str(library), "DISK_ROOT": str(folder), "LC_ALL": "C"}
    whole = campaign.run(training, seen.work, environment | {"DISK_LOG": str(log)})
    if whole.code != 0:
        raise SystemExit(f"error: the training does not work undisturbed:\n{whole.errors}")
    expected = campaign.result(folder)
    assert expected is not None
    files = {NUMBERED.sub("*", path.name) for path in folder.iterdir()}
    log_calls = calls(log)
    seen.counts["calls of the run"] = len(log_calls)

    for number, kind, file, code, stays in plan(log_calls, arguments.short):
        shutil.rmtree(folder)
        cause = os.strerror(code) if code else "No such file or directory"
        what = f"call {number}, {kind} of {file}: {errno.errorcode.get(code, 'folder gone')}{' from then on' if stays else ''}"
        fault = {"DISK_FAIL_AT": str(number), "DISK_FAIL_CODE": str(code)} | ({"DISK_FAIL_ON": "1"} if stays else {})
        outcome = campaign.run(training, seen.work, environment | fault)
        gone = folder.with_name("run.gone")
        if gone.exists():
            shutil.rmtree(folder, ignore_errors=True)
            gone.rename(folder)
        # A folder that cannot be made or locked is one that --output should not have named.
        if seen.check_end(what, outcome, (0, 1) if number > 2 else (2,)):
            judge(seen, what, outcome, cause, folder, expected, files, stays or code == 0)
        folder.mkdir(exist_ok=True)
        seen.continued(what, folder, expected)
    return seen.end(arguments.record)


def judge(
    seen: campaign.Campaign,
    what: str,
    outcome: campaign.Outcome,
    cause: str,
    folder: Path,
    expected: dict[str, str],
    files: set[str],
    stays: bool,
) -> None:
    """Whether a run with a fault ended as it should."""
    if outcome.code != 0:
        seen.counts[f"ended with exit code {outcome.code}"] += 1
        messages = [line for line in outcome.errors.splitlines() if line.startswith("error: ")]
        if not any("run" in line and cause in line for line in messages):
            seen.fault(f"{what}: the error does not name the path and '{cause}'", outcome)
    elif campaign.result(folder) != expected:
        seen.fault(f"{what}: exit code 0, but the run is not what it should be", outcome)
    elif "warning: " in outcome.errors:
        seen.counts["went on with a warning"] += 1
    else:
        left_out = files - {NUMBERED.sub("*", path.name) for path in folder.iterdir()}
        if left_out:
            seen.fault(f"{what}: not a word, and no {', '.join(sorted(left_out))}", outcome)
        seen.counts["went on, and all is there"] += 1
    left = [path.name for path in folder.glob(".lsn-*.tmp")] if folder.exists() else []
    if left and not stays:
        seen.fault(f"{what}: left {', '.join(left)}", outcome)


if __name__ == "__main__":
    sys.exit(main())
