#!/usr/bin/env python3
"""Exports small networks of every family to NIR, loads them with the programs that read NIR, and compares logits.

usage: readers.py LSN        (the package lsn, nir and the readers must be installed: make test-nir does it)

A network is trained for a few steps on noise, so that its running estimates are its own and its neurons fire; its logits at
every time step are compared with the reader's, on two pictures. Prints a table, in Markdown, and ends with 1 where a reader
that is said to take a system (docs/Formats.md) does not, or takes it with other logits.
"""

import contextlib
import io
import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

import nir
import numpy as np
import torch

import lsn

INPUT, CLASSES, STEPS = (2, 16, 16), 5, 4
# A low threshold, so that neurons fire in every layer.
SMALL = {"width": 1 / 16, "timesteps": STEPS, "threshold": 0.25}
# What is exported, and which readers are to give its logits.
SYSTEMS = {
    "lsn19 (LIF)": ({"model": "lsn19", **SMALL}, {"SpikingJelly", "snnTorch"}),
    "lsn50, bottlenecks and ImageNet's stem (LIF)": (
        {"model": "lsn50", "stem": "imagenet", **SMALL},
        {"SpikingJelly", "snnTorch"},
    ),
    "lsn19 (IF)": ({"model": "lsn19", "neuron": "if", **SMALL}, {"SpikingJelly"}),
    "spiking-resnet19 (IF)": ({"model": "spiking-resnet19", **SMALL}, {"SpikingJelly"}),
    "spiking-resnet19 (LIF)": (
        {"model": "spiking-resnet19", "neuron": "lif", **SMALL},
        {"SpikingJelly", "snnTorch"},
    ),
    "sew-resnet18, add (IF)": ({"model": "sew-resnet18", "sew": "add", **SMALL}, {"SpikingJelly"}),
} | {
    f"sew-resnet18, {function} (LIF)": (
        {"model": "sew-resnet18", "sew": function, "neuron": "lif", **SMALL},
        {"SpikingJelly", "snnTorch"},
    )
    for function in ["add", "and", "iand", "iand-branch"]
}
TOLERANCE = 1e-5
"""Of the largest logit; where a potential lies within rounding of its threshold a spike may differ, here none does."""


def spikingjelly(graph, pictures):
    from spikingjelly.activation_based.nir_exchange import import_from_nir

    return step(import_from_nir(graph), pictures)


def snntorch(graph, pictures):
    from snntorch.import_nir import import_from_nir

    return step(import_from_nir(graph), pictures)


def norse(graph, pictures):
    import norse.torch

    return step(norse.torch.from_nir(graph, dt=1e-4), pictures)


def sinabs(graph, pictures):
    from sinabs import from_nir

    network = from_nir(graph, batch_size=len(pictures))
    return np.stack([first(network(pictures)) for _ in range(STEPS)])


def step(network, pictures):
    """Logits `[T, N, classes]`: readers return what goes out and their state."""
    state, logits = None, []
    for _ in range(STEPS):
        result = network(pictures, state)
        state = result[1]
        logits.append(first(result))
    return np.stack(logits)


def first(result):
    while isinstance(result, tuple):
        result = result[0]
    return result.detach().numpy()


READERS = {"SpikingJelly": spikingjelly, "snnTorch": snntorch, "Norse": norse, "sinabs": sinabs}


def export(program, options, folder):
    """The path of the graph, pictures, and the network's own logits of them."""
    random = np.random.default_rng(1)
    network = lsn.create(
        input=INPUT, classes=CLASSES, seed=3, device="reference", **options
    )
    for _ in range(4):
        network.train_step(
            random.normal(size=(16, *INPUT)).astype(np.float32),
            random.integers(CLASSES, size=16),
            learning_rate=0.01,
        )
    checkpoint, path = folder / "network.safetensors", folder / "network.nir"
    network.save(checkpoint)
    path.unlink(missing_ok=True)
    subprocess.run(
        [program, "export", "--checkpoint", checkpoint, "--format", "nir", "--output", path],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    pictures = random.normal(size=(2, *INPUT)).astype(np.float32)
    return path, pictures, network.logits(pictures)


def compare(reader, path, pictures, expected):
    """How far the reader's logits are off, in shares of the largest, or why there are none."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
            logits = READERS[reader](nir.read(path), torch.from_numpy(pictures))
    except Exception as error:  # whatever a reader throws is the table's entry
        return None, f"refuses: {type(error).__name__}: {' '.join(str(error).split())[:60]}"
    if logits.shape != expected.shape:
        return None, f"gives the shape {logits.shape}"
    difference = float(np.abs(logits - expected).max() / np.abs(expected).max())
    return difference, f"{difference:.1e}"


def main(program):
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    print(f"| system | {' | '.join(READERS)} |\n|---|{'---|' * len(READERS)}")
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        for system, (options, takers) in SYSTEMS.items():
            path, pictures, expected = export(program, options, pathlib.Path(folder))
            if np.ptp(expected, axis=0).max() == 0:
                failures.append(f"{system}: logits do not change over time, so they prove little")
            row = []
            for reader in READERS:
                difference, text = compare(reader, path, pictures, expected)
                row.append(text)
                if (difference is not None and difference < TOLERANCE) != (reader in takers):
                    failures.append(f"{system}: {reader}: {text}, said to {'agree' if reader in takers else 'differ'}")
            print(f"| {system} | {' | '.join(row)} |", flush=True)
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
