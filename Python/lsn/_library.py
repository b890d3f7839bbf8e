"""liblsn.so: how its functions are called, and how their errors become exceptions."""

from __future__ import annotations

import collections
import contextlib
import ctypes
import json
import os
import warnings
from pathlib import Path
from typing import Any, Callable, Mapping

CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_char_p, ctypes.c_void_p)
NO_CALLBACK = CALLBACK()

_OK, _FAILED, _BAD_INPUT, _NO_HANDLE, _BUSY, _TOO_SMALL = range(6)


class LsnError(RuntimeError):
    """What the library could not do; the message says what happened and what to do."""


class BadInputError(LsnError, ValueError):
    """An argument, an option or a file that cannot be used."""


class BusyError(LsnError):
    """The network is in a call of another thread, or this is its callback."""


class LsnWarning(UserWarning):
    """Something worth knowing that is no error."""


class Step(ctypes.Structure):
    """``lsn_step`` of lsn.h."""

    _fields_ = [
        ("loss", ctypes.c_double),
        ("correct", ctypes.c_uint64),
        ("step", ctypes.c_uint64),
    ]


_handle = ctypes.c_uint64
_text = ctypes.c_char_p
_size = ctypes.c_size_t
_sizes = ctypes.POINTER(ctypes.c_size_t)
_address = ctypes.c_void_p
_samples = (_address, _sizes, _size)
_buffer = (ctypes.c_char_p, _size, _sizes)

# The arguments of every function of lsn.h that returns a status.
_PROTOTYPES: Mapping[str, tuple[Any, ...]] = {
    "lsn_devices": _buffer,
    "lsn_device_open": (_text, _text, ctypes.POINTER(_handle)),
    "lsn_device_describe": (_handle, *_buffer),
    "lsn_device_free": (_handle,),
    "lsn_network_load": (_handle, _text, ctypes.POINTER(_handle)),
    "lsn_network_create": (
        *(_handle, _text, _size, _size, _size, _size),
        ctypes.POINTER(_handle),
    ),
    "lsn_network_describe": (_handle, *_buffer),
    "lsn_network_save": (_handle, _text),
    "lsn_network_free": (_handle,),
    "lsn_network_logits": (_handle, *_samples, _address, _size),
    "lsn_network_rates": (_handle, *_samples, _address, _size),
    "lsn_network_potentials": (_handle, *_samples, _text, _address, _size),
    "lsn_network_optimize": (_handle, _text),
    "lsn_network_train_step": (
        *(_handle, *_samples, _address, ctypes.c_double),
        ctypes.POINTER(Step),
    ),
    "lsn_network_fit": (
        *(_handle, *_samples, _address, *_samples, _address),
        *(_text, CALLBACK, _address, *_buffer),
    ),
    "lsn_train": (_text, CALLBACK, _address, *_buffer),
}


def _load() -> ctypes.CDLL:
    path = os.environ.get("LSN_LIBRARY") or str(Path(__file__).with_name("liblsn.so"))
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"liblsn.so cannot be loaded: {error}. Install the wheel that `make wheel` builds, "
            "or name the library in LSN_LIBRARY"
        ) from error
    for name in ("lsn_version", "lsn_message", "lsn_warning"):
        getattr(library, name).argtypes = ()
        getattr(library, name).restype = ctypes.c_char_p
    for name, arguments in _PROTOTYPES.items():
        getattr(library, name).argtypes = arguments
        getattr(library, name).restype = ctypes.c_int32
    return library


# CDLL lets other threads of Python run while a function of it does.
_library = _load()


def version() -> str:
    """The version of the library."""
    return str(_library.lsn_version().decode())


# Networks that nobody has any more: their collection may fall between a call and the reading of its message.
_dropped: collections.deque[int] = collections.deque()


def drop(network: int) -> None:
    """Leaves a network to the next call of the library, which frees it first."""
    _dropped.append(network)


def _free_dropped() -> None:
    while True:
        try:
            network = _dropped.popleft()
        except IndexError:
            return
        _library.lsn_network_free(network)


def run(name: str, *arguments: Any, warns: bool = True) -> list[str]:
    """Calls a function of the library, and returns what it says is worth knowing; raises what it says went wrong, and warns then
    where ``warns``."""
    _free_dropped()
    status = getattr(_library, name)(*arguments)
    message = _library.lsn_message().decode(errors="replace")
    lines = _library.lsn_warning().decode(errors="replace").splitlines()
    if status == _OK:
        return lines
    # Where warnings are made errors, they do not stand for what went wrong.
    with contextlib.suppress(LsnWarning):
        warn(lines if warns else [], stacklevel=5)
    kinds: Mapping[int, type[LsnError]] = {
        _BAD_INPUT: BadInputError,
        _BUSY: BusyError,
    }
    raise kinds.get(status, LsnError)(message)


def warn(lines: list[str], stacklevel: int = 3) -> None:
    """Warns the caller's caller."""
    for line in lines:
        warnings.warn(line, LsnWarning, stacklevel=stacklevel)


def call(name: str, *arguments: Any) -> None:
    """Calls a function of the library that leaves nothing to its caller; raises what it says went wrong, and warns of what it says is
    worth knowing."""
    warn(run(name, *arguments), stacklevel=4)


def call_for_json(name: str, *arguments: Any, capacity: int = 1 << 20) -> Any:
    """Calls a function that gives JSON as text, and reads it."""
    buffer = ctypes.create_string_buffer(capacity)
    call(name, *arguments, buffer, capacity, None)
    return json.loads(buffer.value)


def options_text(options: Mapping[str, Any]) -> bytes:
    """Options as the library takes them; those that are None are left out."""

    def plain(value: Any) -> Any:
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        if hasattr(value, "item"):
            return value.item()
        raise TypeError(
            f"an option is {value!r}: options are texts, numbers, truths or lists of these"
        )

    given = {name: plain(value) for name, value in options.items() if value is not None}
    try:
        return json.dumps(given, allow_nan=False).encode()
    except ValueError as error:
        raise BadInputError(f"an option is not finite: {given}") from error


def text(value: str | os.PathLike[str], name: str) -> bytes:
    """A text for C."""
    found = os.fspath(value)
    if not isinstance(found, str):
        raise TypeError(f"{name} is {value!r}: a text is needed")
    if "\0" in found:
        raise BadInputError(f"{name} has a zero character in it: {found!r}")
    return found.encode()


Listener = Callable[[dict[str, Any]], Any]
