"""What a run and a node are known by: digests of code and files."""
