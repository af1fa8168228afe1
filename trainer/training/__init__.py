"""A training from transformed examples to a SavedModel."""
