"""Selects tf_keras for the whole process; import this before TensorFlow.

tf-models and tensorflow-hub need Keras 2, and one process cannot use two versions.
"""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"
