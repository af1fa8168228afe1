"""Thresholds for models, and the results of the Evaluator."""
