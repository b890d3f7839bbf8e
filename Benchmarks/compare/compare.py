#!/usr/bin/env python3
"""Compares this program with PyTorch and SpikingJelly on one machine: every case in turns, medians, ratios.

    Benchmarks/compare/compare.py                   everything, 20 to 35 minutes on two quiet cores
    Benchmarks/compare/compare.py --quick           small sizes and few repetitions: shows that it works, no more
    Benchmarks/compare/compare.py --cases step      only cases whose name contains this
    Benchmarks/compare/compare.py --gpu             steps of training on a GPU, the peers' by CUDA

The peers are installed from PyPI into a folder of their own, .venv beside this file. Results are kept as they come: the
same command continues what was stopped.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import selectors
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cases import Case, Contestant, all_cases, gpu_cases

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENVIRONMENT = HERE / ".venv"
PYTHON = ENVIRONMENT / "bin/python"
TURN = 0.15
"""Seconds that a turn takes at least, where one run takes less."""
MOST_RUNS = 200


class PeerError(Exception):
    """A peer that cannot do what it was asked for."""


class Peer:
    """A process that answers requests."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        # What it says beside its answers is shown only if it dies.
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, env=environment, cwd=HERE
        )
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)

    def ask(self, request: dict[str, Any], patience: float) -> dict[str, Any]:
        """The answer to a request, within `patience` seconds."""
        if self.process.poll() is not None:
            raise PeerError(self.last_words())
        try:
            self.process.stdin.write((json.dumps(request) + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise PeerError(self.last_words()) from None
        if not self.selector.select(patience):
            self.close()
            raise PeerError(f"no answer within {patience:.0f} seconds")
        line = self.process.stdout.readline()
        if not line:
            raise PeerError(self.last_words())
        answer = json.loads(line)
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer

    def last_words(self) -> str:
        """Why it ended."""
        self.process.wait()
        self.log.seek(0)
        return f"ended with code {self.process.returncode}: {self.log.read()[-400:].strip()}"

    def peak_bytes(self) -> int | None:
        """The most memory that the process has had resident; None where the system does not say."""
        try:
            lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        except OSError:
            return None
        return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), None)

    def close(self) -> None:
        """Ends the process."""
        self.selector.close()
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.log.close()


