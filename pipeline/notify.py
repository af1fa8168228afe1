"""Tells a webhook how a run ended; whatever becomes of that, the run has ended so."""

import json
import logging
import os
import queue
import threading
import time
from typing import Any

from newsdesk.config.sections import Notify
from newsdesk.errors import ExitCode
from pipeline.local.history import Summary

_log = logging.getLogger("newsdesk")
_SECONDS = 10.0
SECONDS_IN_ALL = 60.0
RETRIES = 2
_PAUSE = 0.25
_BUSY = (502, 503, 504)
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
    """Posts JSON, and tries again where that may help, for a minute at most.

    Args:
        url: of the webhook.
        body: `text`, which chat services show, and whatever else there is to know.

    Returns:
        In a few words, without the address, why it could not be posted; None if it
        was.
    """
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    # The timeouts of requests start anew with every byte that a server sends, so only
    # the caller can bound the time; the thread ends with the process at the latest.
    threading.Thread(target=lambda: answers.put(_tried(url, body)), daemon=True).start()
    try:
        return answers.get(timeout=SECONDS_IN_ALL)
    except queue.Empty:
        return f"it did not answer within {SECONDS_IN_ALL:g} s"


def _tried(url: str, body: dict[str, Any]) -> str | None:
    """Posts until the server is not busy, or the attempts are used up."""
    import requests

    # urllib3 warns with the path of an address, which may be a secret.
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    reason: str | None = None
    for attempt in range(1 + RETRIES):
        if attempt:
            time.sleep(_PAUSE * 2**attempt)
        try:
            # A redirected POST arrives as a GET without its body. The body of the
            # answer says nothing that is needed, so nobody waits for it.
            with requests.post(
                url,
                json=body,
                timeout=_SECONDS,
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
        except (requests.ConnectionError, requests.Timeout) as error:
            # Its text may hold the address.
            reason = type(error).__name__
            continue
        except (requests.RequestException, ValueError) as error:
            return type(error).__name__
        if 300 <= status < 400:
            return f"it answered {status}, a redirect; name the address it leads to"
        reason = None if status < 300 else f"it answered {status}"
        if status not in _BUSY:
            return reason
    return reason


def _sentence(summary: Summary) -> str:
    """One line, which chat services show as it is."""
    why = summary.error or "; ".join(summary.refusals)
    told = f"{summary.pipeline}, run {summary.run}: {summary.state}"
    return f"{told}: {why}" if why else told
