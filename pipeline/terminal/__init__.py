"""The standard streams, the log file and the screen of a run."""
