"""`newsdesk init`: examines labelled text, and writes a configuration for it."""
