"""One module per subcommand: stdout is data, stderr speaks to people."""
