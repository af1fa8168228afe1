"""The configuration: its sections, and reading it from TOML."""
