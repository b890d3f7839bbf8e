"""Runs the blocks of a page in order, as one program; what a block prints or raises stands below its line.

usage: run_guide.py PAGE [PACKAGE]    with a package, blocks that need it run too: those that begin with ```python PACKAGE
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
    package = sys.argv[2] if len(sys.argv) > 2 else None
    blocks = [
        block
        for block in re.finditer(
            r"^```python(?: (\w+))?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
        )
        if block.group(1) in (None, package)
    ]
    if not any(block.group(1) == package for block in blocks):
        sys.exit(f"error: {page} has no block of Python for {package or 'any package'}")
    for block in blocks:
        line = text.count("\n", 0, block.start(2))
        print(f"{page.name}:{line + 1}", flush=True)
        # Errors name the line of the page.
        exec(compile("\n" * line + block.group(2), str(page), "exec"), names)


main()
