"""How the libraries of S3 are led to another server."""


def environment(endpoint: str) -> dict[str, str]:
    """Gives the variables that lead there, with credentials that mean nothing."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
