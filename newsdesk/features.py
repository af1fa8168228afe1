"""The names of features and signatures, defined only here."""

# Raw examples, written by TextExampleGen.
TEXT = "text"
LABEL = "label"

# Transformed examples, written by `preprocessing_fn`.
INPUT_IDS = "input_ids"
TOKEN_COUNT = "token_count"
UNKNOWN_COUNT = "unknown_count"
# Also an output of the signature `coverage`.
TRUNCATED = "truncated"
TEXT_KEY = "text_key"

# The exported model.
EXAMPLES = "examples"
PROBABILITIES = "probabilities"
LABELS = "labels"
SERVING_TEXT = "serving_default"
SERVING_EXAMPLES = "serving_examples"
# Models of older releases do not have it.
SERVING_COVERAGE = "coverage"
# Models with an encoder of kind `hub` do not have it.
SERVING_ATTENTION = "attention"
UNKNOWN_SHARE = "unknown_share"
MODEL_CARD = "newsdesk.json"
