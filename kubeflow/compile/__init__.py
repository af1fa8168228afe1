"""Compiles the graph to a pipeline of Kubeflow Pipelines."""
