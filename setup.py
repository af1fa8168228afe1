"""Lets tools that still call setup.py find the metadata of pyproject.toml."""

from setuptools import setup

setup()
