"""The report of a run: what it contains, how its figures are measured, its page."""
