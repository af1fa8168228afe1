"""The node that writes the report of a run."""
