"""The names of features and signatures, defined only here."""

# Raw examples, written by TextExampleGen.
TEXT = "text"
LABEL = "label"

# Transformed examples, written by `preprocessing_fn`.
INPUT_IDS = "input_ids"
TEXT_KEY = "text_key"

# The exported model.
EXAMPLES = "examples"
PROBABILITIES = "probabilities"
LABELS = "labels"
SERVING_TEXT = "serving_default"
SERVING_EXAMPLES = "serving_examples"
MODEL_CARD = "newsdesk.json"
