"""Tries several values of some settings, each in a training of its own."""
