#!/usr/bin/env python3
"""Draws the page of a comparison: `report.md` and its pictures, from `results.json` in the same folder.

    report.py FOLDER
"""
from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

from cases import GROWTH, HIGH, OURS, TRAINED_RATE  # noqa: E402

DIRECTIONS = {"forward": "forward", "backward-data": "backward-data", "backward-filter": "backward-weight"}
COLOURS = {OURS: "#0b6e99", "lsn balanced": "#4f9db8", "lsn lean": "#93c4d4", "oneDNN": "#c2591b", "PyTorch fused": "#c2591b",
           "PyTorch eager": "#e09f6d", "SpikingJelly": "#6b7f2a"}  # fmt: skip
FUSED, JELLY = "PyTorch fused", "SpikingJelly"
plt.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "lsn", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#e6e6e6", "axes.axisbelow": True, "figure.constrained_layout.use": True,
})  # fmt: skip


@dataclass
class Fit:
    """A line through points, by least squares."""

    slope: float
    intercept: float
    r2: float

    @staticmethod
    def of(points: list[tuple[float, float]]) -> Fit | None:
        """None for fewer than two places."""
        if len({x for x, _ in points}) < 2:
            return None
        n = len(points)
        mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
        by_xx = sum((x - mean_x) ** 2 for x, _ in points)
        slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / by_xx
        intercept = mean_y - slope * mean_x
        rest = sum((y - intercept - slope * x) ** 2 for x, y in points)
        total = sum((y - mean_y) ** 2 for _, y in points)
        return Fit(slope, intercept, 1 - rest / total if total else 1)


@dataclass
class Target:
    """A line of the table of targets; `better` says whether a larger or a smaller value is."""

    what: str
    least: float
    stretch: float
    values: list[float]
    unit: str = "×"
    better: str = "larger"
    detail: str = ""

    def verdict(self) -> str:
        if not self.values:
            return "not measured"
        worst = min(self.values) if self.better == "larger" else max(self.values)
        reaches = (lambda wanted: worst >= wanted) if self.better == "larger" else (lambda wanted: worst <= wanted)
        return "stretch" if reaches(self.stretch) else "hit" if reaches(self.least) else "**MISS**"

    def row(self) -> list[str]:
        def text(value: float) -> str:
            if math.isinf(value):
                return "never"
            if self.unit == "share":
                return share(value)
            return f"{value:.2f}×" if self.unit == "×" else f"{value:.0f} s"

        measured = " / ".join(text(value) for value in self.values) + (f" ({self.detail})" if self.detail else "")
        return [self.what, text(self.least), text(self.stretch), measured, self.verdict()]


