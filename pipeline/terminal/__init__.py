"""Everything a run writes to the terminal: streams, log file and screen."""
