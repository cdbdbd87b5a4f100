"""Following a run without a screen: when to ask, what to trust, how to say that the data is old."""
