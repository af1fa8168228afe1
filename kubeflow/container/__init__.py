"""Connects KFP's launcher with TFX's executors in the container of a node."""
