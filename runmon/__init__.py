"""runmon: watch an Apify Actor run from a terminal, and see why it failed."""

__version__ = "0.1.0"
