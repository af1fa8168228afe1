"""The names of features and signatures; they stand nowhere else."""

# Raw examples, as text_example_gen writes them.
TEXT = "text"
LABEL = "label"

# Transformed examples, as preprocessing_fn writes them.
INPUT_IDS = "input_ids"
TEXT_KEY = "text_key"

# The exported model.
EXAMPLES = "examples"
PROBABILITIES = "probabilities"
LABELS = "labels"
SERVING_TEXT = "serving_default"
SERVING_EXAMPLES = "serving_examples"
MODEL_CARD = "newsdesk.json"