class Bench:
    """Runs cases."""

    def __init__(self, lsn: Path, device: str, threads: int, on_gpu: bool) -> None:
        self.lsn = lsn
        self.device = device
        count = str(threads)
        self.environment = os.environ | {
            "OMP_NUM_THREADS": count,
            "MKL_NUM_THREADS": count,
            "POCL_MAX_PTHREAD_COUNT": count,
            "TORCHINDUCTOR_CACHE_DIR": str(ENVIRONMENT / "inductor"),
        }
        if on_gpu:
            self.environment |= {"PEER_DEVICE": "cuda"}
        self.shared: dict[tuple[str, tuple[str, ...], int], Peer] = {}

    def start(self, contestant: Contestant) -> Peer:
        """A new process of lsn, torch or spikingjelly."""
        if contestant.program == "lsn":
            command = [str(self.lsn), "bench", "--requests", "--device", self.device, *contestant.options]
        else:
            command = [str(PYTHON), str(HERE / f"{contestant.program}_peer.py")]
        return Peer(command, self.environment)

    def peer(self, contestant: Contestant, case: Case) -> Peer:
        """A process that cases share; one for each of a case's contestants, as it prepares one thing at a time."""
        kind = (contestant.program, contestant.options)
        same = [other.name for other in case.contestants if (other.program, other.options) == kind]
        key = (*kind, same.index(contestant.name))
        peer = self.shared.get(key)
        if peer is None or peer.process.poll() is not None:
            peer = self.shared[key] = self.start(contestant)
        return peer

    def run(self, case: Case) -> dict[str, Any]:
        """Seconds and facts by contestant, and how much longer than this program each takes."""
        peers: dict[str, Peer] = {}
        found: dict[str, dict[str, Any]] = {}
        if case.fresh:
            self.close()
        try:
            for contestant in case.contestants:
                self.prepare(case, contestant, peers, found)
            self.take_turns(case, peers, found)
            if case.fresh:
                for name, peer in peers.items():
                    found[name]["peak_bytes"] = peer.peak_bytes()
        finally:
            if case.fresh:
                for peer in peers.values():
                    peer.close()
        return {"title": case.title, "contestants": found, "ratios": ratios(found)}

    def prepare(
        self, case: Case, contestant: Contestant, peers: dict[str, Peer], found: dict[str, dict[str, Any]]
    ) -> None:
        peer = self.start(contestant) if case.fresh else self.peer(contestant, case)
        try:
            facts = peer.ask(contestant.request, contestant.patience)
            runs = 1
            if not case.fresh:
                once = min(peer.ask({"runs": 1}, contestant.patience)["seconds"])
                runs = max(1, min(MOST_RUNS, round(TURN / max(once, 1e-6))))
            found[contestant.name] = {"facts": facts, "runs": runs, "rounds": []}
            peers[contestant.name] = peer
        except PeerError as error:
            found[contestant.name] = {"error": str(error)}
            if case.fresh:
                peer.close()

    def take_turns(self, case: Case, peers: dict[str, Peer], found: dict[str, dict[str, Any]]) -> None:
        for _ in range(case.rounds):
            for contestant in case.contestants:
                entry = found[contestant.name]
                if "error" in entry:
                    continue
                try:
                    answer = peers[contestant.name].ask({"runs": entry["runs"]}, contestant.patience)
                    entry["rounds"].append(statistics.median(answer["seconds"]))
                except PeerError as error:
                    entry["error"] = str(error)
        for entry in found.values():
            if "error" not in entry:
                entry["seconds"] = statistics.median(entry["rounds"])

    def close(self) -> None:
        """Ends the shared processes."""
        for peer in self.shared.values():
            peer.close()
        self.shared.clear()

    # Figures of this program alone.

    def output(self, *arguments: str) -> str:
        """What lsn prints."""
        command = [str(self.lsn), *arguments, "--device", self.device]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment)
        if done.returncode:
            raise PeerError(f"lsn {' '.join(arguments)}: {done.stderr.strip()[-400:]}")
        return done.stdout

    def ceilings(self, filter: str) -> dict[str, Any]:
        """What the device does at most, and the share of it that kernels reach."""
        return json.loads(self.output("bench", "--json", "--filter", filter))

    def plan(self, *options: str) -> dict[str, Any]:
        """Time by kernel of a step of LSN19."""
        return json.loads(self.output("bench", "--plan", "--json", "--dataset", "cifar10", "--model", "lsn19", *options))

    def firing_rates(self, *options: str) -> dict[str, Any]:
        """Shares that fire, by block, after some steps of training on the digits."""
        with tempfile.TemporaryDirectory() as folder:
            run = Path(folder) / "run"
            self.output("train", "--output", str(run), *options)
            return self.rates_of(run) | {"options": " ".join(options)}

    def digits(self, wanted: float = 0.97) -> dict[str, Any]:
        """Seconds of the default job, compilation and evaluation included, until its accuracy is `wanted`."""
        with tempfile.TemporaryDirectory() as folder:
            run = Path(folder) / "run"
            start = time.monotonic()
            process = subprocess.Popen(
                [str(self.lsn), "train", "--output", str(run), "--device", self.device], stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env=self.environment,
            )  # fmt: skip
            reached = None
            while process.poll() is None:
                if reached is None and any(row["test_accuracy"] >= wanted for row in metrics(run)):
                    reached = time.monotonic() - start
                time.sleep(0.1)
            if process.returncode:
                raise PeerError(f"lsn train ended with code {process.returncode}")
            rows = metrics(run)
            if reached is None and any(row["test_accuracy"] >= wanted for row in rows):
                reached = time.monotonic() - start
            return {
                "seconds": reached, "wanted": wanted, "whole_seconds": time.monotonic() - start,
                "accuracy": rows[-1]["test_accuracy"], "rates": self.rates_of(run),
            }  # fmt: skip

    def rates_of(self, run: Path) -> dict[str, Any]:
        """What fires in a trained network, by block: its inputs, those of all its convolutions together, and its outputs."""
        options = ("--limit-test", "200", "--gradient-batches", "1", "--check-batches", "0")
        found = json.loads(self.output("analyze", str(run), "--json", *options))
        kinds = ("output_rate", "excitatory_rate", "inhibitory_rate")
        rates = {kind: [block[kind] for block in found["blocks"] if kind in block] for kind in kinds}
        # An accumulate for each spike and each output that it reaches: of all products, the share that fires.
        rates["convolution_input_rate"] = [
            block["accumulates"] / (found["time_steps"] * block["dense_multiply_accumulates"])
            for block in found["blocks"]
            if block["multiply_accumulates"] == 0
        ]
        return rates

    def parity(self) -> dict[str, Any]:
        """Whether the peers' networks are the same."""
        with tempfile.TemporaryDirectory() as folder:
            command = [str(PYTHON), str(HERE / "parity.py"), str(self.lsn), folder]
            done = subprocess.run(command, capture_output=True, text=True, env=self.environment)
            if not done.stdout.startswith("{"):
                raise PeerError(done.stderr.strip()[-400:])
            return json.loads(done.stdout)


