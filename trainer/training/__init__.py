"""Trains a model, from transformed examples to a SavedModel."""
