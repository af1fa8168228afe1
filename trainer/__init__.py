"""Makes models; runs inside the nodes Transform and Trainer."""

import newsdesk.legacy_keras  # noqa: F401  before anything here imports TensorFlow
