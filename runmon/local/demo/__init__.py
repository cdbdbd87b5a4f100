"""The demo: a small shop served on loopback, and an honest crawler of it in a process of its own."""