def metrics(run: Path) -> list[dict[str, Any]]:
    """The finished lines of a run's metrics."""
    try:
        text = (run / "metrics.jsonl").read_text()
    except OSError:
        return []
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def ratios(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """By contestant, seconds over those of the first; and the least and the most of a round."""
    names = list(found)
    ours = found[names[0]]
    if "error" in ours:
        return {}
    result = {}
    for name in names[1:]:
        theirs = found[name]
        if "error" not in theirs:
            by_round = [b / a for a, b in zip(ours["rounds"], theirs["rounds"])]
            result[name] = {"ratio": theirs["seconds"] / ours["seconds"], "low": min(by_round), "high": max(by_round)}
    return result


def install() -> None:
    """Makes the peers' environment, or brings it up to date."""
    wanted = (HERE / "requirements.txt").read_text()
    stamp = ENVIRONMENT / "installed.txt"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print("installing the peers (PyTorch is large; once)", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(HERE / "requirements.txt")], check=True)
    stamp.write_text(wanted)


def machine(threads: int) -> dict[str, Any]:
    """What the figures were measured on."""
    facts: dict[str, str] = {}
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        for line in cpu.read_text().splitlines():
            key, _, value = line.partition(":")
            facts.setdefault(key.strip(), value.strip())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    vectors = [flag for flag in ("avx2", "avx512f", "asimd", "sve") if flag in facts.get("flags", facts.get("Features", "")).split()]
    return {
        "processor": facts.get("model name", platform.processor() or platform.machine()),
        "family": " ".join(facts[key] for key in ("cpu family", "model") if key in facts),
        "vectors": vectors, "cores": os.cpu_count(), "threads": threads, "memory_bytes": memory,
        "cache": facts.get("cache size"), "system": f"{platform.system()} {platform.release().split('-')[0]}, {' '.join(platform.libc_ver())}",
    }  # fmt: skip


