"""Transformed examples as rows in memory, and as batches."""
