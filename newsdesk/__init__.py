"""What every room knows: settings, errors, rows, and published versions."""
