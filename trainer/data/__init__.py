"""Transformed examples as rows, in memory or in a file, and as batches."""
