"""Writes models as SavedModels: for serving, and in the format of TF Hub."""
