"""NumPy arrays as the library takes them: as they are, or not at all."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._library import BadInputError


class Samples:
    """Samples with their shape, for C. The array lives as long as this does."""

    def __init__(self, x: ArrayLike, name: str = "x") -> None:
        array = np.asarray(x)
        if array.dtype != np.float32:
            raise TypeError(
                f"{name} has the type {array.dtype}: float32 is needed, {name}.astype(np.float32) makes it"
            )
        if not array.flags.c_contiguous or not array.flags.aligned:
            raise BadInputError(
                f"{name} does not lie in one piece in memory: np.ascontiguousarray({name}) makes such a one"
            )
        if array.ndim not in (4, 5) or array.shape[-4] == 0:
            raise BadInputError(
                f"{name} has the shape {array.shape}: [N, C, H, W] or [T, N, C, H, W] is needed, N from 1 on"
            )
        self.array: NDArray[np.float32] = array
        self.count: int = array.shape[-4]
        self.shape = (ctypes.c_size_t * array.ndim)(*array.shape)

    @property
    def arguments(self) -> tuple[Any, Any, int]:
        """Address, shape and rank."""
        return (self.array.ctypes.data, self.shape, self.array.ndim)


def labels(y: ArrayLike, count: int, name: str = "y") -> NDArray[np.uint32]:
    """The class of each of ``count`` samples, for C."""
    array = np.asarray(y)
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"{name} has the type {array.dtype}: whole numbers are needed")
    if array.shape != (count,):
        raise BadInputError(
            f"{name} has the shape {array.shape}: a label is needed for each of {count} samples, ({count},)"
        )
    if count and (array.min() < 0 or array.max() > 0xFFFFFFFF):
        raise BadInputError(
            f"{name} has labels from {array.min()} to {array.max()}: they begin at 0"
        )
    return np.ascontiguousarray(array, dtype=np.uint32)
