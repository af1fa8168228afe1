"""Compiles, submits and schedules runs on Kubeflow Pipelines, once per interval."""
