"""What the campaigns share: the job that is disturbed, what it comes to undisturbed, and the record of what was seen."""
from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIMES = re.compile(r', "(seconds|evaluation_seconds|images_per_second|exchange_seconds)": [-+.e0-9]+')
"""What differs from run to run in metrics.jsonl."""
TRAINING = (
    "--device reference --model lsn19 --width 0.02 --timesteps 1 --image-size 7 --limit-train 48 --limit-test 20 "
    "--batch-size 16 --epochs 2 --checkpoint-every 2"
).split()
"""A training of a third of a second, with a save inside each epoch."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    """Negative: the signal that ended it."""
    output: str
    errors: str


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None, patience: float = 120) -> Outcome:
    """Runs a command in `folder`; one that hangs counts as ended by SIGALRM."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=patience, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as expired:
        return Outcome(-14, "", f"hung for {expired.timeout:.0f} s")
    return Outcome(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def compiled(source: str, folder: Path) -> Path:
    """The shared library of a C file beside this one, made in a folder of the campaign's own."""
    library = folder / Path(source).with_suffix(".so").name
    options = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"]
    subprocess.run(["cc", *options, "-o", str(library), str(HERE / source), "-ldl", "-lpthread"], check=True)
    return library


def result(folder: Path) -> dict[str, str] | None:
    """What a run came to, by what must not depend on what happened to it: its metrics, its blocks' statistics and the tensors
    of its checkpoints. `None` where the run is not complete."""
    names = ["metrics.jsonl", "blocks.jsonl", "checkpoint-last.safetensors", "checkpoint-best.safetensors"]
    if not all((folder / name).exists() for name in names):
        return None
    metrics = TIMES.sub("", (folder / "metrics.jsonl").read_text())
    return {
        "metrics": metrics,
        "blocks": (folder / "blocks.jsonl").read_text(),
        "last": tensors(folder / "checkpoint-last.safetensors"),
        "best": tensors(folder / "checkpoint-best.safetensors"),
    }


def tensors(checkpoint: Path) -> str:
    """A hash of a checkpoint's tensors, without its metadata."""
    file = checkpoint.read_bytes()
    length = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + length])
    header.pop("__metadata__", None)
    return hashlib.sha256(json.dumps(header, sort_keys=True).encode() + file[8 + length :]).hexdigest()


@dataclass
class Campaign:
    """What a campaign did and saw."""

    name: str
    lsn: str
    work: Path
    training: list[str] = field(default_factory=lambda: TRAINING)
    """The options of the training that is disturbed."""
    counts: Counter[str] = field(default_factory=Counter)
    """What was seen how often."""
    faults: list[str] = field(default_factory=list)
    """What must not have happened."""

    @property
    def command(self) -> str:
        """How the campaign was started, without the files of this machine."""
        rest = re.sub(r" --(lsn|record)[ =]\S+", "", " " + " ".join(sys.argv[1:]))
        return str(Path(sys.argv[0]).resolve().relative_to(HERE.parent.parent)) + rest

    def fault(self, what: str, outcome: Outcome | None = None) -> None:
        """Notes something that must not have happened, and says it at once."""
        text = what
        if outcome:
            text += f": exit code {outcome.code}\n{outcome.errors.strip()[-1500:]}"
        self.faults.append(text)
        print(f"FAULT {text}", file=sys.stderr, flush=True)

    def check_end(self, what: str, outcome: Outcome, allowed: tuple[int, ...]) -> bool:
        """Whether a command ended by itself with an allowed code, and its errors say what is wrong."""
        if outcome.code not in allowed:
            self.fault(what, outcome)
            return False
        if outcome.code != 0 and not re.search(r"^error: \S", outcome.errors, re.MULTILINE):
            self.fault(f"{what}: no error: line", outcome)
            return False
        return True

    def continued(self, what: str, folder: Path, expected: dict[str, str]) -> None:
        """Continues a run to its end, or begins it anew where there is no checkpoint yet, and compares what it comes to."""
        if (folder / "checkpoint-last.safetensors").exists():
            arguments, state = ["--resume", folder.name], "continued"
        else:
            shutil.rmtree(folder, ignore_errors=True)
            arguments, state = [*self.training, "--output", folder.name], "begun anew"
        outcome = run([self.lsn, "train", *arguments], folder.parent)
        if outcome.code != 0:
            self.fault(f"{what}, then {' '.join(arguments[:2])}", outcome)
            return
        if outcome.errors.strip():
            self.counts["continued with a warning"] += 1
        found = result(folder)
        if found != expected:
            parts = [part for part in expected if found is None or found[part] != expected[part]]
            self.fault(f"{what}: {state}, but {', '.join(parts)} differ")
        self.counts[state] += 1

    def end(self, record: str | None) -> int:
        """Prints what was seen, and writes it down. Returns the exit code."""
        summary = {
            "campaign": self.name,
            "date": datetime.date.today().isoformat(),
            "version": run([self.lsn, "--version"], self.work).output.strip(),
            "command": self.command,
            "seen": dict(sorted(self.counts.items())),
            "faults": self.faults,
        }
        for what, count in summary["seen"].items():
            print(f"{count:6} {what}")
        print(f"{len(self.faults):6} faults")
        if record:
            Path(record).write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
        return 1 if self.faults else 0


def options(description: str) -> argparse.ArgumentParser:
    """Those of every campaign."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lsn", default=str(HERE.parent.parent / ".build/release/lsn"), help="the program")
    parser.add_argument("--record", metavar="FILE", help="where to write what was seen, as JSON")
    parser.add_argument("--short", action="store_true", help="a part, for continuous integration")
    return parser
