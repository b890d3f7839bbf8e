"""Networks: loaded, made, asked and trained."""

from __future__ import annotations

import ctypes
import json
import operator
import os
import threading
from types import TracebackType
from typing import Any, Mapping, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _library, _training
from ._arrays import Samples, labels
from ._library import Listener

_DEVICE_OPTIONS = {
    "numerics",
    "precision",
    "mapping",
    "matrix_units",
    "kernels",
    "no_winograd",
}

_devices: dict[tuple[str, bytes], int] = {}
_devices_lock = threading.Lock()


def _device(name: str, options: Mapping[str, Any]) -> int:
    """The handle of a device, which is opened once and kept: networks share what is compiled for it."""
    key = (name, _library.options_text(options))
    with _devices_lock:
        if key not in _devices:
            handle = ctypes.c_uint64()
            warnings = _library.run(
                "lsn_device_open",
                _library.text(name, "device"),
                key[1],
                ctypes.byref(handle),
            )
            _devices[key] = handle.value
            _library.warn(warnings, stacklevel=4)
        return _devices[key]


def _divide(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options of the device, and the others."""
    of_device = {name: options[name] for name in options if name in _DEVICE_OPTIONS}
    return of_device, {
        name: options[name] for name in options if name not in _DEVICE_OPTIONS
    }


class StepResult(NamedTuple):
    """What a step of training came to."""

    loss: float
    """Mean over the samples, before the update."""
    correct: int
    """Samples that were classified rightly, before the update."""
    step: int
    """Steps since :meth:`Network.optimize`, this one counted."""


class Network:
    """A network with its parameters on a device. :func:`load`, :func:`create` and :func:`train` make one.

    Samples ``x`` are float32 arrays as the network sees them, which is what ``lsn data dump`` writes: pictures ``[N, C, H, W]``,
    which stand at every time step, or recordings ``[T, N, C, H, W]``. One thread at a time may use a network.
    """

    model: str
    """The name of the architecture."""
    time_steps: int
    """T."""
    channels: int
    """C of a sample."""
    height: int
    """H of a sample."""
    width: int
    """W of a sample."""
    classes: int
    """Logits of a time step."""
    class_names: list[str]
    """Names of the classes, by label; empty where they are not known."""
    parameters: int
    """Trained values."""
    dataset: str | None
    """The data set as whose samples arrays are prepared, where it is known."""
    layers: dict[str, tuple[int, int, int]]
    """The layers of neurons, by name: C, H and W."""
    run: str | None
    """The folder of the run that trained it, where :func:`train` did."""
    history: list[dict[str, Any]]
    """Every epoch of :func:`train` or of the last :meth:`fit`: the keys of a line of metrics.jsonl."""

    def __init__(self, handle: int) -> None:
        """Takes a handle of the library; :func:`load` and :func:`create` are for others."""
        self._handle = handle
        description = _library.call_for_json("lsn_network_describe", handle)
        self.model = description["model"]
        self.time_steps = description["time_steps"]
        self.channels = description["channels"]
        self.height = description["height"]
        self.width = description["width"]
        self.classes = description["classes"]
        self.class_names = description["class_names"]
        self.parameters = description["parameters"]
        self.dataset = description.get("dataset")
        self.layers = {
            layer["name"]: (layer["channels"], layer["height"], layer["width"])
            for layer in description["layers"]
        }
        self._rates: list[str] = description["rates"]
        self.run = None
        self.history = []

    def logits(self, x: ArrayLike) -> NDArray[np.float32]:
        """Logits ``[T, N, classes]`` of samples."""
        samples = Samples(x)
        result = np.empty((self.time_steps, samples.count, self.classes), np.float32)
        _library.call(
            "lsn_network_logits",
            self._handle,
            *samples.arguments,
            result.ctypes.data,
            result.size,
        )
        return result

    def rates(self, x: ArrayLike) -> dict[str, float]:
        """Firing rates: the share of the values, over all samples and time steps, that are not 0, of every layer of neurons
        (``stages.0.1.excitatory.0.neuron``) and of what leaves the stem and every block (``stages.0.1``).
        """
        samples = Samples(x)
        result = np.empty(len(self._rates), np.float64)
        _library.call(
            "lsn_network_rates",
            self._handle,
            *samples.arguments,
            result.ctypes.data,
            result.size,
        )
        return dict(zip(self._rates, result.tolist()))

    def potentials(self, x: ArrayLike, layer: str) -> NDArray[np.float32]:
        """Membrane potentials before firing, ``[T, N, C, H, W]``, of a layer of :attr:`layers`: a neuron fires where its potential
        is no less than its threshold."""
        samples = Samples(x)
        extents = self.layers.get(layer, (0, 0, 0))
        result = np.empty((self.time_steps, samples.count, *extents), np.float32)
        _library.call(
            "lsn_network_potentials",
            self._handle,
            *samples.arguments,
            _library.text(layer, "layer"),
            result.ctypes.data,
            result.size,
        )
        return result

    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        test: tuple[ArrayLike, ArrayLike] | None = None,
        callback: Listener | None = None,
        progress: bool = True,
        **options: Any,
    ) -> list[dict[str, Any]]:
        """Trains on samples and their labels, from the parameters as they are, and returns :attr:`history`.

        Arrays are taken as they are: nothing is shifted or flipped. The options are those of ``lsn train``, with underscores:
        ``epochs``, ``batch_size``, ``learning_rate``, ``optimizer``, ``loss``, ``val_split``, ``seed``, …; those of network, data,
        device and folders are refused, since all of them are there already. Ctrl-C stops after the step under way; the network has
        then what it learnt, for :meth:`save`.

        :param x: N samples.
        :param y: N labels, from 0 to ``classes`` − 1.
        :param test: samples and labels that are evaluated after each epoch; None: those that train.
        :param callback: hears every event, a dict with the key ``event``, see lsn.h; where it returns False the training stops.
        :param progress: whether bars are shown, where tqdm is installed.
        """
        samples = Samples(x)
        classes = labels(y, samples.count)
        tests: tuple[Any, ...] = (None, None, 0, None)
        kept: list[Any] = []
        if test is not None:
            test_samples = Samples(test[0], "test x")
            test_classes = labels(test[1], test_samples.count, "test y")
            kept = [test_samples, test_classes]
            tests = (*test_samples.arguments, test_classes.ctypes.data)
        text = _library.options_text(options)

        def call(listener: Any) -> None:
            buffer = ctypes.create_string_buffer(1 << 16)
            arguments = (*samples.arguments, classes.ctypes.data, *tests, text)
            # Warnings are events, too.
            _library.run(
                "lsn_network_fit",
                self._handle,
                *arguments,
                listener,
                None,
                buffer,
                len(buffer),
                None,
                warns=False,
            )

        self.history = _training.run(call, callback, progress)
        del kept
        return self.history

    def optimize(self, **options: Any) -> None:
        """How :meth:`train_step` learns from here on: ``optimizer``, ``loss``, ``weight_decay``, ``micro_batches``, ``freeze``, …
        Moments start at 0."""
        _library.call(
            "lsn_network_optimize", self._handle, _library.options_text(options)
        )

    def train_step(
        self, x: ArrayLike, y: ArrayLike, learning_rate: float
    ) -> StepResult:
        """One step of training on these samples."""
        samples = Samples(x)
        classes = labels(y, samples.count)
        result = _library.Step()
        _library.call(
            "lsn_network_train_step",
            self._handle,
            *samples.arguments,
            classes.ctypes.data,
            float(learning_rate),
            ctypes.byref(result),
        )
        return StepResult(result.loss, result.correct, result.step)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a checkpoint, which :func:`load` and the program ``lsn`` read."""
        _library.call("lsn_network_save", self._handle, _library.text(path, "path"))

    def close(self) -> None:
        """Frees its memory; nothing can be asked of it any more."""
        handle, self._handle = self._handle, 0
        if handle:
            try:
                _library.call("lsn_network_free", handle)
            except _library.BusyError:
                self._handle = handle
                raise

    def __enter__(self) -> Network:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", 0) and _library is not None:
            _library.drop(self._handle)

    def __repr__(self) -> str:
        return (
            f"<lsn.Network {self.model}: {self.channels}×{self.height}×{self.width}, {self.classes} classes, "
            f"T = {self.time_steps}, {self.parameters:,} parameters>"
        )


def devices() -> list[dict[str, Any]]:
    """Every device, the reference backend last: the keys of ``lsn devices --json``. Where there is no OpenCL device, a warning says
    why."""
    found: list[dict[str, Any]] = _library.call_for_json("lsn_devices")
    return found


def load(
    checkpoint: str | os.PathLike[str], device: str = "auto", **options: Any
) -> Network:
    """Loads a network.

    :param checkpoint: a .safetensors file, a run's folder (its best checkpoint) or a name of ``lsn models --pretrained``.
    :param device: ``auto`` (a GPU before a CPU, OpenCL before the reference), ``reference``, ``opencl`` or ``opencl:PLATFORM:DEVICE``.
    :param options: of the device: ``numerics``, ``precision``, ``mapping``, ``matrix_units``, ``kernels``, ``no_winograd``.
    """
    handle = ctypes.c_uint64()
    warnings = _library.run(
        "lsn_network_load",
        _device(device, options),
        _library.text(checkpoint, "checkpoint"),
        ctypes.byref(handle),
    )
    network = Network(handle.value)
    _library.warn(warnings)
    return network


def create(
    model: str | os.PathLike[str],
    input: tuple[int, int, int],
    classes: int,
    device: str = "auto",
    **options: Any,
) -> Network:
    """Makes a network with the parameters that training starts from.

    :param model: one of ``lsn models``, or a YAML file that describes a network.
    :param input: C, H and W of a sample.
    :param classes: how many there are.
    :param device: as in :func:`load`.
    :param options: of the network: ``width``, ``timesteps``, ``neuron``, ``surrogate``, …, and ``seed``; of the device, as in :func:`load`.
    """
    try:
        extents = [operator.index(extent) for extent in (*input, classes)]
    except TypeError:
        extents = []
    if len(extents) != 4 or not all(0 <= extent < 1 << 63 for extent in extents):
        raise _library.BadInputError(
            f"input is {input!r} and classes is {classes!r}: (C, H, W) and a whole number are needed"
        )
    handle = ctypes.c_uint64()
    of_device, of_network = _divide(options)
    text = _library.options_text({**of_network, "model": model})
    warnings = _library.run(
        "lsn_network_create",
        _device(device, of_device),
        text,
        *extents,
        ctypes.byref(handle),
    )
    network = Network(handle.value)
    _library.warn(warnings)
    return network


def train(
    *, callback: Listener | None = None, progress: bool = True, **options: Any
) -> Network:
    """``lsn train``: trains a network on a data set in a run's folder, and returns the best one.

    Ctrl-C stops after the step under way, with a checkpoint, and is raised: ``lsn.train(resume=FOLDER)`` goes on, to the same bits.

    :param callback: hears every event, a dict with the key ``event``, see lsn.h; where it returns False the run is saved and ends.
    :param progress: whether bars are shown, where tqdm is installed.
    :param options: those of ``lsn train``, with underscores: ``dataset``, ``model``, ``epochs``, ``device``, ``output``, …
    """
    text = _library.options_text(options)
    summary: dict[str, Any] = {}

    def call(listener: Any) -> None:
        buffer = ctypes.create_string_buffer(1 << 17)
        # Warnings are events, too.
        _library.run(
            "lsn_train", text, listener, None, buffer, len(buffer), None, warns=False
        )
        summary.update(json.loads(buffer.value))

    history = _training.run(call, callback, progress)
    device = options.get("device") or "auto"
    network = load(summary["folder"], device=device, **_divide(options)[0])
    network.run = summary["folder"]
    network.history = history
    return network
