"""`runmon` and `python -m runmon`: the command, which Ctrl+C ends quietly even while it is being loaded."""

import signal
from typing import NoReturn


def start() -> NoReturn:
    """The console script."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from runmon.cli.main import run

    signal.signal(signal.SIGINT, handler)
    run()


if __name__ == "__main__":
    start()
