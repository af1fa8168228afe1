"""A small HTTP server to try a model: TensorFlow Serving's REST form, and a page."""
