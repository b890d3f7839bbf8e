"""Logic spiking networks and Spiking ResNets in PyTorch, with the names that `lsn` gives its parameters.

Activations are [T·N, C, H, W], time outermost. A network takes a factory of neurons, (), so that the same network runs
with neurons of any library.
"""
from __future__ import annotations

import math
from typing import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NeuronFactory = Callable[[], nn.Module]


class Gate(torch.autograd.Function):
    """E where the branches differ, else X; backward by the derivatives of (1 − (E + I − 2EI))·X + E − EI."""

    @staticmethod
    def forward(ctx, x: Tensor, e: Tensor, i: Tensor) -> Tensor:
        ctx.save_for_backward(x, e, i)
        return torch.where(e != i, e, x)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, e, i = ctx.saved_tensors
        by_x = gradient * (e == i)
        # ∂/∂E = (1 − I) + (2I − 1)·X and ∂/∂I = −E + (2E − 1)·X, by cases.
        by_e = gradient * torch.where(i == 0, 1 - x, x)
        by_i = gradient * torch.where(e == 0, -x, x - 1)
        return by_x, by_e, by_i


class Norm(nn.BatchNorm2d):
    """Batch norm; tdBN where the gain is not 1: γ·gain·(x − μ)/σ + β."""

    def __init__(self, channels: int, gain: float = 1) -> None:
        super().__init__(channels)
        self.gain = gain

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight if self.gain == 1 else self.weight * self.gain
        return F.batch_norm(
            x, self.running_mean, self.running_var, weight, self.bias, self.training, self.momentum, self.eps
        )


class Unit(nn.Module):
    """Convolution, norm and, where there is a factory, neurons."""

    def __init__(
        self, inputs: int, outputs: int, window: int, stride: int, neuron: NeuronFactory | None, gain: float = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, window, stride, window // 2, bias=False)
        self.bn = Norm(outputs, gain)
        self.neuron = neuron() if neuron else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.neuron(self.bn(self.conv(x)))


class Stem(Unit):
    """A unit whose convolution sees each picture once, though it stands at every time step."""

    def __init__(self, inputs: int, outputs: int, steps: int, neuron: NeuronFactory) -> None:
        super().__init__(inputs, outputs, 3, 1, neuron)
        self.steps = steps

    def forward(self, x: Tensor) -> Tensor:
        convolved = self.conv(x)
        channels_last = convolved.is_contiguous(memory_format=torch.channels_last)
        repeated = convolved.repeat(self.steps, 1, 1, 1)
        if channels_last:
            repeated = repeated.contiguous(memory_format=torch.channels_last)
        return self.neuron(self.bn(repeated))


def branch(
    inputs: int, width: int, stride: int, bottleneck: bool, neuron: NeuronFactory, gain: float = 1, fires: bool = True
) -> nn.Sequential:
    """The units of a branch; `gain` and `fires` are about the last one."""
    if bottleneck:
        sizes = [(inputs, width, 1, 1), (width, width, 3, stride), (width, 4 * width, 1, 1)]
    else:
        sizes = [(inputs, width, 3, stride), (width, width, 3, 1)]
    last = len(sizes) - 1
    return nn.Sequential(
        *(Unit(*size, neuron if fires or k < last else None, gain if k == last else 1) for k, size in enumerate(sizes))
    )


class LogicBlock(nn.Module):
    """Excitatory and inhibitory branch, and the gate."""

    def __init__(self, inputs: int, width: int, stride: int, bottleneck: bool, neuron: NeuronFactory) -> None:
        super().__init__()
        outputs = 4 * width if bottleneck else width
        self.excitatory = branch(inputs, width, stride, bottleneck, neuron)
        self.inhibitory = branch(inputs, width, stride, bottleneck, neuron)
        self.shortcut = nn.Identity() if (inputs, stride) == (outputs, 1) else Unit(inputs, outputs, 1, stride, neuron)

    def forward(self, x: Tensor) -> Tensor:
        return Gate.apply(self.shortcut(x), self.excitatory(x), self.inhibitory(x))


class ResidualBlock(nn.Module):
    """Spiking ResNet with tdBN: S(branch + shortcut), both ends of the sum scaled by 1/√2."""

    def __init__(self, inputs: int, width: int, stride: int, bottleneck: bool, neuron: NeuronFactory) -> None:
        super().__init__()
        outputs = 4 * width if bottleneck else width
        gain = 1 / math.sqrt(2)
        self.branch = branch(inputs, width, stride, bottleneck, neuron, gain, fires=False)
        same = (inputs, stride) == (outputs, 1)
        self.shortcut = nn.Identity() if same else Unit(inputs, outputs, 1, stride, None, gain)
        self.neuron = neuron()

    def forward(self, x: Tensor) -> Tensor:
        return self.neuron(self.branch(x) + self.shortcut(x))


class Head(nn.Module):
    """Average over the plane, and one fully connected layer or two with neurons between them."""

    def __init__(self, inputs: int, classes: int, hidden: int, neuron: NeuronFactory) -> None:
        super().__init__()
        if hidden:
            self.fc1, self.neuron, self.fc2 = nn.Linear(inputs, hidden), neuron(), nn.Linear(hidden, classes)
        else:
            self.fc = nn.Linear(inputs, classes)
        self.is_deep = hidden > 0

    def forward(self, x: Tensor) -> Tensor:
        x = x.mean((2, 3))
        return self.fc2(self.neuron(self.fc1(x))) if self.is_deep else self.fc(x)


LAYOUTS = {
    # Name: blocks a stage, bottleneck, width of the first stage, hidden features of the head.
    "lsn19": ([3, 3, 2], False, 128, 256),
    "lsn50": ([3, 4, 6, 3], True, 64, 0),
    "lsn101": ([3, 4, 23, 3], True, 64, 0),
    "lsn202": ([34, 33, 33], False, 128, 0),
    "lsn402": ([67, 67, 66], False, 128, 0),
    "lsn1001": ([167, 167, 166], False, 128, 0),
    "spiking-resnet19": ([3, 3, 2], False, 128, 256),
}


class SpikingNetwork(nn.Module):
    """Pictures [N, C, H, W] to logits [N, classes], the mean over T steps."""

    def __init__(
        self, model: str, width: float, timesteps: int, neuron: NeuronFactory, in_channels: int = 3, classes: int = 10
    ) -> None:
        super().__init__()
        counts, bottleneck, first, hidden = LAYOUTS[model]
        block = LogicBlock if model.startswith("lsn") else ResidualBlock
        self.steps = timesteps
        channels = round(first * width)
        self.stem = Stem(in_channels, channels, timesteps, neuron)
        stages = []
        for stage, count in enumerate(counts):
            inner = round(first * 2**stage * width)
            blocks = []
            for position in range(count):
                stride = 2 if stage and not position else 1
                blocks.append(block(channels, inner, stride, bottleneck, neuron))
                channels = 4 * inner if bottleneck else inner
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.Sequential(*stages)
        self.head = Head(channels, classes, hidden, neuron)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.stages(self.stem(x))).unflatten(0, (self.steps, -1)).mean(0)
