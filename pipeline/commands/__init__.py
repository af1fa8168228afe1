"""One module per command.

Slow imports are inside the functions, so that --help and wrong usage answer at once.
"""
