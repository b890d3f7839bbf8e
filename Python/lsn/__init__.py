"""Deep logic spiking networks, trained and run through OpenCL, with NumPy arrays in and out.

>>> import lsn
>>> net = lsn.load("lsn19-digits")
>>> logits = net.logits(x)  # float32 [N, 1, 28, 28] to [T, N, 10]
"""

from ._library import BadInputError, BusyError, LsnError, LsnWarning, version
from ._network import Network, StepResult, create, devices, load, train

__version__ = version()

__all__ = [
    "BadInputError",
    "BusyError",
    "LsnError",
    "LsnWarning",
    "Network",
    "StepResult",
    "create",
    "devices",
    "load",
    "train",
]
