"""How files of the configuration get into containers."""
