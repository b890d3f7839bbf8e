#!/usr/bin/env python3
"""Makes the files beside it: residual networks in PyTorch, as other programs save them, and their logits.

    python3 make.py        needs torch, torchvision, spikingjelly, numpy and safetensors

The networks are those programs' own, their stages narrower: every planes·k of theirs is planes·k/16. A name ends with what the
reader has to be told. `input.npy` is [N, C, H, W]; NAME.npy are logits [T, N, classes], of torchvision's [1, N, classes].
`authors-…` has the tensors of `spikingjelly-…` under the names that the SEW authors' programs give them, through DataParallel.
"""
import re
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from spikingjelly.activation_based import functional, neuron
from spikingjelly.activation_based.model import sew_resnet, spiking_resnet
from torchvision.models import resnet

HERE = Path(__file__).resolve().parent
T, CLASSES = 3, 5


def narrower(network: type) -> type:
    """The same with a sixteenth of the channels."""

    class Narrow(network):
        def _make_layer(self, block, planes, *rest, **more):
            return super()._make_layer(block, planes // 16, *rest, **more)

    return Narrow


def adapt(net: torch.nn.Module, stem: int, block: type) -> torch.nn.Module:
    """Gives it a narrow stem, a head that fits, and statistics as after training."""
    kind = type(net.conv1)
    size = {3: dict(kernel_size=3, padding=1), 7: dict(kernel_size=7, stride=2, padding=3)}[stem]
    net.conv1 = kind(3, 4, bias=False, **size)
    net.bn1 = type(net.bn1)(4)
    if stem == 3:
        net.maxpool = torch.nn.Identity()
    net.fc = type(net.fc)(32 * block.expansion, CLASSES)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.7, 1.5)
            module.bias.data.normal_(0.2, 0.3)
    return net.eval()


def build(network: type, block: type, layers: list[int], stem: int, **options) -> torch.nn.Module:
    class Built(narrower(network)):
        def __init__(self):
            # Its stages begin where the narrow stem ends.
            super().__init__(block, layers, **options)

        def __setattr__(self, name, value):
            is_first = name == "inplanes" and not hasattr(self, name)
            super().__setattr__(name, 4 if is_first else value)

    return adapt(Built(), stem, block)


def save(name: str, state: dict[str, torch.Tensor], logits: torch.Tensor) -> None:
    save_file({key: value.contiguous() for key, value in state.items()}, HERE / f"{name}.safetensors")
    np.save(HERE / f"{name}.npy", logits.numpy())
    print(name, tuple(logits.shape), float(logits.abs().max()))


def contained(key: str) -> str:
    """A name of SpikingJelly's as the SEW authors' programs have it."""
    key = re.sub(r"\.conv(\d)\.", r".conv\1.module.0.", key)
    key = re.sub(r"\.bn(\d)\.", r".conv\1.module.1.", key)
    return "module." + re.sub(r"\.downsample\.(\d)\.", r".downsample.0.module.\1.", key)


@torch.no_grad()
def main() -> None:
    torch.manual_seed(1)
    x = 2 * torch.rand(3, 3, 20, 18) - 1
    np.save(HERE / "input.npy", x.numpy())
    basic, deep = [1, 2, 1, 1], [1, 1, 2, 1]
    integrate = dict(spiking_neuron=neuron.IFNode, num_classes=CLASSES)
    decaying = dict(spiking_neuron=neuron.LIFNode, tau=4.0, decay_input=True, num_classes=CLASSES)
    sew, spiking = sew_resnet, spiking_resnet
    cases = {
        "spikingjelly-sew-add": build(sew.SEWResNet, sew.BasicBlock, basic, 7, cnf="ADD", **integrate),
        "spikingjelly-sew-iand": build(sew.SEWResNet, sew.BasicBlock, basic, 3, cnf="IAND", **integrate),
        "spikingjelly-sew-bottleneck-iand-branch": build(sew.SEWResNet, sew.Bottleneck, deep, 3, cnf="IAND", **integrate),
        "spikingjelly-spiking": build(spiking.SpikingResNet, spiking.BasicBlock, basic, 3, **integrate),
        "spikingjelly-spiking-decay-input": build(spiking.SpikingResNet, spiking.BasicBlock, basic, 3, **decaying),
    }
    for name, net in cases.items():
        functional.set_step_mode(net, "m")
        logits = net(x.unsqueeze(0).repeat(T, 1, 1, 1, 1))
        save(name, net.state_dict(), logits)
        if name == "spikingjelly-sew-add":
            save("authors-sew-add", {contained(key): value for key, value in net.state_dict().items()}, logits)
    net = build(resnet.ResNet, resnet.Bottleneck, deep, 7, num_classes=CLASSES)
    save("torchvision-relu", net.state_dict(), net(x).unsqueeze(0))


if __name__ == "__main__":
    main()
