"""What a run's facts mean: log entries, failures, Crawlee's own records."""
