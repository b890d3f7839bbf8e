"""Logits, firing rates and potentials: the program's bits, and their meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lsn
import numpy as np
import pytest

from conftest import DIGITS, program


def small(**options: Any) -> lsn.Network:
    """A network that the reference backend is done with at once."""
    options = {"width": 0.02, "timesteps": 3, "head": "fc", **options}
    return lsn.create("lsn15", (2, 8, 8), 3, device="reference", **options)


def pictures(count: int = 5) -> Any:
    """Samples of :func:`small`."""
    values = np.random.default_rng(1).normal(size=(count, 2, 8, 8))
    return values.astype(np.float32)


def test_logits_are_the_programs(digits: Any, folder: Path) -> None:
    path = folder / "logits.npy"
    program(
        *("eval", "--checkpoint", "lsn19-digits", "--device", "opencl"),
        *("--limit-test", str(DIGITS), "--batch-size", "30", "--logits", str(path)),
    )
    logits = lsn.load("lsn19-digits", device="opencl").logits(digits)
    assert logits.dtype == np.float32 and logits.shape == (4, DIGITS, 10)
    np.testing.assert_array_equal(logits, np.load(path))


def test_predictions_are_the_programs(digits: Any, folder: Path) -> None:
    lines = program(
        *("predict", "--checkpoint", "lsn19-digits", "--device", "opencl"),
        *("--topk", "1", str(folder / "digits.npy")),
    ).splitlines()
    classes = [int(line.split("\t")[1]) for line in lines]
    logits = lsn.load("lsn19-digits", device="opencl").logits(digits)
    assert classes == logits.mean(axis=0).argmax(axis=1).tolist()


def test_devices_agree(digits: Any) -> None:
    x = digits[:3]
    here, there = (
        lsn.load("lsn19-digits", device=name) for name in ("opencl", "reference")
    )
    np.testing.assert_array_equal(here.logits(x), there.logits(x))
    assert here.rates(x) == there.rates(x)
    for layer in ("stem.neuron", "stages.1.0.shortcut.neuron", "head.neuron"):
        np.testing.assert_array_equal(
            here.potentials(x, layer), there.potentials(x, layer)
        )


def test_samples_do_not_depend_on_each_other() -> None:
    net, x = small(), pictures(70)
    one_by_one = [net.logits(x[i : i + 1]) for i in range(len(x))]
    np.testing.assert_array_equal(net.logits(x), np.concatenate(one_by_one, axis=1))


def test_a_picture_is_a_recording_that_stands_still() -> None:
    net, x = small(), pictures()
    still = np.ascontiguousarray(np.broadcast_to(x, (3, *x.shape)))
    np.testing.assert_array_equal(net.logits(x), net.logits(still))
    moving = still.copy()
    moving[1:] = 0
    assert not np.array_equal(net.logits(moving), net.logits(still))
    # What comes later does not change what was.
    np.testing.assert_array_equal(net.logits(moving)[0], net.logits(still)[0])


@pytest.mark.parametrize("neuron", ["lif", "if", "plif"])
@pytest.mark.parametrize("reset", ["hard", "soft"])
def test_neurons_fire_where_potentials_reach_the_threshold(
    neuron: str, reset: str
) -> None:
    net, x = small(neuron=neuron, reset=reset, threshold=0.75), pictures()
    rates = net.rates(x)
    assert set(net.layers) <= set(rates) and {"stem", "stages.0.0"} <= set(rates)
    assert 0 < rates["stem.neuron"] < 1
    for layer, shape in net.layers.items():
        potentials = net.potentials(x, layer)
        assert potentials.shape == (3, len(x), *shape)
        assert np.mean(potentials >= np.float32(0.75)) == rates[layer], layer


def test_potentials_follow_the_equation() -> None:
    net, x = small(leak=0.25, reset="soft"), pictures()
    potentials = net.potentials(x, "stem.neuron").astype(np.float64)
    seen = potentials[0]
    membrane = np.zeros_like(seen)
    for step in range(3):
        np.testing.assert_allclose(potentials[step], 0.25 * membrane + seen, atol=1e-5)
        membrane = potentials[step] - (potentials[step] >= 1)


def test_a_saved_network_is_the_same(tmp_path: Path) -> None:
    net, x = small(seed=3), pictures()
    net.save(tmp_path / "net.safetensors")
    again = lsn.load(tmp_path / "net.safetensors", device="reference")
    np.testing.assert_array_equal(net.logits(x), again.logits(x))
    assert again.layers == net.layers and again.parameters == net.parameters
    assert not np.array_equal(small(seed=4).logits(x), net.logits(x))


def test_results_are_the_callers() -> None:
    net, x = small(), pictures()
    for result in (net.logits(x), net.potentials(x, "stem.neuron")):
        # What torch.from_numpy takes without a copy.
        assert result.flags.owndata and result.flags.writeable
        assert result.flags.c_contiguous and result.dtype == np.float32
