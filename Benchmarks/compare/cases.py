"""What is compared: every case, who takes part in it, and what each is asked.

A case has contestants; the first is this program. All sizes are those of the full run, unless a case is made for a
quick one, which only shows that everything works.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterator

OURS = "lsn"
HIGH = "lsn high"
"""This program with `--precision high`."""


@dataclass(frozen=True)
class Contestant:
    """Who is asked what."""

    name: str
    program: str
    """lsn, torch or spikingjelly."""
    request: dict[str, Any]
    patience: float = 300
    """Seconds to wait for the preparation."""
    options: tuple[str, ...] = ()
    """Of `lsn bench`."""


@dataclass(frozen=True)
class Case:
    """Contestants that take turns."""

    name: str
    title: str
    contestants: tuple[Contestant, ...]
    rounds: int
    fresh: bool = False
    """Whether everybody gets a process of its own, whose peak of memory is recorded; then a turn is one run."""


@dataclass(frozen=True)
class Convolution:
    """A layer: `set` is the catalogue's."""

    set: str
    images: int
    extent: int
    inputs: int
    outputs: int
    window: int
    stride: int

    @property
    def title(self) -> str:
        stride = f"/{self.stride}" if self.stride > 1 else ""
        return f"{self.window}×{self.window}{stride} {self.inputs}→{self.outputs} {self.extent}²"

    @property
    def key(self) -> str:
        return f"{self.window}x{self.window}-s{self.stride}-{self.inputs}to{self.outputs}-{self.extent}"

    def benchmark(self, direction: str) -> str:
        """Its name in `lsn bench`."""
        size = f"{self.window}x{self.window}-s{self.stride}-p{self.window // 2}-{self.inputs}to{self.outputs}"
        spike = "" if direction == "backward-data" else "-spike"
        return f"{self.set}/convolution-{direction}/{size}-{self.images}x{self.extent}x{self.extent}{spike}"

    def request(self, direction: str, rate: float) -> dict[str, Any]:
        """For PyTorch."""
        return {
            "convolution": {
                "direction": direction, "images": self.images, "extent": self.extent, "inputs": self.inputs,
                "outputs": self.outputs, "window": self.window, "stride": self.stride, "rate": rate,
            }
        }  # fmt: skip


DIRECTIONS = ("forward", "backward-data", "backward-filter")
MAIN = [Convolution("lsn19-96", 64, e, c, c, 3, 1) for e, c in ((32, 96), (16, 192), (8, 384))]
STRIDED = [
    Convolution("lsn19-96", 64, 32, 96, 192, 3, 2),
    Convolution("lsn19-96", 64, 32, 96, 192, 1, 2),
    Convolution("lsn19-96", 64, 16, 192, 384, 3, 2),
    Convolution("lsn19-96", 64, 16, 192, 384, 1, 2),
]
BOTTLENECKS = [
    Convolution("lsn101-48", 64, extent, *channels, window, 1)
    for extent, width in ((32, 48), (8, 192), (4, 384))
    for channels, window in (((4 * width, width), 1), ((width, width), 3), ((width, 4 * width), 1))
] + [
    Convolution("lsn101-48", 64, extent, *channels, window, 2)
    for extent, width in ((32, 96), (8, 384))
    for channels, window in (((width, width), 3), ((2 * width, 4 * width), 1))
]
TRAINED_RATE = 0.15
"""What convolutions are timed at: about what their inputs have in the trained network of the default job (case `digits`); in
an LSN19 that was trained on CIFAR-10 (results/depth-rule/shallow-cifar10) they have less, 0.04 to 0.09."""
RATES = (0.05, 0.1, 0.2, 0.4)
NEURONS = ((32, 96), (16, 192), (8, 384))


def convolution_case(layer: Convolution, direction: str, rate: float = TRAINED_RATE, by_rate: bool = False) -> Case:
    return Case(
        name=f"rate/{direction}/{rate}" if by_rate else f"convolution/{direction}/{layer.key}",
        title=f"{layer.title} at rate {rate}" if by_rate else layer.title,
        contestants=(
            Contestant(OURS, "lsn", {"kernels": [layer.benchmark(direction)], "rate": rate}),
            Contestant("oneDNN", "torch", layer.request(direction, rate)),
        ),
        rounds=5,
    )


