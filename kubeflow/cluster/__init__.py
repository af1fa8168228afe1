"""What a person does to the cluster: submit runs, keep a schedule."""
