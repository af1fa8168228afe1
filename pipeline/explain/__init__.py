"""Shows explanations: pictures of attention, and words in colours."""
