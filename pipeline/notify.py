"""Posts the result of a run to a webhook; a failed post never changes the result."""

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
# Statuses of a server or gateway that may work a moment later.
_BUSY = (502, 503, 504)
# The prefix of a name of an environment variable that contains the address.
BY_NAME = "env:"


def notify(settings: Notify | None, summary: Summary) -> str | None:
    """Posts the summary of a run as JSON: failures, and successes if `on_success`.

    Args:
        settings: the output.notify section; None to post nothing.
        summary: the summary of the run.

    Returns:
        Why the summary could not be posted, without the address if it is a secret;
        None if there is no such problem.
    """
    if settings is None:
        return None
    if summary.exit_code == ExitCode.DONE and not settings.on_success:
        return None
    is_secret = settings.url.startswith(BY_NAME)
    name = settings.url.removeprefix(BY_NAME)
    url = os.environ.get(name, "") if is_secret else settings.url
    if not url:
        return (
            f"output.notify: the environment variable {name} is not set, so the "
            "webhook was not called"
        )
    # Through pydantic, which writes NaN as text: JSON has no NaN.
    values = json.loads(summary.model_dump_json())
    body = {"text": _sentence(summary), **values}
    reason = post(url, body)
    if reason is None:
        return None
    _log.warning("output.notify: %s", reason)
    shown = f"the address in {name}" if is_secret else url
    return f"output.notify: the result was not posted to {shown}: {reason}"


def post(url: str, body: dict[str, Any]) -> str | None:
    """Posts JSON, and retries if that may help, for one minute at most.

    Args:
        url: the address of the webhook.
        body: `text`, which chat services show, and further values.

    Returns:
        Why it could not be posted, in a few words and without the address; None if it
        was posted.
    """
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    # A timeout of requests starts again with every byte that the server sends, so only
    # the caller can limit the time. The daemon thread ends with the process.
    threading.Thread(
        target=lambda: answers.put(_try_to_post(url, body)), daemon=True
    ).start()
    try:
        return answers.get(timeout=SECONDS_IN_ALL)
    except queue.Empty:
        return f"it did not answer within {SECONDS_IN_ALL:g} s"


def _try_to_post(url: str, body: dict[str, Any]) -> str | None:
    """Posts until the server is not busy, or no attempt is left."""
    import requests

    # urllib3 logs the path of an address, which may be a secret.
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    reason: str | None = None
    for attempt in range(1 + RETRIES):
        if attempt:
            time.sleep(_PAUSE * 2**attempt)
        try:
            # A redirected POST would arrive as a GET without its body. The body of the
            # response is not read (stream=True), because only its status matters.
            with requests.post(
                url,
                json=body,
                timeout=_SECONDS,
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
        except (requests.ConnectionError, requests.Timeout) as error:
            # Only the class: the text may contain the address.
            reason = type(error).__name__
            continue
        except (requests.RequestException, ValueError) as error:
            return type(error).__name__
        if 300 <= status < 400:
            return f"it answered {status}, a redirect; use the address it leads to"
        reason = None if status < 300 else f"it answered {status}"
        if status not in _BUSY:
            return reason
    return reason


def _sentence(summary: Summary) -> str:
    """One line for chat services: pipeline, run, state and reason."""
    why = summary.error or "; ".join(summary.refusals)
    result = f"{summary.pipeline}, run {summary.run}: {summary.state}"
    return f"{result}: {why}" if why else result
