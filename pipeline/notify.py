"""Tells a webhook how a run ended; whatever becomes of that, the run has ended so."""

import json
import logging
import os
from typing import Any

from pipeline.config import Notify
from pipeline.errors import ExitCode
from pipeline.history import Summary

_log = logging.getLogger("newsdesk")
_SECONDS = 10.0
_RETRIES = 2
# Before the name of a variable that holds the address.
BY_NAME = "env:"


def notify(settings: Notify | None, summary: Summary) -> str | None:
    """Posts a run's summary as JSON, on failure, and on success if that is asked for.

    Args:
        settings: the output.notify section.
        summary: how the run ended.

    Returns:
        What went wrong, for the screen, without the address if it is a secret; None
        if nothing did.
    """
    if settings is None:
        return None
    if summary.exit_code == ExitCode.DONE and not settings.on_success:
        return None
    named = settings.url.startswith(BY_NAME)
    name = settings.url.removeprefix(BY_NAME)
    url = os.environ.get(name, "") if named else settings.url
    if not url:
        return f"output.notify: the environment has no {name}, so nobody was told"
    # JSON has no NaN; as text it would keep the whole summary from being told.
    told = json.loads(summary.model_dump_json())
    body = {"text": _sentence(summary), **told}
    reason = post(url, body)
    if reason is None:
        return None
    _log.warning("output.notify: %s", reason)
    shown = f"the address in {name}" if named else url
    return f"output.notify: {shown} was not told: {reason}"


def post(url: str, body: dict[str, Any]) -> str | None:
    """Posts JSON, and tries again where that may help.

    Args:
        url: of the webhook.
        body: `text`, which chat services show, and whatever else there is to know.

    Returns:
        In a few words, without the address, why it could not be posted; None if it
        was.
    """
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    # Told twice is better than not told.
    retry = Retry(
        _RETRIES,
        backoff_factor=0.5,
        status_forcelist=(502, 503, 504),
        allowed_methods=("POST",),
        raise_on_status=False,
    )
    try:
        with requests.Session() as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=retry))
            answer = session.post(url, json=body, timeout=_SECONDS)
    except (requests.RequestException, ValueError) as error:
        # Its text may hold the address, which may be a secret.
        return type(error).__name__
    return None if answer.ok else f"it answered {answer.status_code}"


def _sentence(summary: Summary) -> str:
    """One line, which chat services show as it is."""
    why = summary.error or "; ".join(summary.refusals)
    told = f"{summary.pipeline}, run {summary.run}: {summary.state}"
    return f"{told}: {why}" if why else told
