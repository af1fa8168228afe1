"""Requests to Pipelines' API that its Python client has no method for."""

import json
from typing import Any
from urllib.parse import quote


def get(client: Any, *words: str) -> str:
    """Asks for something.

    Args:
        client: from `clients.connected`.
        words: parts of the path below /apis.

    Returns:
        The body of the answer.
    """
    return _asked(client, "GET", words)


def post(client: Any, *words: str, body: Any) -> Any:
    """Sends something.

    Args:
        client: from `clients.connected`.
        words: parts of the path below /apis.
        body: for JSON.

    Returns:
        The answer, read from JSON.
    """
    return json.loads(_asked(client, "POST", words, body))


def _asked(client: Any, method: str, words: tuple[str, ...], body: Any = None) -> str:
    # With the token, certificates and errors of the client's own methods.
    answer = client._run_api.api_client.call_api(
        "/apis/" + "/".join(quote(word, safe=":") for word in words),
        method,
        header_params={"Accept": "*/*", "Content-Type": "application/json"},
        body=body,
        auth_settings=["Bearer"],
        _preload_content=False,
        _return_http_data_only=True,
    )
    text: str = answer.data.decode("utf-8", "replace")
    return text
