"""Sends requests to Pipelines' API that its Python client has no method for."""

import json
from typing import Any
from urllib.parse import quote


def get(client: Any, *words: str) -> str:
    """Sends a GET request.

    Args:
        client: from `clients.connected`.
        words: parts of the path below /apis.

    Returns:
        The body of the response.
    """
    return _response(client, "GET", words)


def post(client: Any, *words: str, body: Any) -> Any:
    """Sends a POST request.

    Args:
        client: from `clients.connected`.
        words: parts of the path below /apis.
        body: what to send as JSON.

    Returns:
        The body of the response, read from JSON.
    """
    return json.loads(_response(client, "POST", words, body))


def _response(
    client: Any, method: str, words: tuple[str, ...], body: Any = None
) -> str:
    # The private client inside sends the token and the certificates, and raises the
    # errors that the public methods raise.
    response = client._run_api.api_client.call_api(
        "/apis/" + "/".join(quote(word, safe=":") for word in words),
        method,
        header_params={"Accept": "*/*", "Content-Type": "application/json"},
        body=body,
        auth_settings=["Bearer"],
        _preload_content=False,
        _return_http_data_only=True,
    )
    text: str = response.data.decode("utf-8", "replace")
    return text
