"""What every peer speaks: a JSON object a line on standard input, an answer a line on standard output.

    {"convolution": {...}}, {"neuron": {...}}, {"step": {...}} or {"inference": {...}}   prepare a piece of work
    {"runs": 3}                                                                          time it, {"seconds": [...]}

It is the protocol of `lsn bench --requests`, so that a driver treats all alike. What goes wrong is said in the answer,
{"error": "..."}, and the peer goes on.
"""
from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Callable


@dataclass
class Work:
    """Something to time."""

    run: Callable[[], Any]
    reset: Callable[[], Any] = lambda: None
    """Called before each run, and not timed."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What there is to know of it, for the answer."""

    def seconds(self) -> float:
        """Runs it once."""
        self.reset()
        start = time.perf_counter()
        self.run()
        return time.perf_counter() - start


def serve(makers: dict[str, Callable[..., Work]], facts: dict[str, Any]) -> None:
    """Answers requests until standard input ends.

    makers: by the request's name, a function that takes what it says and prepares the work, warm-up included.
    facts: of the peer, a part of every answer to a preparation.
    """
    # Whatever a library prints must not come between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    work: Work | None = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if "runs" in request:
                if work is None:
                    raise ValueError("nothing is prepared")
                answer = {"seconds": [work.seconds() for _ in range(request["runs"])]}
            else:
                ((name, options),) = request.items()
                work = None
                work = makers[name](**options)
                answer = facts | work.facts
        except Exception as error:  # whatever it is, the driver has to hear of it
            text = " ".join(str(error).split())
            answer = {"error": f"{type(error).__name__}: {text[:400]}"}
        print(json.dumps(answer), file=answers, flush=True)
