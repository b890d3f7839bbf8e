#!/usr/bin/env python3
"""Rebuilds a logic spiking network in PyTorch from a checkpoint and evaluates it.

    lsn data dump --dataset digits --limit 1000 --output test.npy --list test.tsv
    python3 lsn_pytorch.py runs/lsn19-digits-1/checkpoint-best.safetensors test.npy test.tsv

Needs torch, numpy and safetensors. Works for every LSN architecture, and for frames of events too.
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open

if len(sys.argv) != 4:
    sys.exit(__doc__)
path, data, listing = sys.argv[1:4]
with safe_open(path, "pt") as file:
    meta = file.metadata()
    tensors = {name: file.get_tensor(name) for name in file.keys() if not name.startswith(("optimizer.", "ema."))}
steps, leak, threshold = int(meta["time_steps"]), float(meta["leak"]), float(meta["threshold"])


def fire(name, x):
    """Leaky integrate and fire over [T, N, ...]; a neuron that fires starts again from 0 (or less its threshold)."""
    u, spikes = 0, []
    w = tensors.get(name + ".neuron.w")  # plif: the layer learned its leak
    kept = leak if w is None else 1 - torch.sigmoid(w)
    for t in range(steps):
        u = kept * u + x[t]
        spikes.append((u >= threshold).float())
        u = u - threshold * spikes[-1] if meta["reset"] == "soft" else u * (1 - spikes[-1])
    return torch.stack(spikes)


def unit(name, x, stride=1):
    """Convolution, batch norm with running estimates, neurons; on [T, N, C, H, W]."""
    weight = tensors[name + ".conv.weight"]
    y = F.conv2d(x.flatten(0, 1), weight, stride=stride, padding=weight.shape[-1] // 2)
    norm = [tensors[f"{name}.bn.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
    return fire(name, F.batch_norm(y, *norm, eps=1e-5).unflatten(0, (steps, -1)))


def block(name, x, stride):
    """Excitatory and inhibitory branch and the gate: E where they differ, else X."""
    units = [int(key.split(".")[4]) for key in tensors if key.startswith(name + ".excitatory.")]
    strided = 1 if max(units) == 2 else 0  # a bottleneck's second convolution has the stride
    e = i = x
    for k in range(max(units) + 1):
        e = unit(f"{name}.excitatory.{k}", e, stride if k == strided else 1)
        i = unit(f"{name}.inhibitory.{k}", i, stride if k == strided else 1)
    if name + ".shortcut.conv.weight" in tensors:
        x = unit(name + ".shortcut", x, stride)
    return torch.where(e != i, e, x)


def network(x):
    x = unit("stem", x, 2 if meta["stem"] == "imagenet" else 1)
    if meta["stem"] == "imagenet":
        x = F.max_pool2d(x.flatten(0, 1), 3, 2, 1).unflatten(0, (steps, -1))
    blocks = sorted({tuple(map(int, key.split(".")[1:3])) for key in tensors if key.startswith("stages.")})
    for stage, index in blocks:
        x = block(f"stages.{stage}.{index}", x, 2 if stage > 0 and index == 0 else 1)
    x = x.mean((-2, -1))
    linear = lambda name, y: F.linear(y, tensors[name + ".weight"], tensors[name + ".bias"])
    if "head.fc.weight" in tensors:
        return linear("head.fc", x).mean(0)
    return linear("head.fc2", fire("head", linear("head.fc1", x))).mean(0)


samples = torch.from_numpy(np.load(data))
if samples.ndim == 4:  # a picture is the input at every time step
    samples = samples.expand(steps, *samples.shape)
labels = torch.tensor([int(line.split("\t")[1]) for line in open(listing)])
with torch.no_grad():
    logits = torch.cat([network(part) for part in samples.split(100, dim=1)])
right = (logits.argmax(1) == labels).sum().item()
print(f"{meta['model']}: accuracy {right / len(labels):.4f} ({right} of {len(labels)}),",
      f"loss {F.cross_entropy(logits, labels).item():.4f}")
