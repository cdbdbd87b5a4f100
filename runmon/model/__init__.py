"""Nouns: what a run, its storages, its log and their pages are. Pure: no loop, no socket, no screen."""