def precision_case(layer: Convolution) -> Case:
    """A forward convolution in both precisions."""
    dense = convolution_case(layer, "forward")
    high = replace(dense.contestants[0], name=HIGH, options=("--precision", "high"))
    return replace(dense, name=f"precision/forward/{layer.key}", contestants=(high, *dense.contestants))


def neuron_case(extent: int, channels: int, direction: str) -> Case:
    size = f"T4-64x{extent}x{extent}x{channels}"
    statistics = f"lsn19-96/batch-statistics/64x{extent}x{extent}x{channels}"
    kernels = {
        "forward": [statistics, f"lsn19-96/normalize-and-fire/{size}"],
        "backward": [f"lsn19-96/normalize-and-fire-backward/{size}"],
    }
    options = {"direction": direction, "images": 64, "extent": extent, "channels": channels, "timesteps": 4}
    return Case(
        name=f"neuron/{direction}/{channels}",
        title=f"{channels} channels, {extent}²",
        contestants=(
            Contestant(OURS, "lsn", {"kernels": kernels[direction]}),
            Contestant("PyTorch eager", "torch", {"neuron": options | {"variant": "eager"}}),
            Contestant("PyTorch fused", "torch", {"neuron": options | {"variant": "fused"}}),
            Contestant("SpikingJelly", "spikingjelly", {"neuron": options}),
        ),
        rounds=5,
    )


@dataclass(frozen=True)
class Job:
    """A network and its batch, of pictures as large as CIFAR-10's or, where a size is given, of grey ones of it."""

    model: str
    width: float
    timesteps: int
    batch: int
    grey: int | None = None

    def ours(self, kind: str, memory: str = "fast", name: str = OURS, options: tuple[str, ...] = ()) -> Contestant:
        """kind: step or inference."""
        job = {
            "dataset": "cifar10", "model": self.model, "width": str(self.width), "timesteps": str(self.timesteps),
            "batch_size": str(self.batch), "memory": memory, "learning_rate": "0.001",
        }  # fmt: skip
        if self.grey:
            job |= {"dataset": "digits", "image_size": str(self.grey)}
        return Contestant(name, "lsn", {kind: job}, options=options)

    def high(self, kind: str) -> Contestant:
        return self.ours(kind, name=HIGH, options=("--precision", "high"))

    def theirs(self, kind: str, name: str, program: str, **more: Any) -> Contestant:
        options = {"model": self.model, "width": self.width, "timesteps": self.timesteps, "batch": self.batch}
        if self.grey:
            options["picture"] = [1, self.grey]
        # The compiler takes minutes.
        return Contestant(name, program, {kind: options | more}, 900 if more.get("variant") == "compiled" else 300)

    def torch(self, kind: str) -> Contestant:
        return self.theirs(kind, "PyTorch fused", "torch")

    def spikingjelly(self, kind: str) -> Contestant:
        return self.theirs(kind, "SpikingJelly", "spikingjelly")


def network_cases(quick: bool) -> Iterator[Case]:
    lsn19 = Job("lsn19", 0.0625, 4, 2) if quick else Job("lsn19", 0.75, 4, 16)
    lsn101 = Job("lsn101", 0.0625, 2, 2) if quick else Job("lsn101", 0.75, 4, 4)
    resnet = Job("spiking-resnet19", 0.0625, 2, 2) if quick else Job("spiking-resnet19", 1, 4, 16)

    def case(name: str, title: str, *contestants: Contestant) -> Case:
        return Case(name, title, contestants, rounds=2 if quick else 3, fresh=True)

    jobs = [(lsn19, "lsn19", "LSN19"), (lsn101, "lsn101", "LSN101"), (resnet, "resnet", "Spiking ResNet-19")]
    if not quick:
        jobs.append((Job("lsn1001", 0.0625, 2, 32, grey=14), "lsn1001", "LSN1001"))
    for job, key, title in jobs:
        size = job.grey or 32
        title += f" ×{job.width:g}, T = {job.timesteps}, {size}×{size}, batch {job.batch}"
        yield case(
            f"step/{key}", title, job.ours("step"), job.torch("step"), job.spikingjelly("step")
        )
        if key == "lsn1001":
            yield case(f"memory/{key}", title, job.ours("step"), job.ours("step", "lean", "lsn lean"))
        if key == "lsn19":
            yield case(f"inference/{key}", title, *(f("inference") for f in (job.ours, job.torch, job.spikingjelly)))
            for kind in ("step", "inference"):
                yield case(f"precision/{kind}/{key}", title, job.high(kind), job.ours(kind))
            yield case(f"memory/{key}", title, job.ours("step"), job.ours("step", "balanced", "lsn balanced"),
                       job.ours("step", "lean", "lsn lean"))  # fmt: skip
            yield case(f"optimiser/{key}", title, job.ours("step", "lean"),
                       job.theirs("step", "SpikingJelly memopt", "spikingjelly", optimizes_memory=True))  # fmt: skip
            if not quick:
                yield case(f"compiled/{key}", title, job.ours("step"),
                           job.theirs("step", "PyTorch compiled", "torch", variant="compiled"))  # fmt: skip


