"""Shows that the peers' networks are this program's: the same parameters, logits, losses and updates.

    parity.py LSN FOLDER

Trains small networks for some steps on a few of the bundled digits with LSN, loads the checkpoint into the peers'
networks, and continues both for two steps. Prints a JSON object; exit code 1 where they differ.
"""
from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor, nn

from networks import SpikingNetwork
from neurons import EagerLIF, FusedLIF
from spikingjelly_peer import MultiStep

DIGITS = Path(__file__).resolve().parents[2] / "Sources/LSNBundledDigits/mnist-5k"
SAMPLES, STEPS, RATE, BEFORE = 64, 4, 0.005, 20
MODELS = {"lsn19": 0.0625, "lsn50": 0.0625, "spiking-resnet19": 0.0625}
# The widths at which parameters are counted, on CIFAR-10.
FULL = {"lsn19": 0.75, "lsn101": 0.75, "spiking-resnet19": 1}
TOLERANCE = 5e-3
"""Of losses and logits, relative to the largest. Sums are made in another order, so a potential next to the threshold may
fall on its other side; another network would be wrong by far more."""


def digits(split: str) -> tuple[Tensor, Tensor]:
    """The first pictures of a split, as the network sees them, and their labels."""
    pixels = gzip.decompress((DIGITS / f"{split}-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((DIGITS / f"{split}-labels-idx1-ubyte.gz").read_bytes())[8:]
    pictures = np.frombuffer(pixels, np.uint8).reshape(-1, 1, 28, 28)[:SAMPLES].astype(np.float32)
    wanted = np.frombuffer(labels, np.uint8)[:SAMPLES].astype(np.int64)
    return torch.from_numpy((pictures / 255 - 0.1307) / 0.3081), torch.from_numpy(wanted)


def losses(run: Path) -> list[float]:
    """The loss of each step: an epoch has one."""
    return [json.loads(line)["train_loss"] for line in (run / "metrics.jsonl").read_text().splitlines()]


def load(network: nn.Module, path: Path) -> torch.optim.Adam:
    """Reads parameters, running estimates and Adam's moments after the first steps."""
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    state = {name: value for name, value in tensors.items() if not name.startswith("optimizer.")}
    missing, unexpected = network.load_state_dict(state, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ValueError(f"parameters have other names: {missing[:3]} {unexpected[:3]}")
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
    for name, parameter in network.named_parameters():
        optimizer.state[parameter] = {
            "step": torch.tensor(float(BEFORE)),
            "exp_avg": tensors[f"optimizer.first_moment.{name}"].clone(),
            "exp_avg_sq": tensors[f"optimizer.second_moment.{name}"].clone(),
        }
    return optimizer


def differences(
    network: nn.Module, checkpoint: Path, logits: Tensor, expected: list[float]
) -> dict[str, float]:
    """Relative differences of the logits and of the losses of the following steps."""
    optimizer = load(network, checkpoint)
    network.eval()
    with torch.no_grad():
        mine = network(digits("t10k")[0])
    found = {"logits": ((mine - logits).abs().max() / logits.abs().max()).item()}
    network.train()
    pictures, labels = digits("train")
    for step, loss_expected in enumerate(expected, start=BEFORE + 1):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(pictures), labels)
        loss.backward()
        optimizer.step()
        found[f"loss of step {step}"] = abs(loss.item() - loss_expected) / abs(loss_expected)
    return found


def compare(lsn: str, folder: Path, model: str) -> dict[str, Any]:
    """Runs both, and returns the differences by kind of neuron."""
    run = folder / model

    def call(*arguments: str) -> None:
        subprocess.run([lsn, *arguments], check=True, stdout=subprocess.DEVNULL)

    call(
        "train", "--model", model, "--width", str(MODELS[model]), "--timesteps", str(STEPS), "--output", str(run),
        "--limit-train", str(SAMPLES), "--limit-test", str(SAMPLES), "--batch-size", str(SAMPLES), "--shift", "0",
        "--schedule", "constant", "--learning-rate", str(RATE), "--epochs", str(BEFORE + 2),
        "--max-steps", str(BEFORE),
        *(["--surrogate-height", "1"] if model.startswith("lsn") else []),
    )  # fmt: skip
    checkpoint = folder / f"{model}.safetensors"
    checkpoint.write_bytes((run / "checkpoint-last.safetensors").read_bytes())
    array = folder / f"{model}.npy"
    call("eval", "--checkpoint", str(checkpoint), "--limit-test", str(SAMPLES), "--logits", str(array))
    call("train", "--resume", str(run), "--max-steps", str(BEFORE + 2))
    logits = torch.from_numpy(np.load(array)).mean(0)
    leaks = model.startswith("lsn")
    makers: dict[str, Callable[[], nn.Module]] = {
        "eager": lambda: EagerLIF(STEPS, 0.5 if leaks else 1),
        "fused": lambda: FusedLIF(STEPS, 0.5 if leaks else 1),
        "SpikingJelly": lambda: MultiStep(STEPS, leaks),
    }
    return {
        name: differences(
            SpikingNetwork(model, MODELS[model], STEPS, maker, in_channels=1), checkpoint, logits, losses(run)[BEFORE:]
        )
        for name, maker in makers.items()
    }


def parameter_counts(lsn: str) -> dict[str, list[int]]:
    """By model at full width: ours, as `lsn models` has them, and the peers'."""
    listing = json.loads(subprocess.run([lsn, "models", "--json"], check=True, capture_output=True).stdout)
    counts = {}
    for row in listing:
        for setting in row["settings"]:
            if row["name"] in FULL and setting["dataset"] == "CIFAR-10":
                network = SpikingNetwork(row["name"], FULL[row["name"]], STEPS, nn.Identity)
                counts[row["name"]] = [setting["parameters"], sum(p.numel() for p in network.parameters())]
    return counts


if __name__ == "__main__":
    lsn, folder = sys.argv[1], Path(sys.argv[2])
    found = {model: compare(lsn, folder, model) for model in MODELS}
    counts = parameter_counts(lsn)
    worst = max(value for kinds in found.values() for values in kinds.values() for value in values.values())
    passed = worst <= TOLERANCE and set(counts) == set(FULL) and all(ours == theirs for ours, theirs in counts.values())
    print(json.dumps({"passed": passed, "worst": worst, "tolerance": TOLERANCE, "models": found, "parameters": counts}))
    sys.exit(0 if passed else 1)
