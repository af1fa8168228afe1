"""Reads rows of text and label from files of every known format."""
