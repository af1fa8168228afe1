"""`newsdesk predict --file --out`: answers a file with a file."""