def settings(lsn: Path, quick: bool, threads: int) -> dict[str, Any]:
    """What must be the same for results to be one run's."""
    versions = subprocess.run(
        [str(PYTHON), "-c", "import json; from importlib.metadata import version as v; "
         "print(json.dumps({n: v(n) for n in ('torch', 'spikingjelly', 'numpy')}))"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    version = subprocess.run([str(lsn), "--version"], capture_output=True, text=True).stdout.strip()
    return {
        "quick": quick, "machine": machine(threads), "versions": json.loads(versions) | {"python": platform.python_version()},
        "lsn": version, "lsn_sha256": hashlib.sha256(lsn.read_bytes()).hexdigest(),
    }  # fmt: skip


class Results:
    """`results.json`, written anew after every case."""

    def __init__(self, folder: Path, settings: dict[str, Any], names: list[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "results.json"
        self.value: dict[str, Any] = {
            "settings": settings, "started": time.strftime("%Y-%m-%d %H:%M"), "load_before": os.getloadavg()[0], "cases": {},
        }  # fmt: skip
        before = json.loads(self.path.read_text()) if self.path.exists() else {}
        # Another program's, machine's or size's results are not continued.
        if before.get("settings") != settings:
            return
        self.value = before
        if all(map(self.has, names)):
            # All is there already: it is wanted anew.
            for name in names:
                del self.value["cases"][name]
        else:
            print(f"continuing {self.path}: {sum(map(self.has, names))} of {len(names)} cases are there", flush=True)

    def has(self, name: str) -> bool:
        return name in self.value["cases"]

    def keep(self, name: str, result: dict[str, Any]) -> None:
        self.value["cases"][name] = result
        self.value["seconds"] = sum(case["took"] for case in self.value["cases"].values())
        beside = self.path.with_suffix(".tmp")
        beside.write_text(json.dumps(self.value, indent=1, ensure_ascii=False) + "\n")
        beside.replace(self.path)


def alone(bench: Bench, quick: bool) -> dict[str, Any]:
    """Cases of this program alone, by name: functions without arguments."""
    small = ["--width", "0.0625", "--batch-size", "2", "--steps", "1"]
    large = ["--width", "0.75", "--batch-size", "16", "--steps", "1", "--memory", "fast"]
    training = ["--model", "lsn19", "--limit-test", "100"]
    brief, long = ["--width", "0.0625", "--max-steps", "5"], ["--width", "0.25", "--epochs", "1"]
    found = {
        "parity": bench.parity,
        "ceilings": lambda: bench.ceilings("convolution-forward/3x3-s1-p1-384" if quick else "lsn19-96/"),
        "plan": lambda: bench.plan(*(small if quick else large)),
        "rates": lambda: bench.firing_rates(*training, *(brief if quick else long)),
    }
    return found if quick else found | {"digits": bench.digits}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lsn", type=Path, default=ROOT / ".build/release/lsn", help="the program (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=ROOT / "Benchmarks/results/compare", help="folder of the results")
    parser.add_argument("--quick", action="store_true", help="small sizes and few repetitions; into OUTPUT-quick by default")
    parser.add_argument("--cases", action="append", metavar="TEXT", help="only cases whose name contains this; repeatable")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1), help="of each program (default: %(default)s)")
    parser.add_argument("--device", default="auto", help="of this program, as `lsn devices` names it (default: %(default)s)")
    parser.add_argument("--gpu", action="store_true", help="the cases of a GPU; into Benchmarks/results/gpu by default")
    parser.add_argument("--python", type=Path, help="an interpreter that has the peers; nothing is installed then")
    parser.add_argument("--list", action="store_true", help="print the cases' names and stop")
    options = parser.parse_args()
    if options.output == parser.get_default("output"):
        if options.quick:
            options.output = ROOT / ".build/compare-quick"
        elif options.gpu:
            options.output = ROOT / "Benchmarks/results/gpu"
    if options.python:
        global PYTHON
        PYTHON = options.python

    lsn = options.lsn.resolve()
    bench = Bench(lsn, options.device, options.threads, on_gpu=options.gpu and not options.quick)
    jobs: dict[str, Any] = {} if options.gpu else dict(alone(bench, options.quick))
    jobs |= {case.name: case for case in (gpu_cases if options.gpu else all_cases)(options.quick)}
    names = [name for name in jobs if not options.cases or any(text in name for text in options.cases)]
    if options.list:
        print("\n".join(names))
        return 0
    if not names:
        parser.error(f"no case's name contains {' or '.join(options.cases)} (--list prints them)")
    if not lsn.exists():
        parser.error(f"there is no {lsn}: `make build` makes it")
    if not options.python:
        install()
    results = Results(options.output, settings(lsn, options.quick, options.threads), names)
    try:
        for number, name in enumerate(names, start=1):
            if results.has(name):
                continue
            start = time.monotonic()
            job = jobs[name]
            try:
                result = bench.run(job) if isinstance(job, Case) else job()
            except PeerError as error:
                result = {"error": str(error)}
            results.keep(name, result | {"took": time.monotonic() - start})
            print(f"{number}/{len(names)} {name}: {summary(result)}", flush=True)
    finally:
        bench.close()
    report = "gpu_report.py" if options.gpu else "report.py"
    subprocess.run([str(PYTHON), str(HERE / report), str(options.output)], check=True)
    return 0


def summary(result: dict[str, Any]) -> str:
    """A result in a line."""
    if "error" in result:
        return f"failed: {result['error']}"
    if "contestants" not in result:
        return "done" if result.get("passed", True) else "FAILED"
    parts = []
    for name, entry in result["contestants"].items():
        if "error" in entry:
            parts.append(f"{name} failed: {entry['error'][:120]}")
        else:
            ratio = result["ratios"].get(name)
            parts.append(f"{name} {1000 * entry['seconds']:.2f} ms" + (f" ({ratio['ratio']:.2f}×)" if ratio else ""))
    return ", ".join(parts)


if __name__ == "__main__":
    sys.exit(main())
