"""Tests; a package, since some that are installed bring a `tests` of their own."""
