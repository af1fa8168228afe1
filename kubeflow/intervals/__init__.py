"""Finds the interval of a run, and records which intervals are done."""
