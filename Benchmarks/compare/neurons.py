"""Leaky integrate-and-fire neurons in PyTorch.

    Û_t = leak·U_{t−1} + x_t,   Y_t = 1 where Û_t ≥ 1,   U_t = (1 − Y_t)·Û_t,   ∂Y/∂Û = height·max(0, 1 − |Û − 1|)

Inputs and spikes are [T·N, …], time outermost.
"""
from __future__ import annotations

import torch
from torch import Tensor, nn

THRESHOLD = 1.0


class Spike(torch.autograd.Function):
    """1 where the potential reaches the threshold, with the triangular surrogate as derivative."""

    @staticmethod
    def forward(ctx, potential: Tensor, height: float) -> Tensor:
        ctx.save_for_backward(potential)
        ctx.height = height
        return (potential >= THRESHOLD).to(potential.dtype)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None]:
        (potential,) = ctx.saved_tensors
        return gradient * ctx.height * (1 - (potential - THRESHOLD).abs()).clamp_min(0), None


class EagerLIF(nn.Module):
    """The neuron as one writes it: a loop over time that autograd differentiates."""

    def __init__(self, steps: int, leak: float = 0.5, height: float = 1) -> None:
        super().__init__()
        self.steps, self.leak, self.height = steps, leak, height

    def forward(self, x: Tensor) -> Tensor:
        kept: Tensor | None = None
        spikes = []
        for current in x.chunk(self.steps):
            potential = current if kept is None else self.leak * kept + current
            fired = Spike.apply(potential, self.height)
            kept = (1 - fired) * potential
            spikes.append(fired)
        return torch.cat(spikes)


class FusedStep(torch.autograd.Function):
    """All time steps as one function that keeps Û alone and derives its backward pass by hand.

    With c = ∂L/∂U_t, which is leak·∂L/∂Û_{t+1}:   ∂L/∂Û_t = (∂L/∂Y_t − Û_t·c)·∂Y/∂Û + (1 − Y_t)·c
    """

    @staticmethod
    def forward(ctx, x: Tensor, steps: int, leak: float, height: float) -> Tensor:
        potentials, spikes = torch.empty_like(x), torch.empty_like(x)
        inputs, us, ys = x.chunk(steps), potentials.chunk(steps), spikes.chunk(steps)
        us[0].copy_(inputs[0])
        torch.ge(us[0], THRESHOLD, out=ys[0])
        for t in range(1, steps):
            torch.addcmul(inputs[t], us[t - 1], 1 - ys[t - 1], value=leak, out=us[t])
            torch.ge(us[t], THRESHOLD, out=ys[t])
        ctx.save_for_backward(potentials)
        ctx.numbers = steps, leak, height
        return spikes

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        (potentials,) = ctx.saved_tensors
        steps, leak, height = ctx.numbers
        result = torch.empty_like(potentials)
        outputs, us, gs = result.chunk(steps), potentials.chunk(steps), gradient.chunk(steps)
        for t in reversed(range(steps)):
            slope = (us[t] - THRESHOLD).abs_().neg_().add_(1).clamp_min_(0)
            if height != 1:
                slope.mul_(height)
            if t == steps - 1:
                torch.mul(gs[t], slope, out=outputs[t])
                continue
            carried = outputs[t + 1] * leak
            through_spike = torch.addcmul(gs[t], us[t], carried, value=-1)
            carried.masked_fill_(us[t] >= THRESHOLD, 0)
            torch.addcmul(carried, through_spike, slope, out=outputs[t])
        return result, None, None, None


class FusedLIF(EagerLIF):
    """The same neuron through `FusedStep`."""

    def forward(self, x: Tensor) -> Tensor:
        return FusedStep.apply(x, self.steps, self.leak, self.height)
