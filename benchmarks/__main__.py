"""`python -m benchmarks [NAME…]`: measure the promises, one line each; exit 1 where one is not kept."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from benchmarks.measure import machine


def scripts() -> list[str]:
    """The names of all scripts that measure a promise."""
    own = {"__init__", "__main__", "measure", "crawlee_log", "served_log", "tools"}
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in own)


def main(names: list[str]) -> int:
    unknown = set(names) - set(scripts())
    if unknown:
        print(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(scripts())}",
            file=sys.stderr,
        )
        return 5
    print(machine())
    kept = [importlib.import_module(f"benchmarks.{name}").main() for name in names or scripts()]
    return 0 if all(kept) else 1


sys.exit(main(sys.argv[1:]))
