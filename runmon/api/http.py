"""httpx without its command line, whose imports (rich, pygments, click) cost a headless command 45 ms.

Without its log, which tells every URL: those of redirects carry signatures. And without looking for `sniffio`
where that is not installed: httpcore searches the whole disk path for it several times with each request.
"""

import logging
import sys
from importlib.util import find_spec

_UNUSED = "httpx._main"

if "httpx" not in sys.modules:
    sys.modules[_UNUSED] = None  # type: ignore[assignment]
import httpx  # noqa: E402

if sys.modules.get(_UNUSED, httpx) is None:
    del sys.modules[_UNUSED]

if "sniffio" not in sys.modules and find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

for _logger in ("httpx", "httpcore"):
    logging.getLogger(_logger).setLevel(logging.CRITICAL + 1)

__all__ = ["httpx", "read_in_large_steps"]

READ_BYTES = 262_144
"""What asyncio takes from a socket at once; httpcore asks for a quarter, and the rest is copied thrice."""


def read_in_large_steps() -> None:
    """Let connections hand bodies on as they come: a log of 100 MB costs a third less."""
    import httpcore

    httpcore.AsyncHTTP11Connection.READ_NUM_BYTES = READ_BYTES
