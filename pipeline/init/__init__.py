"""What `newsdesk init` finds out about a file of labelled text."""
