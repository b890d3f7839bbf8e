"""Runs the blocks of a page in order, as one program; what a block prints or raises stands below its line.

usage: run_guide.py PAGE
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


def main() -> None:
    """Runs the page that is named."""
    page = Path(sys.argv[1])
    text = page.read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "__main__"}
    blocks = list(
        re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    )
    if not blocks:
        sys.exit(f"error: {page} has no block of Python")
    for block in blocks:
        line = text.count("\n", 0, block.start(1))
        print(f"{page.name}:{line + 1}", flush=True)
        # Errors name the line of the page.
        exec(compile("\n" * line + block.group(1), str(page), "exec"), names)


main()
