"""Digests of code, files and settings that identify runs and nodes."""