class Results:
    """`results.json`, and questions about it."""

    def __init__(self, path: Path) -> None:
        self.value = json.loads(path.read_text())
        self.cases: dict[str, dict[str, Any]] = self.value["cases"]

    def named(self, start: str) -> dict[str, dict[str, Any]]:
        """Cases of contestants whose name starts so."""
        return {name: case for name, case in self.cases.items() if name.startswith(start) and "contestants" in case}

    def ratio(self, case: str, contestant: str) -> float | None:
        return self.cases.get(case, {}).get("ratios", {}).get(contestant, {}).get("ratio")

    def entry(self, case: str, contestant: str) -> dict[str, Any]:
        """What a contestant did; empty where it did nothing."""
        entry = self.cases.get(case, {}).get("contestants", {}).get(contestant, {})
        return {} if "error" in entry else entry

    def saved(self, case: str, contestant: str) -> int | None:
        facts = self.entry(case, contestant).get("facts", {})
        return facts.get("saved_activations") or (facts.get("memory") or {}).get("saved_activations")

    def neurons(self, peer: str) -> dict[str, tuple[float, float, float]]:
        """By channels: ratios of forward, backward and both."""
        found = {}
        for name in self.named("neuron/forward/"):
            channels = name.rsplit("/", 1)[1]
            pairs = [
                (self.entry(f"neuron/{way}/{channels}", OURS), self.entry(f"neuron/{way}/{channels}", peer))
                for way in ("forward", "backward")
            ]
            if all("seconds" in entry for pair in pairs for entry in pair):
                (a, b), (c, d) = [(ours["seconds"], theirs["seconds"]) for ours, theirs in pairs]
                found[channels] = (b / a, d / c, (b + d) / (a + c))
        return found

    def growth(self, along: str, contestant: str, saved: bool) -> list[tuple[float, float]]:
        """Points of a line: seconds a step, or bytes saved."""
        points = []
        for name in self.named(f"growth/{along}/"):
            entry = self.entry(name, contestant)
            value = self.saved(name, contestant) if saved else entry.get("seconds")
            if value is not None:
                points.append((float(name.rsplit("/", 1)[1]), float(value)))
        return sorted(points)

    def targets(self) -> list[Target]:
        """The table of targets."""

        def some(*values: float | None) -> list[float]:
            return [value for value in values if value is not None]

        main = {name: case for name, case in self.named("convolution/").items() if "/3x3-s1-" in name and is_main(name)}
        rows = []
        for direction, least, stretch in (("forward", 2.8, 3.5), ("backward-filter", 2.8, 3.5), ("backward-data", 2.2, 3)):
            values = [self.ratio(name, "oneDNN") for name in main if f"/{direction}/" in name]
            what = f"convolution {DIRECTIONS[direction]}, 3×3, 96–384 channels, against oneDNN"
            at_more = self.ratio(f"rate/{direction}/0.2", "oneDNN")
            detail = f"at rate {TRAINED_RATE}; at 0.2 with 192 channels {at_more:.2f}×" if at_more else ""
            rows.append(Target(what, least, stretch, some(*values), detail=detail))
        high = [self.ratio(name, "oneDNN") for name in self.named("precision/forward/") if is_main(name)]
        what = "convolution forward with `--precision high`, the same, against oneDNN"
        rows.append(Target(what, 4.5, 5.5, some(*high), detail=f"at rate {TRAINED_RATE}"))
        eager = self.neurons("PyTorch eager")
        rows.append(Target("norm + neuron, forward and backward, against eager", 6, 15, [both for *_, both in eager.values()]))
        rows.append(Target("LSN19 training step, against PyTorch with a fused neuron", 2.5, 3.5, some(self.ratio("step/lsn19", FUSED))))
        rows.append(Target("the same, against SpikingJelly", 3, 5, some(self.ratio("step/lsn19", JELLY))))
        rows.append(Target("LSN101 training step, against PyTorch with a fused neuron", 2, 3, some(self.ratio("step/lsn101", FUSED))))
        digits = self.cases.get("digits", {})
        reached = [digits["seconds"] or math.inf] if "seconds" in digits else []
        rows.append(Target("the default `lsn train` on the digits, to 97 %", 120, 60, reached, "s", "smaller"))
        rows.append(Target("LSN19 inference, against PyTorch with a fused neuron", 3, 5, some(self.ratio("inference/lsn19", FUSED))))
        torch = self.saved("step/lsn19", FUSED)
        for mode, name, least, stretch in (("fast", OURS, 1 / 3, 1 / 4), ("lean", "lsn lean", 1 / 20, 1 / 40)):
            ours = self.saved("memory/lsn19", name)
            part = [ours / torch] if ours and torch else []
            what = f"saved activation bytes of LSN19, {mode}, of PyTorch's with a fused neuron"
            rows.append(Target(what, least, stretch, part, "share", "smaller"))
        rows.append(Target("time of lean over fast, LSN19", 1.35, 1.2, some(self.ratio("memory/lsn19", "lsn lean")), "×", "smaller"))
        return rows


def is_main(name: str) -> bool:
    """Whether a convolution is one of LSN19's three."""
    return name.rsplit("/", 1)[1] in ("3x3-s1-96to96-32", "3x3-s1-192to192-16", "3x3-s1-384to384-8")


