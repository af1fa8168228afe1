"""Tokenizers of published encoders: read from their files, run as graph operations.

`trainer.text.checkpoint_tokenizer.read` gives the `Spec` of a checkpoint without
TensorFlow; `graph.Tokenizer` builds its operations.
"""
