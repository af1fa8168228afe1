"""Which interval a run stands for, and which ones are done."""
