"""Bytes out: saving what a run made."""
