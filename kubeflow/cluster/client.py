"""A connection to Kubeflow Pipelines, whose every failure is one sentence."""

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
    """Connects to the cluster; what goes wrong inside becomes one sentence.

    A token is read from `token_file`, from the file that NEWSDESK_KFP_TOKEN_FILE names,
    or from NEWSDESK_KFP_TOKEN, in this order; a file is read for each request, since
    tokens are renewed there.

    Args:
        settings: the kubeflow section.

    Yields:
        A `kfp.Client`, of kfp 2.5 or later; it is told the namespace at each call,
        because it also looks for the service itself in a namespace of its own.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses.
    """
    import kfp_server_api
    from urllib3.exceptions import HTTPError

    where = settings.host or os.environ.get(HOST_VARIABLE) or "Kubeflow Pipelines"
    # The client tells notebooks where to click, and warns of servers from 2022.
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
    """Goes through a list of the server page by page, 1,000 entries at most.

    Args:
        list_page: a method of the client that takes page_token and page_size.
        field: of its answer, which holds the entries.
        arguments: for the method.

    Yields:
        The entries.
    """
    token = ""
    for _ in range(_MOST_PAGES):
        answer = list_page(page_token=token, page_size=_PAGE, **arguments)
        yield from getattr(answer, field) or []
        token = answer.next_page_token or ""
        if not token:
            return


def named(name: str) -> str:
    """Makes the filter that leaves what has a name.

    Args:
        name: to be shown by.

    Returns:
        A filter of the API, as JSON.
    """
    predicate = {"operation": "EQUALS", "key": "display_name", "stringValue": name}
    return json.dumps({"predicates": [predicate]})


def has_ended(run: Any) -> bool:
    """Says whether a run is over.

    Args:
        run: as the server describes it.

    Returns:
        Whether it will not change any more.
    """
    return run.state in _ENDED


def fired_at(run: Any) -> datetime:
    """Says what time a run was begun for.

    Args:
        run: as the server describes it.

    Returns:
        When the schedule fired for it, or else when it was made; servers write the
        year 1970 for what they do not know.
    """
    known: datetime | None = run.scheduled_at
    if known is None or known.year == _UNKNOWN_YEAR:
        known = run.created_at
    return known


def address(settings: Kubeflow, path: str) -> str:
    """Gives the page on which a person sees something.

    Args:
        settings: the kubeflow section.
        path: of the page, for example runs/details/ID.

    Returns:
        Its address; only its path where no host is known.
    """
    host = settings.ui or settings.host or os.environ.get(HOST_VARIABLE) or ""
    return f"{host.rstrip('/')}/#/{path}"


def _client(settings: Kubeflow) -> Any:
    import kfp

    class Client(kfp.Client):
        """Asks no health of the server, for half a minute where it does not answer."""

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
        """Is asked for each request."""

        def refresh_api_key_hook(self, config: Any) -> None:
            config.api_key["authorization"] = (
                _read(Path(file)) if file else os.environ[TOKEN_VARIABLE]
            )

    return Credentials()


def _read(file: Path) -> str:
    try:
        token = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ClusterError(f"{file}: the token cannot be read: {reason}") from None
    if not token:
        raise ClusterError(f"{file}: holds no token; write one into it")
    return token


def _refusal(error: Any) -> str:
    """What the server says, and what to do about it."""
    try:
        answer = json.loads(error.body or "{}")
        said = answer.get("message") or answer.get("error") or ""
    except (ValueError, AttributeError):
        said = ""
    said = str(said).strip().partition("\n")[0][:300] or error.reason or "no reason"
    advice = {
        401: f"name a token by kubeflow.token_file or {TOKEN_VARIABLE}",
        403: "ask for the right to this namespace, or check kubeflow.namespace",
        404: "check kubeflow.host, or whether somebody deleted it",
    }.get(error.status, "see the log of ml-pipeline on the cluster")
    return f"answers {error.status}: {said}; {advice}"
