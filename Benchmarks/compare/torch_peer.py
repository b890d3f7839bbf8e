"""PyTorch as a peer: convolutions of oneDNN, norm and neurons, steps of training, inference."""
from __future__ import annotations

import os
import time
from typing import Callable

import torch
from torch import Tensor, nn

from networks import Norm, SpikingNetwork
from neurons import EagerLIF, FusedLIF
from protocol import Work, serve
from training import LAYOUTS, Trainer, finish, prepare

NEURONS = {"eager": EagerLIF, "fused": FusedLIF, "compiled": EagerLIF}


def best_layout(make: Callable[[torch.memory_format], Work]) -> Work:
    """The work in the layout in which it takes less time; that is a fact of it."""
    best: tuple[float, Work] | None = None
    for name, memory_format in LAYOUTS.items():
        work = make(memory_format)
        work.seconds()
        seconds = min(work.seconds() for _ in range(3))
        if best is None or seconds < best[0]:
            work.facts["layout"] = name
            best = seconds, work
    assert best is not None
    return best[1]


def convolution(
    direction: str,
    images: int,
    extent: int,
    inputs: int,
    outputs: int,
    window: int,
    stride: int,
    rate: float = 0.2,
) -> Work:
    """A convolution of spikes as floats: `forward`, `backward-data` or `backward-filter`."""
    torch.manual_seed(0)
    padding = window // 2
    spikes = (torch.rand(images, inputs, extent, extent) < rate).float()
    weight = torch.randn(outputs, inputs, window, window) * 0.05
    size = (extent + 2 * padding - window) // stride + 1
    gradient = torch.randn(images, outputs, size, size)
    masks = {"backward-data": [True, False, False], "backward-filter": [False, True, False]}

    def make(memory_format: torch.memory_format) -> Work:
        x, w, g = (tensor.contiguous(memory_format=memory_format) for tensor in (spikes, weight, gradient))
        if direction == "forward":
            return Work(lambda: torch.conv2d(x, w, None, stride, padding))
        return Work(
            lambda: torch.ops.aten.convolution_backward(
                g, x, w, None, [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1, masks[direction]
            )
        )

    with torch.no_grad():
        return best_layout(make)


def neuron(direction: str, variant: str, images: int, extent: int, channels: int, timesteps: int) -> Work:
    """Batch norm and neurons in training, `forward` or `backward`; `images` counts those of all time steps."""
    return time_neuron(direction, NEURONS[variant](timesteps), images, extent, channels)


def time_neuron(direction: str, neurons: nn.Module, images: int, extent: int, channels: int) -> Work:
    """The same with any neurons."""
    torch.manual_seed(0)
    values = torch.randn(images, channels, extent, extent)
    upstream = torch.randn(images, channels, extent, extent)

    def make(memory_format: torch.memory_format) -> Work:
        norm = Norm(channels)
        x = values.contiguous(memory_format=memory_format).requires_grad_()
        gradient = upstream.contiguous(memory_format=memory_format)
        output: list[Tensor] = []

        def forward() -> None:
            output[:] = [neurons(norm(x))]

        def clear() -> None:
            output.clear()
            for tensor in (x, norm.weight, norm.bias):
                tensor.grad = None

        def clear_and_forward() -> None:
            clear()
            forward()

        if direction == "forward":
            return Work(forward, clear)
        return Work(lambda: output[0].backward(gradient), clear_and_forward)

    return best_layout(make)


def network_work(
    training: bool,
    model: str,
    width: float,
    timesteps: int,
    batch: int,
    variant: str = "fused",
    layout: str | None = None,
    picture: tuple[int, int] = (3, 32),
    mixed: bool = False,
) -> Work:
    """A step of training or an inference."""
    leak = 1 if model.startswith("spiking-resnet") else 0.5

    def make_trainer(size: int, memory_layout: str) -> Trainer:
        return Trainer(
            lambda: SpikingNetwork(model, width, timesteps, lambda: NEURONS[variant](timesteps, leak), picture[0]),
            size,
            memory_layout,
            picture,
            through=torch.compile if variant == "compiled" else lambda network: network,
            mixed=mixed,
        )

    if variant == "compiled" and training:
        return compiled(make_trainer, batch, layout or "nhwc")
    return prepare(make_trainer, batch, training, layout)


def compiled(make_trainer: Callable[[int, str], Trainer], batch: int, layout: str) -> Work:
    """A step of a compiled network, and how long compilation took; what it saves is the compiler's affair."""
    trainer = make_trainer(batch, layout)
    start = time.perf_counter()
    trainer.train()
    finish()
    first = time.perf_counter() - start
    trainer.train()
    return Work(trainer.train, facts={"layout": layout, "first_seconds": first})


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    # On a GPU float32 is float32; what is faster and rounds more is asked for by its name, mixed.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    serve(
        {
            "convolution": convolution,
            "neuron": neuron,
            "step": lambda **options: network_work(True, **options),
            "inference": lambda **options: network_work(False, **options),
        },
        {"library": f"PyTorch {torch.__version__}"},
    )
