"""Models as SavedModels: for serving, and in the form of TF Hub."""
