"""Chooses tf_keras for the whole process; import it before TensorFlow.

tf-models and tensorflow-hub need Keras 2, and two Keras in one process do not mix.
"""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"
