"""`newsdesk predict`: classifies texts with a published model."""
