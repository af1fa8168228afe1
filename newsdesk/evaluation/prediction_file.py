"""What the process that rehearses a push must know about predictions, without TFX."""

# In the folder that Predictions writes.
FILE = "predictions.parquet"
# Rows per batch: quick enough, and rows of 512 tokens fit in memory. The publisher
# repeats the first batch, so that padding and rounding are the same.
BATCH = 64
