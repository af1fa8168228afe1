"""Connects to Kubeflow Pipelines, and turns every failure into one sentence."""

import contextlib
import io
import json
import os
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from newsdesk.config.cluster import Kubeflow
from newsdesk.errors import ClusterError

TOKEN_VARIABLE = "NEWSDESK_KFP_TOKEN"
TOKEN_FILE_VARIABLE = "NEWSDESK_KFP_TOKEN_FILE"
HOST_VARIABLE = "KF_PIPELINES_ENDPOINT"
_PAGE = 100
_MOST_PAGES = 10
_UNKNOWN_YEAR = 1970
_ENDED = ("SUCCEEDED", "SKIPPED", "FAILED", "CANCELED")


@contextlib.contextmanager
def connected(settings: Kubeflow) -> Iterator[Any]:
    """Connects to the cluster; errors in the block become one sentence each.

    A token is read from `token_file`, from the file that NEWSDESK_KFP_TOKEN_FILE names,
    or from NEWSDESK_KFP_TOKEN, in this order. A file is read for each request, because
    Kubernetes renews tokens in their files.

    Args:
        settings: the kubeflow section.

    Yields:
        A `kfp.Client`, of kfp 2.5 or later. Pass the namespace with each call: the
        client's own namespace is the one in which it looks for the service.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses.
    """
    import kfp_server_api
    from urllib3.exceptions import HTTPError

    where = settings.host or os.environ.get(HOST_VARIABLE) or "Kubeflow Pipelines"
    # The client prints links for notebooks, and warns about servers from 2022.
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield _client(settings)
        except kfp_server_api.ApiException as error:
            raise ClusterError(f"{where}: {_refusal(error)}") from None
        except HTTPError as error:
            reason = getattr(error, "reason", None) or error
            raise ClusterError(
                f"{where}: cannot be reached: {str(reason).rpartition(': ')[2]}; "
                "check kubeflow.host and the network"
            ) from None


def every(list_page: Callable[..., Any], field: str, **arguments: Any) -> Iterator[Any]:
    """Reads a list from the server page by page, 1,000 entries at most.

    Args:
        list_page: a method of the client that takes page_token and page_size.
        field: the field of its response that holds the entries.
        arguments: other arguments of the method.

    Yields:
        The entries.
    """
    token = ""
    for _ in range(_MOST_PAGES):
        page = list_page(page_token=token, page_size=_PAGE, **arguments)
        yield from getattr(page, field) or []
        token = page.next_page_token or ""
        if not token:
            return


def named(name: str) -> str:
    """Makes a filter for lists: entries with this display name.

    Args:
        name: the display name.

    Returns:
        A filter of the API, as JSON.
    """
    predicate = {"operation": "EQUALS", "key": "display_name", "stringValue": name}
    return json.dumps({"predicates": [predicate]})


def has_ended(run: Any) -> bool:
    """Checks whether a run has ended.

    Args:
        run: as the server describes it.

    Returns:
        Whether its state is final.
    """
    return run.state in _ENDED


def fired_at(run: Any) -> datetime:
    """Finds the time for which a run was started.

    Args:
        run: as the server describes it.

    Returns:
        The time at which the schedule fired, otherwise the time of its creation.
    """
    fired: datetime | None = run.scheduled_at
    # Servers write a time of the year 1970 if they do not know it.
    if fired is None or fired.year == _UNKNOWN_YEAR:
        fired = run.created_at
    return fired


def address(settings: Kubeflow, path: str) -> str:
    """Gives the address of a page of the Pipelines UI.

    Args:
        settings: the kubeflow section.
        path: the path of the page, for example runs/details/ID.

    Returns:
        The address; only the path if no host is configured.
    """
    host = settings.ui or settings.host or os.environ.get(HOST_VARIABLE) or ""
    return f"{host.rstrip('/')}/#/{path}"


def _client(settings: Kubeflow) -> Any:
    import kfp

    class Client(kfp.Client):
        """Skips the health check, which waits 30 seconds for a server that is down."""

        def get_kfp_healthz(self, sleep_duration: int = 5) -> Any:
            class Health:
                multi_user = False

            return Health()

    return Client(
        host=settings.host,
        credentials=_credentials(settings),
        ssl_ca_cert=settings.ca_file,
        ui_host=settings.ui,
    )


def _credentials(settings: Kubeflow) -> Any:
    from kfp.client.token_credentials_base import TokenCredentialsBase

    file = settings.token_file or os.environ.get(TOKEN_FILE_VARIABLE)
    if not file and not os.environ.get(TOKEN_VARIABLE):
        return None

    class Credentials(TokenCredentialsBase):
        """Gives the token; the client calls it for each request."""

        def refresh_api_key_hook(self, config: Any) -> None:
            config.api_key["authorization"] = (
                _read(Path(file)) if file else os.environ[TOKEN_VARIABLE]
            )

    return Credentials()


def _read(file: Path) -> str:
    try:
        token = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise ClusterError(
            f"{file}: the token cannot be read: {reason}; check kubeflow.token_file "
            f"or {TOKEN_FILE_VARIABLE}"
        ) from None
    if not token:
        raise ClusterError(f"{file}: the token file is empty; write a token into it")
    return token


def _refusal(error: Any) -> str:
    """The message of the server, and what to do about it."""
    try:
        body = json.loads(error.body or "{}")
        message = body.get("message") or body.get("error") or ""
    except (ValueError, AttributeError):
        message = ""
    message = str(message).strip().partition("\n")[0][:300]
    message = message or error.reason or "no reason given"
    advice = {
        401: f"provide a token with kubeflow.token_file or {TOKEN_VARIABLE}",
        403: "ask for access to this namespace, or check kubeflow.namespace",
        404: "check kubeflow.host, and whether the object was deleted",
    }.get(error.status, "see the log of ml-pipeline on the cluster")
    return f"answers {error.status}: {message}; {advice}"
