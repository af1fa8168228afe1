"""What a model must reach, and what the Evaluator found."""
