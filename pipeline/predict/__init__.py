"""Answers texts with a published model."""
