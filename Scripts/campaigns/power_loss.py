#!/usr/bin/env python3
"""Cuts the power after every call by which a training changes its files, and continues the run from what is left.

The calls of an undisturbed training are written down with their bytes, and played again up to each of them, on a disk that
keeps only what it must. Four disks are tried: one that loses all that was not synced, contents and names; one whose names
are there at once and contents when synced; one whose contents are there at once and names when their folder is synced; and
one that loses nothing, as when the process is killed. On the last, the write that was going on is also cut in half.
From each state that may be left the run is continued, to the bits of one that nobody disturbed.

--without-syncs plays a program that syncs nothing, and must find faults: it shows that the campaign can.
"""
from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import campaign

Files = dict[str, bytes]


@dataclass
class Inode:
    """A file's contents, whatever its name is."""

    content: bytearray
    synced: bytes = b""


@dataclass(frozen=True)
class Call:
    """A line of the log."""

    number: int
    kind: str
    path: str
    other: str
    detail: int


class Disk:
    """A folder as its calls leave it, and as much of it as must be there after a power cut."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.names: dict[str, Inode] = {}
        self.synced_names: dict[str, Inode] = {}

    def apply(self, call: Call, data: bytes, ignores_syncs: bool) -> None:
        """Does what a call did; `data` is what a write wrote, perhaps not all of it."""
        match call.kind:
            case "open":
                inode = self.names.setdefault(call.path, Inode(bytearray()))
                if call.detail == 1:
                    inode.content = bytearray()
            case "write":
                content, place = self.names[call.path].content, int(call.other)
                content.extend(bytes(max(0, place - len(content))))
                content[place : place + len(data)] = data
            case "truncate":
                content = self.names[call.path].content
                del content[call.detail :]
                content.extend(bytes(call.detail - len(content)))
            case "sync" if ignores_syncs:
                pass
            case "sync" if call.path == self.root:
                self.synced_names = dict(self.names)
            case "sync":
                inode = self.names[call.path]
                inode.synced = bytes(inode.content)
            case "rename":
                self.names[call.other] = self.names.pop(call.path)
            case "unlink":
                self.names.pop(call.path, None)

    def states(self) -> Iterator[tuple[str, Files]]:
        """What may be left."""
        yield "nothing unsynced is left", {name: inode.synced for name, inode in self.synced_names.items()}
        yield "names are left, contents if synced", {name: inode.synced for name, inode in self.names.items()}
        yield "contents are left, names if synced", {
            name: bytes(inode.content) for name, inode in self.synced_names.items()
        }
        yield "all is left", {name: bytes(inode.content) for name, inode in self.names.items()}


def calls(log: Path) -> Iterator[tuple[Call, bytes]]:
    """The calls of a log, each with what it wrote."""
    with log.with_name(log.name + ".data").open("rb") as data:
        for line in log.read_text().splitlines():
            number, kind, path, other, detail = line.split("\t")
            call = Call(int(number), kind, path, other, int(detail))
            yield call, data.read(call.detail) if kind == "write" else b""


def main() -> int:
    parser = campaign.options(__doc__ or "")
    parser.add_argument("--without-syncs", action="store_true", help="as if the program had synced nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lsn-power-") as name:
        return cut(campaign.Campaign("power loss", str(Path(arguments.lsn).resolve()), Path(name)), arguments)


def cut(seen: campaign.Campaign, arguments: campaign.argparse.Namespace) -> int:
    folder, log = seen.work / "run", seen.work / "log"
    environment = os.environ | {
        "LD_PRELOAD": str(campaign.compiled("disk.c", seen.work)),
        "DISK_ROOT": str(folder),
        "DISK_LOG": str(log),
    }
    whole = campaign.run([seen.lsn, "train", *campaign.TRAINING, "--output", "run"], seen.work, environment)
    if whole.code != 0:
        raise SystemExit(f"error: the training does not work undisturbed:\n{whole.errors}")
    expected = campaign.result(folder)
    assert expected is not None

    disk, tried = Disk(str(folder)), set[str]()
    for call, data in calls(log):
        seen.counts["calls of the run"] += 1
        if call.kind == "write":
            half = data[: len(data) // 2]
            disk.apply(call, half, arguments.without_syncs)
            attempt(seen, folder, f"in call {call.number}, {call.kind}: all is left", list(disk.states())[-1][1], tried, expected)
        disk.apply(call, data, arguments.without_syncs)
        for what, files in disk.states():
            if not arguments.short or call.kind in ("rename", "sync"):
                attempt(seen, folder, f"after call {call.number}, {call.kind}: {what}", files, tried, expected)
    return seen.end(arguments.record)


def attempt(
    seen: campaign.Campaign, folder: Path, what: str, files: Files, tried: set[str], expected: dict[str, str]
) -> None:
    """Continues from a state, if it was not tried yet. What temporary files hold is never read."""
    key = hashlib.sha256()
    for name, content in sorted(files.items()):
        is_temporary = name.endswith(".tmp")
        key.update(repr((name, b"" if is_temporary else hashlib.sha256(content).digest())).encode())
    if key.hexdigest() in tried:
        return
    tried.add(key.hexdigest())
    seen.counts["states"] += 1
    shutil.rmtree(folder)
    folder.mkdir()
    for name, content in files.items():
        Path(name).write_bytes(content)
    seen.continued(what, folder, expected)
    left = [path.name for path in folder.glob(".lsn-*.tmp")]
    if left:
        seen.fault(f"{what}: the run that was continued left {', '.join(left)}")


if __name__ == "__main__":
    sys.exit(main())
