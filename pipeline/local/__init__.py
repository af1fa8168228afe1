"""Runs the pipeline on this machine, and keeps its folder in order."""
