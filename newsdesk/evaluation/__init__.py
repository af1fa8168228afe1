"""The figures of models on the tested rows, and the decision about a push."""
