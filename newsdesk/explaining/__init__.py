"""Shows why a model gives a text its answer: words that matter, and attention."""
