"""Between KFP and TFX, in the container of a node."""
