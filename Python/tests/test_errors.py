"""What is wrong is an exception that says so."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any, Callable

import lsn
import numpy as np
import pytest

from test_inference import pictures, small

LABELS = np.array([0, 1, 2, 0, 1])


def with_value(value: float) -> Any:
    x = pictures()
    x[3, 1, 2, 3] = value
    return x


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda x: x.astype(np.float64), TypeError, "float64"),
        (lambda x: x.astype(np.float16), TypeError, "astype"),
        (lambda x: x.tolist(), TypeError, "float64"),
        (lambda x: x[:, :, ::2], lsn.BadInputError, "ascontiguousarray"),
        (lambda x: x.transpose(0, 1, 3, 2), lsn.BadInputError, "one piece"),
        (lambda x: x[0], lsn.BadInputError, "N, C, H, W"),
        (lambda x: x[:0], lsn.BadInputError, "N from 1 on"),
        (lambda x: x[:, :1].copy(), lsn.BadInputError, r"\[5, 1, 8, 8\]"),
        (lambda x: x[None], lsn.BadInputError, r"\[1, 5, 2, 8, 8\]"),
        (lambda x: with_value(float("nan")), lsn.BadInputError, "is nan"),
        (
            lambda x: with_value(float("inf")),
            lsn.BadInputError,
            "value 467 of x is inf",
        ),
    ],
)
def test_samples(make: Callable[[Any], Any], kind: type[Exception], words: str) -> None:
    net = small()
    for ask in (
        net.logits,
        net.rates,
        lambda x: net.potentials(x, "stem.neuron"),
        lambda x: net.train_step(x, LABELS, 1e-3),
        lambda x: net.fit(x, LABELS, epochs=1, progress=False),
    ):
        with pytest.raises(kind, match=words):
            ask(make(pictures()))


@pytest.mark.parametrize(
    ("y", "kind", "words"),
    [
        (LABELS[:4], lsn.BadInputError, "each of 5 samples"),
        (LABELS + 1, lsn.BadInputError, "label of sample 2 is 3"),
        (LABELS - 1, lsn.BadInputError, "begin at 0"),
        (LABELS.astype(float), TypeError, "whole numbers"),
    ],
)
def test_labels(y: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        small().train_step(pictures(), y, 1e-3)
    with pytest.raises(kind, match=words):
        small().fit(pictures(), y, progress=False)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epoch": 3}, "did you mean 'epochs'"),
        ({"epochs": 0}, "from 1 to"),
        ({"optimizer": "adan"}, "did you mean 'adam'"),
        ({"device": "auto"}, "on a device already"),
        ({"model": "lsn18"}, "there already"),
        ({"dataset": "digits"}, "samples are arrays"),
        ({"normalize": "auto"}, "samples are arrays"),
        ({"no-flip": True}, "samples are arrays"),
        ({"output": "run"}, "no run's folder"),
        ({"dry_run": True}, "command line"),
        ({"learning_rate": float("nan")}, "not finite"),
        ({"micro_batches": 50}, "batch-size"),
    ],
)
def test_options_of_fit(options: dict[str, Any], words: str) -> None:
    with pytest.raises(lsn.BadInputError, match=words):
        small().fit(pictures(), LABELS, progress=False, **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epocs": 3}, "did you mean 'epochs'"),
        ({"model": "lsn51"}, "did you mean"),
        ({"dataset": "cifar10"}, "data"),
        ({"resume": "/nowhere"}, "/nowhere"),
        ({"print_config": True}, "command line"),
    ],
)
def test_options_of_train(options: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(lsn.BadInputError, match=words):
        lsn.train(output=str(tmp_path / "run"), progress=False, **options)


def test_what_is_not_there() -> None:
    with pytest.raises(lsn.BadInputError, match="no such file"):
        lsn.load("nowhere")
    with pytest.raises(lsn.BadInputError, match="there is no device 'gpu'"):
        lsn.load("lsn19-digits", device="gpu")
    with pytest.raises(lsn.BadInputError, match="did you mean 'precision'"):
        lsn.load("lsn19-digits", device="reference", presicion="high")
    with pytest.raises(lsn.BadInputError, match="did you mean 'stem.neuron'"):
        small().potentials(pictures(), "stem.neurons")
    with pytest.raises(lsn.LsnError, match="/nowhere"):
        small().save("/nowhere/net.safetensors")
    with pytest.raises(lsn.BadInputError, match="whole number"):
        lsn.create("lsn15", (1, 28, -28), 10)


@pytest.mark.parametrize("extents", [None, 8, (2, 8), (2, 8, 8.0), "288"])
def test_extents_that_are_none(extents: Any) -> None:
    with pytest.raises(lsn.BadInputError, match="whole number"):
        lsn.create("lsn15", extents, 3, device="reference")


def test_extents_of_numpy() -> None:
    shape = np.array([2, 8, 8])
    net = lsn.create(
        "lsn15",
        tuple(shape),
        LABELS.max() + 1,
        device="reference",
        width=0.02,
        timesteps=3,
    )
    assert (net.channels, net.classes) == (2, 3)


class Library:
    """The library, but for some of its functions."""

    def __init__(self, library: Any, **functions: Callable[[], bytes]) -> None:
        self._library = library
        self._functions = functions

    def __getattr__(self, name: str) -> Any:
        return self._functions.get(name) or getattr(self._library, name)


def test_warnings_that_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    small()
    # Networks of other tests.
    gc.collect()
    loaded = lsn._library._library
    library = Library(loaded, lsn_warning=lambda: b"worth knowing")
    monkeypatch.setattr(lsn._library, "_library", library)
    made: list[int] = []
    monkeypatch.setattr(lsn._library, "drop", made.append)
    with warnings.catch_warnings():
        warnings.simplefilter("error", lsn.LsnWarning)
        with pytest.raises(lsn.BadInputError, match="no such file"):
            lsn.load("nowhere", device="reference")
        with pytest.raises(lsn.LsnWarning, match="worth knowing"):
            small()
    # What was made all the same is not lost.
    gc.collect()
    assert len(made) == 1 and loaded.lsn_network_free(made[0]) == 0
    with pytest.warns(lsn.LsnWarning, match="worth knowing"):
        with pytest.raises(lsn.BadInputError, match="no such file"):
            lsn.load("nowhere", device="reference")


def test_a_collection_keeps_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    nets, loaded = [small()], lsn._library._library
    handle = nets[0]._handle

    def message() -> bytes:
        nets.clear()
        gc.collect()
        return bytes(loaded.lsn_message())

    with monkeypatch.context() as patch:
        library = Library(loaded, lsn_message=message)
        patch.setattr(lsn._library, "_library", library)
        with pytest.raises(lsn.BadInputError, match="no such file"):
            lsn.load("nowhere", device="reference")
    # The next call frees it.
    small()
    assert loaded.lsn_network_free(handle) != 0


def test_a_closed_network() -> None:
    with small() as net:
        net.logits(pictures())
    with pytest.raises(lsn.LsnError, match="freed"):
        net.logits(pictures())
    net.close()


def test_two_threads_of_one_network() -> None:
    net, x = small(), pictures()
    entered, done = threading.Event(), threading.Event()

    def listen(event: dict[str, Any]) -> None:
        entered.set()
        done.wait(60)

    def train() -> None:
        net.fit(x, LABELS, epochs=1, progress=False, callback=listen)

    thread = threading.Thread(target=train)
    thread.start()
    assert entered.wait(60)
    try:
        with pytest.raises(lsn.BusyError, match="another thread"):
            net.logits(x)
        with pytest.raises(lsn.BusyError):
            net.close()
        # Another is nobody's.
        small().logits(x)
    finally:
        done.set()
        thread.join()
    net.logits(x)


def child(code: str, **environment: str) -> str:
    """What Python prints that has imported lsn in such an environment."""
    result = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", f"import lsn\n{code}"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout + result.stderr


def test_without_a_loader(tmp_path: Path) -> None:
    # A file that is no library is found before the loader.
    (tmp_path / "libOpenCL.so.1").touch()
    code = "print([d['device'] for d in lsn.devices()], lsn.load('lsn19-digits'))"
    text = child(code, LD_LIBRARY_PATH=str(tmp_path))
    assert "['reference']" in text and "lsn.Network lsn19" in text
    assert "LsnWarning" in text and "CL_PLATFORM_NOT_FOUND_KHR" in text


def test_without_a_driver(tmp_path: Path) -> None:
    code = "print([d['device'] for d in lsn.devices()]); lsn.load('lsn19-digits', device='opencl')"
    with pytest.raises(subprocess.CalledProcessError) as caught:
        child(code, OCL_ICD_VENDORS=str(tmp_path))
    assert "['reference']" in caught.value.stdout
    assert "BadInputError" in caught.value.stderr