def table(head: list[str], rows: list[list[str]]) -> str:
    """Markdown; every column but the first is set to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def share(value: float) -> str:
    """A part as 1/n, a multiple as it is."""
    return f"1/{1 / value:.3g}" if 0 < value < 1 else f"{value:.3g}"


def milliseconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{1000 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.2f} s"


def megabytes(count: float | None) -> str:
    return "–" if count is None else f"{count / 1e6:,.1f} MB" if count < 1e9 else f"{count / 1e9:.2f} GB"


def with_spread(ratio: dict[str, float] | None) -> str:
    return f"**{ratio['ratio']:.2f}×** ({ratio['low']:.2f}–{ratio['high']:.2f})" if ratio else "–"


class Page:
    """Writes the page and its pictures."""

    def __init__(self, results: Results, folder: Path) -> None:
        self.results, self.folder = results, folder
        self.parts: list[str] = []

    def add(self, *texts: str) -> None:
        self.parts += texts

    def picture(self, figure: plt.Figure, name: str, text: str) -> None:
        figure.savefig(self.folder / f"{name}.svg", metadata={"Date": None})
        plt.close(figure)
        self.add(f"![{text}]({name}.svg)\n")

    def write(self) -> None:
        self.head()
        self.convolutions()
        self.neurons()
        self.networks()
        self.precisions()
        self.memory()
        self.growth()
        self.rates()
        self.profile()
        self.failures()
        (self.folder / "report.md").write_text("\n".join(self.parts))

    def head(self) -> None:
        settings = self.results.value["settings"]
        versions, machine = settings["versions"], settings["machine"]
        quick = "\n**A quick run of small sizes: it shows that everything works; its figures mean nothing.**\n"
        self.add(
            "# Compared with PyTorch and SpikingJelly\n",
            f"lsn {settings['lsn']} against PyTorch {versions['torch']} (oneDNN; eager, with a fused neuron whose backward pass is "
            f"written by hand) and SpikingJelly {versions['spikingjelly']} (multi-step mode), Python {versions['python']}, float32, "
            f"{machine['threads']} threads each. Contestants take turns; figures are medians, ratios are their time over "
            "ours, in brackets the least and the most of a round. Either layout of memory was tried for the peers, and the "
            "faster one taken.\n" + (quick if settings["quick"] else ""),
            f"Machine: {machine['processor']} (family and model {machine['family']}; {', '.join(machine['vectors'])}), "
            f"{machine['cores']} cores, {megabytes(machine['memory_bytes'])} of memory, {self.device()}; {machine['system']}. "
            f"Begun {self.results.value['started']}, {self.results.value['seconds'] / 60:.0f} minutes; the load before was "
            f"{self.results.value['load_before']:.1f}. Measured by `make bench`.\n",
            "## Targets\n",
            table(["", "at least", "stretch", "measured", ""], [target.row() for target in self.results.targets()]),
        )
        parity = self.results.cases.get("parity")
        if parity and "models" in parity:
            counts = ", ".join(f"{name} {ours:,}" for name, (ours, _) in parity["parameters"].items())
            state = "hold" if parity["passed"] else "**DO NOT HOLD**"
            self.add(
                f"The peers' networks are the same ones: equal numbers of parameters ({counts}); and from the same checkpoint, "
                f"logits and the losses of two more steps with Adam differ by {parity['worst']:.1e} at most, where "
                f"{parity['tolerance']:g} is allowed. Both {state}.\n"
            )

    def device(self) -> str:
        for case in self.results.cases.values():
            facts = case.get("contestants", {}).get(OURS, {}).get("facts")
            if facts:
                return f"{facts['device_name']}, {facts['driver']}"
        return "device unknown"

    def convolutions(self) -> None:
        found = self.results.named("convolution/")
        if not found:
            return
        ceilings = {row["name"]: row for row in self.results.cases.get("ceilings", {}).get("benchmarks", [])}
        keys = list(dict.fromkeys(name.rsplit("/", 1)[1] for name in found))
        rows = []
        for key in keys:
            cells = [next(case["title"] for name, case in found.items() if name.endswith("/" + key))]
            for direction in DIRECTIONS:
                case = found.get(f"convolution/{direction}/{key}", {})
                seconds = case.get("contestants", {}).get(OURS, {}).get("seconds")
                cells.append(f"{with_spread(case.get('ratios', {}).get('oneDNN'))} {milliseconds(seconds)}")
            rows.append(cells)
        self.add(
            "## Convolutions of spikes, against oneDNN\n",
            f"64 images·steps, spikes at rate {TRAINED_RATE}; ratio, and our time. Input by output channels and the input's rows.\n",
            table(["", *DIRECTIONS.values()], rows),
        )
        figure, axes = plt.subplots(figsize=(8.5, 0.42 * len(keys) + 1))
        for offset, (direction, colour) in enumerate(zip(DIRECTIONS, ("#0b6e99", "#c2591b", "#6b7f2a"))):
            values = [self.results.ratio(f"convolution/{direction}/{key}", "oneDNN") or 0 for key in keys]
            axes.barh([k + 0.27 * (offset - 1) for k in range(len(keys))], values, 0.25, color=colour, label=DIRECTIONS[direction])
        axes.set_yticks(range(len(keys)), [row[0] for row in rows])
        axes.invert_yaxis()
        axes.axvline(1, color="#444444", linewidth=0.8)
        axes.set_xlabel("times as fast as oneDNN")
        axes.legend(frameon=False)
        self.picture(figure, "convolutions", "Ratio to oneDNN by layer")
        if ceilings:
            limits = self.results.cases["ceilings"]["ceilings"]
            self.add(
                f"What bounds them: this device copies {limits['copy_gigabytes_per_second']:.1f} GB/s and multiplies and adds at "
                f"{limits['multiply_add_gigaflops']:.0f} GFLOP/s. Shares of both, where a convolution of spikes counts as a "
                "dense one and every operand once:\n",
                table(
                    ["kernels", "GFLOP/s", "of multiply-add", "GB/s", "of copy"],
                    [
                        [f"`{name}`", f"{row['gigaflops']:.0f}", f"{100 * row['share_of_multiply_add']:.0f} %",
                         f"{row['gigabytes_per_second']:.1f}", f"{100 * row['share_of_copy']:.0f} %"]
                        for name, row in ceilings.items()
                        if is_bounded(name)
                    ],
                ),
            )  # fmt: skip
        by_rate = self.results.named("rate/")
        if by_rate:
            self.by_rate(by_rate)

    def by_rate(self, cases: dict[str, dict[str, Any]]) -> None:
        """How a convolution's time depends on the firing rate."""
        figure, axes = plt.subplots(figsize=(6, 3.2))
        fits = []
        for direction, style in (("forward", "-"), ("backward-filter", "--")):
            for contestant in (OURS, "oneDNN"):
                points = sorted(
                    (float(name.rsplit("/", 1)[1]), 1000 * self.results.entry(name, contestant)["seconds"])
                    for name in cases
                    if f"/{direction}/" in name and self.results.entry(name, contestant)
                )
                if not points:
                    continue
                label = f"{contestant}, {DIRECTIONS[direction]}"
                axes.plot(*zip(*points), style, marker="o", color=COLOURS[contestant], label=label)
                fit = Fit.of(points)
                if fit:
                    fits.append([label, f"{fit.slope / 10:.3g} ms", f"{fit.intercept:.3g} ms", f"{fit.r2:.4f}"])
        axes.set(xlabel="firing rate", ylabel="milliseconds")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        self.picture(figure, "rates", "Time of a convolution by firing rate")
        rows = []
        for name, case in cases.items():
            seconds = [self.results.entry(name, contestant).get("seconds") for contestant in (OURS, "oneDNN")]
            title = f"{DIRECTIONS[name.split('/')[1]]}, {case['title']}"
            rows.append([title, *map(milliseconds, seconds), with_spread(case["ratios"].get("oneDNN"))])
        self.add(table(["", "ours", "oneDNN", "ratio"], rows))
        self.add(table(["line through the points", "slope, per 0.1 of rate", "intercept", "R²"], fits))

    def neurons(self) -> None:
        peers = ("PyTorch eager", FUSED, JELLY)
        found = {peer: self.results.neurons(peer) for peer in peers}
        rows = [
            [f"{channels} channels", peer, *(f"{value:.1f}×" for value in values[:2]), f"**{values[2]:.1f}×**"]
            for peer in peers
            for channels, values in found[peer].items()
        ]
        if rows:
            self.add(
                "## Norm and neuron\n",
                "Batch norm with the batch's statistics and neurons over T = 4, 64 images·steps; ours includes packing to bits.\n",
                table(["", "against", "forward", "backward", "both"], rows),
            )

    def networks(self) -> None:
        names = [name for start in ("step/", "inference/", "compiled/") for name in self.results.named(start)]
        rows = []
        for name in names:
            case = self.results.cases[name]
            kind = name.split("/")[0]
            for contestant, entry in case["contestants"].items():
                title = f"{case['title']}, {'inference' if kind == 'inference' else 'training step'}"
                if "error" in entry:
                    rows.append([title, contestant, "does not work here", "–", "–"])
                    continue
                ratio = with_spread(case["ratios"].get(contestant)) if contestant != OURS else "1"
                rows.append([title, contestant, milliseconds(entry["seconds"]), ratio, megabytes(entry.get("peak_bytes"))])
        if rows:
            self.add("## Whole networks\n", table(["", "", "time", "ratio", "peak of the process"], rows))
            steps = self.results.named("step/")
            figure, axes = plt.subplots(figsize=(6.5, 3))
            contestants = (OURS, FUSED, JELLY)
            for offset, contestant in enumerate(contestants):
                values = [self.results.entry(name, contestant).get("seconds", 0) for name in steps]
                axes.bar([k + 0.27 * (offset - 1) for k in range(len(steps))], values, 0.25, color=COLOURS[contestant], label=contestant)
            axes.set_xticks(range(len(steps)), [case["title"].split(",")[0] for case in steps.values()])
            axes.set_ylabel("seconds a training step")
            axes.legend(frameon=False)
            self.picture(figure, "steps", "Seconds of a training step")

    def precisions(self) -> None:
        """What `--precision high` gains."""
        rows = []
        for name, case in self.results.named("precision/").items():
            seconds = [self.results.entry(name, contestant).get("seconds") for contestant in (HIGH, OURS)]
            kind = {"forward": "convolution forward", "step": "training step"}.get(name.split("/")[1], "inference")
            spreads = [with_spread(case["ratios"].get(contestant)) for contestant in (OURS, "oneDNN")]
            rows.append([f"{case['title']}, {kind}", *map(milliseconds, seconds), *spreads])
        if rows:
            self.add(
                "## The two precisions\n",
                "Weights that spikes select are rounded to about 20 bits (`--precision highest`, the default) or 12 (`high`).\n",
                table(["", "high", "highest", "highest over high", "oneDNN over high"], rows),
            )

    def memory(self) -> None:
        rows = []
        for start in ("step/", "memory/", "optimiser/"):
            for name, case in self.results.named(start).items():
                torch = self.results.saved("step/" + name.split("/")[1], FUSED)
                for contestant in case["contestants"]:
                    saved = self.results.saved(name, contestant)
                    repeated = contestant == OURS and start != "step/"
                    if saved is None or repeated:
                        continue
                    entry = self.results.entry(name, contestant)
                    of_torch = share(saved / torch) if torch else ""
                    rows.append([case["title"], contestant + (" fast" if contestant == OURS else ""), megabytes(saved), of_torch,
                                 megabytes(entry.get("peak_bytes")), milliseconds(entry.get("seconds"))])  # fmt: skip
        if rows:
            self.add(
                "## Memory\n",
                "Saved activations live between the forward and the backward pass: ours as planned (and as measured, a test "
                "sees to that), the peers' counted by storage as autograd packs them. `memopt` is SpikingJelly's optimiser, "
                "level 1 (blocks as checkpoints, inputs as bits); its higher levels need CUDA.\n",
                table(["", "", "saved activations", "of PyTorch's", "peak of the process", "step"], rows),
            )

    def growth(self) -> None:
        if not self.results.named("growth/"):
            return
        labels = {"T": "time steps T", "batch": "batch", "depth": "layers (LSN19, 50, 101)", "blocks": "layers (LSN19, 202, 402)"}
        figure, grid = plt.subplots(2, len(GROWTH), figsize=(11, 5))
        rows = []
        for column, along in enumerate(GROWTH):
            for row, saved in enumerate((False, True)):
                axes = grid[row][column]
                for contestant in (OURS, FUSED):
                    points = self.results.growth(along, contestant, saved)
                    points = [(x, y / 1e6 if saved else y) for x, y in points]
                    if not points:
                        continue
                    axes.plot(*zip(*points), "o", color=COLOURS[contestant], label=contestant)
                    fit = Fit.of(points)
                    if fit:
                        ends = [points[0][0], points[-1][0]]
                        axes.plot(ends, [fit.intercept + fit.slope * x for x in ends], color=COLOURS[contestant], linewidth=1)
                        unit = "MB" if saved else "ms"
                        scale = 1 if saved else 1000
                        rows.append([labels[along], contestant, "saved bytes" if saved else "time", f"{scale * fit.slope:.3g} {unit}",
                                     f"{scale * fit.intercept:.3g} {unit}", f"{fit.r2:.4f}"])  # fmt: skip
                axes.set_ylim(bottom=0)
                axes.set_xlabel(labels[along])
                if not column:
                    axes.set_ylabel("MB saved" if saved else "seconds a step")
        grid[0][0].legend(frameon=False)
        self.add("## Growth\n", "Training steps at small width, with straight lines by least squares.\n")
        self.picture(figure, "growth", "Time and saved bytes by T, batch and depth")
        self.add(table(["along", "", "of", "slope", "intercept", "R²"], rows))

    def rates(self) -> None:
        found = {"default job, last epoch": self.results.cases.get("digits", {}).get("rates"),
                 "": self.results.cases.get("rates")}  # fmt: skip
        rows = []
        for name, rates in found.items():
            if not rates or "error" in rates:
                continue
            cells = [name or f"`lsn train {rates['options']}`"]
            for kind in ("convolution_input_rate", "output_rate", "excitatory_rate", "inhibitory_rate"):
                values = rates[kind]
                cells.append(f"{sum(values) / len(values):.3f} ({min(values):.3f}–{max(values):.3f})" if values else "–")
            rows.append(cells)
        if rows:
            self.add(
                "## Firing rates of real training\n",
                "On the bundled digits: the mean over stem and blocks, and the least and the most. Convolutions above were timed "
                f"at {TRAINED_RATE} where nothing else is said.\n",
                table(["", "inputs of convolutions", "block outputs", "excitatory", "inhibitory"], rows),
            )

    def profile(self) -> None:
        plan = self.results.cases.get("plan", {})
        if not plan.get("kernels"):
            return
        self.add(
            "## Where our step's time goes\n",
            f"{plan['model']} ×{plan['width']:g}, T = {plan['time_steps']}, batch {plan['batch_size']}; no kernel runs in "
            f"{100 * plan['idle_share']:.1f} % of it.\n",
            table(["kernel", "launches", "time", "share"], [
                [f"`{use['kernel']}`", str(use["launches"]), milliseconds(use["seconds"]), f"{100 * use['share']:.1f} %"]
                for use in plan["kernels"][:10]
            ]),
        )  # fmt: skip

    def failures(self) -> None:
        lines = [f"- `{name}`: {case['error']}" for name, case in self.results.cases.items() if "error" in case]
        for name, case in self.results.cases.items():
            for contestant, entry in case.get("contestants", {}).items():
                if "error" in entry:
                    lines.append(f"- `{name}`, {contestant}: {entry['error']}")
        if lines:
            self.add("## What did not work\n", "\n".join(lines) + "\n")


def is_bounded(name: str) -> bool:
    """Whether a benchmark is of a row of the table of targets."""
    if "/convolution-" in name:
        return "/3x3-s1-" in name and "-real" not in name
    operations = ("batch-statistics", "normalize-and-fire", "normalize-and-fire-backward")
    # Names of neurons other than the standard one end in a word.
    return name[-1].isdigit() and any(f"/{operation}/" in name for operation in operations)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    Page(Results(folder / "results.json"), folder).write()
    print(f"{folder / 'report.md'}")
