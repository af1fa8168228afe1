"""What Python programs may use; `newsdesk` has the same names."""

import newsdesk.legacy_keras  # noqa: F401  before anything here imports TensorFlow
from pipeline.api.model import Answer, Model
from pipeline.api.running import run
from pipeline.local.history import Summary

__all__ = ["Answer", "Model", "Summary", "run"]
