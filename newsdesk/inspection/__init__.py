"""What a SavedModel may contain, checked before it is loaded."""
