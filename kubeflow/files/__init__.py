"""Delivers the files of the configuration to containers."""
