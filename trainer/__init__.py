"""How a model is made; runs inside Transform and Trainer."""

import newsdesk.legacy_keras  # noqa: F401  before anything here imports TensorFlow
