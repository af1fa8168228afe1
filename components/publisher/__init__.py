"""Publisher: an accepted model becomes the newest version in service."""
