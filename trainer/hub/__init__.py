"""Fetches, checks and loads SavedModels of TF Hub and Kaggle Models."""
