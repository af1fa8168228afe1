"""Runs on Kubeflow Pipelines: sent, scheduled, and never twice for one interval."""
