"""Training on arrays and on data sets."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import lsn
import numpy as np
import pytest
from matplotlib import image

from conftest import program
from test_inference import pictures, small

LABELS = np.array([0, 1, 2, 0, 1])


def test_steps_learn() -> None:
    net, x = small(), pictures()
    before = net.logits(x)
    steps = [net.train_step(x, LABELS, 1e-2) for _ in range(8)]
    assert [step.step for step in steps] == list(range(1, 9))
    assert steps[-1].loss < steps[0].loss and 0 <= steps[-1].correct <= 5
    assert not np.array_equal(net.logits(x), before)


def test_frozen_parameters_stay() -> None:
    net, x = small(), pictures()
    stem = net.potentials(x, "stem.neuron")
    net.optimize(freeze=["stem"], optimizer="sgd")
    net.train_step(x, LABELS, 0.0)
    net.train_step(x, LABELS, 0.1)
    # Running statistics follow the batch, weights do not: as much moves at any rate of learning.
    moved = net.potentials(x, "stem.neuron")
    other = small()
    other.optimize(freeze=["stem"], optimizer="sgd")
    for _ in range(2):
        other.train_step(x, LABELS, 0.0)
    np.testing.assert_array_equal(other.potentials(x, "stem.neuron"), moved)
    assert not np.array_equal(stem, moved)


def test_fit_is_the_same_each_time() -> None:
    x = pictures()
    nets = [small(seed=5), small(seed=5)]
    events: list[dict[str, Any]] = []
    for net in nets:
        net.fit(
            x,
            LABELS,
            test=(x[:2], LABELS[:2]),
            epochs=2,
            batch_size=2,
            seed=9,
            callback=events.append,
            progress=False,
        )
    np.testing.assert_array_equal(nets[0].logits(x), nets[1].logits(x))
    assert [epoch["epoch"] for epoch in nets[0].history] == [1, 2]
    assert {"train_loss", "test_accuracy"} <= set(nets[0].history[0])
    half = events[: len(events) // 2]
    assert [e["step"] for e in half if e["event"] == "step"] == list(range(1, 7))


def test_a_part_validates() -> None:
    x, y = np.concatenate([pictures(), pictures()]), np.tile(LABELS, 2)
    history = small().fit(x, y, val_split=4, epochs=1, batch_size=2, progress=False)
    assert "val_accuracy" in history[0] and history[0]["step"] == 3


def test_a_callback_ends_it() -> None:
    seen: list[str] = []

    def listen(event: dict[str, Any]) -> bool:
        seen.append(event["event"])
        return False

    assert small().fit(pictures(), LABELS, epochs=9, callback=listen) == []
    assert seen == ["step"]


def test_what_a_callback_raises_is_raised() -> None:
    def listen(event: dict[str, Any]) -> None:
        raise KeyError("mine")

    net = small()
    with pytest.raises(KeyError, match="mine"):
        net.fit(pictures(), LABELS, callback=listen, progress=False)
    net.logits(pictures())


def test_a_training_that_diverges() -> None:
    net = small()
    with pytest.raises(lsn.LsnError, match="training stopped") as caught:
        net.fit(pictures(), LABELS, learning_rate=1e30, epochs=9, progress=False)
    assert not isinstance(caught.value, lsn.BadInputError)


def test_train_is_the_programs(digits: Any, tmp_path: Path) -> None:
    options = {
        "model": "lsn15",
        "width": 0.03125,
        "timesteps": 2,
        "epochs": 1,
        "limit_train": 200,
        "limit_test": 50,
        "seed": 2,
        "flip": False,
    }
    events: list[dict[str, Any]] = []
    net = lsn.train(
        output=str(tmp_path / "python"),
        callback=events.append,
        progress=False,
        **options,
    )
    given = {name.replace("_", "-"): value for name, value in options.items()}
    del given["flip"]
    arguments = [f"--{name}={value}" for name, value in given.items()]
    program("train", "--no-flip", f"--output={tmp_path}/program", *arguments)
    same = lsn.load(tmp_path / "program")
    np.testing.assert_array_equal(net.logits(digits), same.logits(digits))
    assert net.run == str(tmp_path / "python") and len(net.history) == 1
    kinds = [event["event"] for event in events]
    assert kinds[0] == "started" and kinds.count("step") == 10 and "epoch" in kinds
    files = [
        {f.name.split(".")[0] for f in (tmp_path / n).iterdir()}
        for n in ("python", "program")
    ]
    assert files[0] == files[1] and "report" in files[0]


def test_ctrl_c_saves(tmp_path: Path) -> None:
    code = (
        "import lsn\n"
        f"lsn.train(output={str(tmp_path / 'run')!r}, width=0.03125, timesteps=2, model='lsn15', limit_test=50,"
        " epochs=50, progress=False, callback=lambda e: print(e['event'], flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        while child.stdout.readline() != "step\n":
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        _, error = child.communicate(timeout=120)
    assert child.returncode != 0 and "KeyboardInterrupt" in error
    assert (tmp_path / "run/checkpoint-last.safetensors").exists()
    status = json.loads((tmp_path / "run/status.json").read_text())
    assert status["state"] == "stopped"
    net = lsn.train(
        resume=str(tmp_path / "run"), max_steps=status["step"] + 1, progress=False
    )
    assert net.history[-1]["step"] == status["step"] + 1


@pytest.mark.parametrize("lost", ["step", "end"])
def test_ctrl_c_that_takes_an_event_away(
    lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Queue(queue.SimpleQueue):  # type: ignore[type-arg]
        is_taken = False

        def get(self, block: bool = True, timeout: float | None = None) -> Any:
            asked = super().get(block, timeout)
            if not self.is_taken and (asked is None) == (lost == "end"):
                self.is_taken = True
                raise KeyboardInterrupt
            return asked

    monkeypatch.setattr(queue, "SimpleQueue", Queue)
    net = small()
    with pytest.raises(KeyboardInterrupt):
        net.fit(pictures(), LABELS, epochs=1, progress=False)
    net.logits(pictures())


def test_other_threads_run_meanwhile() -> None:
    net, x = small(timesteps=8), pictures(200)
    counted = 0
    ended = threading.Event()

    def count() -> None:
        nonlocal counted
        while not ended.is_set():
            counted += 1
            time.sleep(0)

    thread = threading.Thread(target=count)
    thread.start()
    before = counted
    net.logits(x)
    during = counted - before
    ended.set()
    thread.join()
    assert during > 0


def test_bars_are_shown(capfd: Any) -> None:
    small().fit(pictures(), LABELS, epochs=2, batch_size=2)
    assert "epoch 2/2" in capfd.readouterr().err


def test_trainings_within_callbacks() -> None:
    def train(depth: int) -> None:
        def listen(event: dict[str, Any]) -> None:
            if event["event"] == "epoch" and depth > 0:
                train(depth - 1)

        small().fit(pictures(), LABELS, epochs=1, callback=listen, progress=False)

    # More than there are cores: each waits for the one within.
    train((os.cpu_count() or 1) + 1)


SMALL_RUN: dict[str, Any] = {
    "model": "lsn15",
    "width": 0.02,
    "timesteps": 2,
    "head": "fc",
    "epochs": 1,
    "batch_size": 4,
    "device": "reference",
    "progress": False,
}


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / "data" / name).mkdir(parents=True)
        for i in range(10):
            picture = np.random.default_rng(i).random((16, 16, 3))
            image.imsave(tmp_path / "data" / name / f"{i}.png", picture)
    damaged = tmp_path / "data/a/3.png"
    damaged.write_bytes(damaged.read_bytes()[:-60])
    options = {"dataset": "images", "data": tmp_path / "data", "image_size": 16}
    with pytest.warns(lsn.LsnWarning, match=r"left out: .*3\.png"):
        lsn.train(output=tmp_path / "run", **options, **SMALL_RUN)


def test_loading_can_be_stopped(tmp_path: Path) -> None:
    count = 200
    for name in "ab":
        (tmp_path / "data" / name).mkdir(parents=True)
        for i in range(count):
            events = np.arange(40)
            np.savez(
                tmp_path / "data" / name / f"{i}.npz",
                t=events * 100,
                x=events % 8,
                y=(events + i) % 8,
                p=events % 2,
            )
    seen: list[dict[str, Any]] = []

    def listen(event: dict[str, Any]) -> bool:
        seen.append(event)
        return False

    run = tmp_path / "run"
    options = {
        "dataset": "events",
        "data": tmp_path / "data",
        "event_size": "8x8",
        "image_size": "native",
        "cache": tmp_path / "cache",
    }
    lsn.train(output=run, callback=listen, **options, **SMALL_RUN)
    assert seen == [{"event": "loading", "done": 0, "total": 2 * count}]
    assert len(list((tmp_path / "cache").rglob("*"))) < count
    net = lsn.train(resume=run, progress=False)
    assert len(net.history) == 1
