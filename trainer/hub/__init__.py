"""SavedModels as TF Hub and Kaggle Models publish them: fetched, read, written."""
