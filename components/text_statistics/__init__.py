"""The node that counts in one pass what a schema cannot describe about texts."""
