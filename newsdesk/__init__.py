"""The base of all packages: configuration, errors, rows and published versions."""
