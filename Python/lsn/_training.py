"""Training that goes on in a thread, so that Python hears Ctrl-C and callbacks run where the caller is."""

from __future__ import annotations

import json
import queue
import threading
import warnings
from typing import Any, Callable

from ._library import CALLBACK, Listener, LsnWarning


class Progress:
    """A bar for each epoch where tqdm is installed, nothing elsewhere."""

    def __init__(self, is_wanted: bool) -> None:
        self._bar: Any = None
        self._make: Any = None
        if is_wanted:
            try:
                from tqdm.auto import tqdm  # type: ignore[import-untyped,unused-ignore]

                self._make = tqdm
            except ImportError:
                pass

    def hear(self, event: dict[str, Any]) -> None:
        """Shows what happened."""
        if self._make is None:
            return
        if event["event"] == "step":
            if self._bar is None:
                self._bar = self._make(
                    total=event["batches"],
                    desc=f"epoch {event['epoch']}/{event['epochs']}",
                    unit="batch",
                )
            self._bar.update(event["batch"] - self._bar.n)
            self._bar.set_postfix(
                loss=f"{event['loss']:.4f}",
                accuracy=f"{event['accuracy']:.2%}",
                refresh=False,
            )
        elif event["event"] == "epoch" and self._bar is not None:
            name = "val" if "val_accuracy" in event else "test"
            self._bar.set_postfix(
                {
                    "loss": f"{event['train_loss']:.4f}",
                    f"{name} accuracy": f"{event[f'{name}_accuracy']:.2%}",
                }
            )
            self.close()

    def close(self) -> None:
        """Leaves the bar as it is."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class _Conversation:
    """What the library's thread asks and the caller's answers."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[tuple[dict[str, Any], threading.Event] | None]
        self.events = queue.SimpleQueue()
        self.stops = False

    def ask(self, event: bytes | None, _context: int | None) -> int:
        """Called by the library."""
        if self.stops or event is None:
            return 1
        answered = threading.Event()
        self.events.put((json.loads(event), answered))
        # Ctrl-C may fall where the caller has taken the event and does not know it yet: then nobody answers.
        while not answered.wait(0.1):
            if self.stops:
                break
        return 1 if self.stops else 0


def run(
    call: Callable[[Any], None], callback: Listener | None, progress: bool
) -> list[dict[str, Any]]:
    """Runs a training, and returns what it said of every epoch.

    Ctrl-C, and an exception of the callback, end it before its next step, and are raised once it has ended: a run that has a
    folder is saved then. A callback that returns False ends it, too.

    :param call: calls the library with a callback for C, and raises its errors.
    :param callback: hears every event, in this thread.
    :param progress: whether bars are shown.
    """
    conversation = _Conversation()
    listener = CALLBACK(conversation.ask)
    failure: list[BaseException] = []

    def work() -> None:
        try:
            call(listener)
        except BaseException as error:  # raised in the caller's thread
            failure.append(error)
        finally:
            conversation.events.put(None)

    bars = Progress(progress)
    history: list[dict[str, Any]] = []
    raised: BaseException | None = None
    thread = threading.Thread(target=work, name="lsn training", daemon=True)
    answered: threading.Event | None = None
    while True:
        try:
            if thread.ident is None:
                thread.start()
            if answered is not None:
                answered.set()
                answered = None
            try:
                asked = conversation.events.get(timeout=0.5)
            except queue.Empty:
                # The end may have been taken so, too.
                if thread.is_alive():
                    continue
                break
            if asked is None:
                break
            event, answered = asked
            if event["event"] == "warning":
                warnings.warn(event["message"], LsnWarning, stacklevel=3)
            if event["event"] == "epoch":
                history.append(event)
            bars.hear(event)
            if callback is not None and callback(event) is False:
                conversation.stops = True
        except BaseException as error:  # raised once the training has ended
            raised = raised or error
            conversation.stops = True
    thread.join()
    bars.close()
    # A warning that is made an error does not stand for what went wrong.
    if raised is not None and not (failure and isinstance(raised, LsnWarning)):
        raise raised
    if failure:
        raise failure[0]
    return history
