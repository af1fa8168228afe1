"""The local runner, and everything that manages the root folder of a pipeline."""
