"""AdamW, its learning rate, and the precision of its numbers."""
