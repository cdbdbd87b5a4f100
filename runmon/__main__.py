"""`python -m runmon` is the `runmon` command."""

from runmon.cli.main import run

run()
