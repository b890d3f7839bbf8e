"""SpikingJelly as a peer: its multi-step neurons, its fastest path on a CPU, and its memory optimiser."""
from __future__ import annotations

import os
from importlib.metadata import version

import torch
from spikingjelly.activation_based import functional, neuron, surrogate
from spikingjelly.activation_based.memopt import optimize_memory
from torch import Tensor, nn

from networks import LogicBlock, ResidualBlock, SpikingNetwork
from protocol import Work, serve
from torch_peer import time_neuron
from training import Trainer, prepare


class MultiStep(nn.Module):
    """A neuron of the library on [T·N, …], which starts anew at each call."""

    def __init__(self, steps: int, leaks: bool = True) -> None:
        super().__init__()
        self.steps = steps
        common = {"v_reset": 0.0, "surrogate_function": surrogate.PiecewiseQuadratic(alpha=1.0), "step_mode": "m"}
        # decay_input=False is the neuron U = U/2 + x of all the others.
        self.node = neuron.LIFNode(tau=2.0, decay_input=False, **common) if leaks else neuron.IFNode(**common)

    def forward(self, x: Tensor) -> Tensor:
        spikes = self.node(x.unflatten(0, (self.steps, -1))).flatten(0, 1)
        self.node.reset()
        return spikes


def norm_and_neuron(direction: str, images: int, extent: int, channels: int, timesteps: int) -> Work:
    """Batch norm and neurons, as `torch_peer.neuron`."""
    return time_neuron(direction, MultiStep(timesteps), images, extent, channels)


def network_work(
    training: bool,
    model: str,
    width: float,
    timesteps: int,
    batch: int,
    optimizes_memory: bool = False,
    layout: str | None = None,
    picture: tuple[int, int] = (3, 32),
    mixed: bool = False,
) -> Work:
    """A step of training or an inference.

    optimizes_memory: blocks are checkpoints whose binary inputs are kept as bits (level 1 of the library's optimiser;
    the levels above it need CUDA).
    """

    def make_trainer(size: int, memory_layout: str) -> Trainer:
        trainer = Trainer(
            lambda: SpikingNetwork(
                model,
                width,
                timesteps,
                lambda: MultiStep(timesteps, leaks=not model.startswith("spiking-resnet")),
                picture[0],
            ),
            size,
            memory_layout,
            picture,
            after=functional.reset_net,
            mixed=mixed,
        )
        if optimizes_memory:
            optimize_memory(
                trainer.network,
                (LogicBlock, ResidualBlock),
                lambda network: network(trainer.pictures),
                level=1,
                checkpoint_budget="memory",
            )
            functional.reset_net(trainer.network)
        return trainer

    return prepare(make_trainer, batch, training, layout)


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    serve(
        {
            "neuron": norm_and_neuron,
            "step": lambda **options: network_work(True, **options),
            "inference": lambda **options: network_work(False, **options),
        },
        {"library": f"SpikingJelly {version('spikingjelly')}"},
    )
