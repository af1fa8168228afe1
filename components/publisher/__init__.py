"""The node that publishes an accepted model as the newest version."""
