"""The node that answers new rows with the model in service."""
