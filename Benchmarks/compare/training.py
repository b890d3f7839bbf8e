"""Training steps, inference and their memory, of a network with any library's neurons."""
from __future__ import annotations

import gc
import os
import time
from typing import Any, Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from protocol import Work

LAYOUTS = {"nchw": torch.contiguous_format, "nhwc": torch.channels_last}
LEARNING_RATE = 1e-3
DEVICE = torch.device(os.environ.get("PEER_DEVICE", "cpu"))
"""Where networks run: cpu or cuda."""


def finish() -> None:
    """Waits for the device."""
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


class Trainer:
    """A network, Adam, and a batch of made-up pictures."""

    def __init__(
        self,
        make: Callable[[], nn.Module],
        batch: int,
        layout: str,
        picture: tuple[int, int] = (3, 32),
        after: Callable[[nn.Module], Any] = lambda network: None,
        through: Callable[[nn.Module], Callable[[Tensor], Tensor]] = lambda network: network,
        mixed: bool = False,
    ) -> None:
        """picture: channels, and rows as columns. after: called with the network after each pass. through: what to call
        instead of the network. mixed: convolutions and products in bfloat16, not float32.
        """
        torch.manual_seed(0)
        self.network = make().to(DEVICE, memory_format=LAYOUTS[layout])
        pictures = torch.randn(batch, picture[0], picture[1], picture[1])
        self.pictures = pictures.to(DEVICE).contiguous(memory_format=LAYOUTS[layout])
        self.labels = torch.arange(batch, device=DEVICE) % 10
        self.mixed = mixed
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=LEARNING_RATE, fused=True)
        self.after = after
        self.forward = through(self.network)

    def train(self) -> float:
        """Forward, loss, backward, update."""
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.logits(), self.labels)
        loss.backward()
        self.optimizer.step()
        self.after(self.network)
        return loss.item()

    def infer(self) -> Tensor:
        """Logits with running statistics."""
        with torch.inference_mode():
            logits = self.logits()
        self.after(self.network)
        return logits

    def logits(self) -> Tensor:
        """A forward pass."""
        with torch.autocast(DEVICE.type, torch.bfloat16, enabled=self.mixed):
            return self.forward(self.pictures)

    def saved_bytes(self) -> int:
        """Bytes that live between the forward and the backward pass, parameters, moments and pictures aside.

        What autograd keeps is seen as it is packed; what a library keeps beside it, among the living objects. Each
        storage counts once.
        """
        self.optimizer.zero_grad(set_to_none=True)
        gc.collect()
        before = {tensor.untyped_storage().data_ptr() for tensor in living_tensors()}
        kept: dict[int, int] = {}

        def pack(tensor: Tensor) -> Tensor:
            storage = tensor.untyped_storage()
            kept[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            loss = F.cross_entropy(self.logits(), self.labels)
        gc.collect()
        for tensor in living_tensors():
            storage = tensor.untyped_storage()
            kept[storage.data_ptr()] = storage.nbytes()
        loss.backward()
        self.after(self.network)
        return sum(size for pointer, size in kept.items() if pointer not in before)


def living_tensors() -> list[Tensor]:
    """Tensors that Python knows of."""
    return [thing for thing in gc.get_objects() if issubclass(type(thing), Tensor) and thing.layout == torch.strided]


def faster_layout(make_trainer: Callable[[int, str], Trainer], batch: int, training: bool) -> str:
    """The layout in which a small batch takes less time."""
    seconds = {}
    for layout in LAYOUTS:
        trainer = make_trainer(max(1, batch // 8), layout)
        run = trainer.train if training else trainer.network.eval() and trainer.infer
        run()
        finish()
        start = time.perf_counter()
        run()
        finish()
        seconds[layout] = time.perf_counter() - start
    return min(seconds, key=seconds.__getitem__)


def prepare(make_trainer: Callable[[int, str], Trainer], batch: int, training: bool, layout: str | None) -> Work:
    """A step or an inference to time, after the first, and what there is to know of it.

    layout: nchw or nhwc; the faster of both where it is None.
    """
    layout = layout or faster_layout(make_trainer, batch, training)
    trainer = make_trainer(batch, layout)
    facts: dict[str, Any] = {
        "layout": layout,
        "parameter_count": sum(parameter.numel() for parameter in trainer.network.parameters()),
    }
    if training:
        trainer.train()
        facts["saved_activations"] = trainer.saved_bytes()
    else:
        trainer.network.eval()
        trainer.infer()
    if DEVICE.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        trainer.train() if training else trainer.infer()
        facts["peak_device_bytes"] = torch.cuda.max_memory_allocated()
    return Work(trainer.train if training else trainer.infer, facts=facts)
