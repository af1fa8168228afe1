"""The terminal side of each command; slow imports stand inside the functions."""