GROWTH = {
    # Along what: jobs, in its order.
    "T": [Job("lsn19", 0.125, steps, 16) for steps in (1, 2, 4, 8, 16)],
    "batch": [Job("lsn19", 0.125, 4, batch) for batch in (4, 8, 16, 32)],
    "depth": [Job(model, 0.125, 4, 4) for model in ("lsn19", "lsn50", "lsn101")],
    "blocks": [Job(model, 0.125, 4, 4) for model in ("lsn19", "lsn202", "lsn402")],
}


def growth_value(along: str, job: Job) -> int:
    """Where a job stands on its axis."""
    depth = int(job.model.removeprefix("lsn"))
    return {"T": job.timesteps, "batch": job.batch}.get(along, depth)


def growth_cases(quick: bool) -> Iterator[Case]:
    for along, jobs in GROWTH.items():
        if quick:
            jobs = [Job(j.model, 0.0625, min(j.timesteps, 4), min(j.batch, 4)) for j in jobs[: 1 if along == "blocks" else 2]]
        for job in jobs:
            yield Case(
                f"growth/{along}/{growth_value(along, job)}",
                f"{job.model} ×{job.width:g}, T = {job.timesteps}, batch {job.batch}",
                # A layout for all, so that the points of a line are of one kind.
                (job.ours("step"), job.theirs("step", "PyTorch fused", "torch", layout="nhwc")),
                rounds=2 if quick else 5,
            )


def gpu_cases(quick: bool) -> list[Case]:
    """Steps of training by batch, as a user of a GPU would run them: float32 against float32, and mixed precision."""
    batches = {"lsn19": (2,)} if quick else {"lsn19": (32, 64, 128, 256, 512), "lsn101": (32, 128)}
    cases = []
    for model, sizes in batches.items():
        for batch in sizes:
            job = Job(model, 0.0625 if quick else 0.75, 4, batch)
            contestants = (
                job.ours("step", "auto"),
                job.torch("step"),
                job.spikingjelly("step"),
                job.theirs("step", "PyTorch compiled, mixed", "torch", variant="compiled", mixed=True, layout="nhwc"),
                job.theirs("step", "SpikingJelly mixed", "spikingjelly", mixed=True, layout="nhwc"),
            )
            title = f"{model} ×{job.width:g}, T = 4, 32×32, batch {batch}"
            cases.append(Case(f"gpu/{model}/{batch}", title, contestants[: 3 if quick else 5], rounds=3, fresh=True))
    return cases


def all_cases(quick: bool = False) -> list[Case]:
    """Every case of a CPU, in the order in which they run."""
    layers = MAIN[-1:] + BOTTLENECKS[-1:] if quick else MAIN + STRIDED + BOTTLENECKS
    cases = [convolution_case(layer, direction) for direction in DIRECTIONS for layer in layers]
    for direction in ("forward", "backward-filter"):
        for rate in RATES[::3] if quick else RATES:
            cases.append(convolution_case(MAIN[-1 if quick else 1], direction, rate, by_rate=True))
    cases += [precision_case(layer) for layer in (MAIN[-1:] if quick else MAIN)]
    for extent, channels in NEURONS[-1:] if quick else NEURONS:
        cases += [neuron_case(extent, channels, direction) for direction in ("forward", "backward")]
    return cases + list(network_cases(quick)) + list(growth_cases(quick))
