"""`newsdesk evaluate`: the figures of a published model on a labelled file."""
