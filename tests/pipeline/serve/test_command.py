"""`newsdesk serve`, from its first line to its last."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support import served
from tests.support.browser import CHROMIUM, browser

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def _server(root: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A server on a free port, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "serve", "--root", root, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://\S+(?=/v1/)", line):
                yield process, found[0]
                return
        raise AssertionError("the server ended")
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_after_the_requests_that_have_begun(
    tmp_path: Path, number: int
) -> None:
    served.pushed(tmp_path / "news" / "serving", 0.1)
    with _server(tmp_path / "news") as (process, address), httpx.Client() as client:
        sending, stopped = threading.Event(), threading.Event()

        def slow_body() -> Iterator[bytes]:
            yield b'{"instances": ["longer'
            sending.set()
            assert stopped.wait(60)
            yield b' text"]}'

        found: list[httpx.Response] = []

        def ask() -> None:
            path = f"{address}/v1/models/news:predict"
            found.append(client.post(path, content=slow_body(), timeout=60))

        assert client.get(f"{address}/healthz").json()["model"] == "news"
        asking = threading.Thread(target=ask)
        asking.start()
        assert sending.wait(60)
        process.send_signal(number)
        with pytest.raises(httpx.TransportError):
            # Until the server stops to listen.
            while True:
                httpx.get(f"{address}/healthz")
        stopped.set()
        asking.join(60)
        assert [answer.status_code for answer in found] == [200]
        assert process.stdout is not None
        assert process.stdout.readlines()[-1].startswith("stopped after ")
        assert process.wait(60) == 0


def test_a_command_without_a_model_or_without_packages_says_so(tmp_path: Path) -> None:
    def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", "serve", "--port", "0", *words],
            capture_output=True,
            text=True,
            env=os.environ | environment,
        )

    done = run("--root", str(tmp_path))
    assert done.returncode == 2
    assert "contains no pushed model; `newsdesk run CONFIG` makes one" in done.stderr
    done = run("--root", str(tmp_path), "--host", "0.0.0.0")
    assert done.returncode == 2 and "--allow-network" in done.stderr
    # A module whose search fails is as good as missing.
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util\nfind = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *more: (\n"
        "    None if name == 'uvicorn' else find(name, *more))\n"
    )
    done = run(PYTHONPATH=f"{tmp_path}:{os.getcwd()}")
    assert done.returncode == 1
    assert "uvicorn" in done.stderr and "newsdesk[serve]" in done.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_page_works_in_a_browser(tmp_path: Path) -> None:
    served.pushed(tmp_path / "news" / "serving", 0.1)
    text = "<script>document.title = 'owned'</script> & more"
    with _server(tmp_path / "news") as (_, address), browser() as window:
        for size in ((1280, 800), (390, 844)):
            for is_dark in (False, True):
                window.requests.clear()
                window.open(f"{address}/", *size, is_dark)
                window.evaluate(f'document.querySelector("textarea").value = "{text}"')
                window.follow('document.querySelector("button").click()')
                assert window.evaluate("document.title") == "b – news"
                assert window.evaluate('document.querySelector("textarea").value') == (
                    text
                )
                assert window.beyond_the_edge() == []
                row = 'document.querySelector("tr.best").offsetHeight'
                assert window.evaluate(row) < 40
                assert window.messages == []
                asked = {one for one in window.requests if not one.startswith("data:")}
                assert asked == {f"{address}/"}
                colour = window.evaluate(
                    "getComputedStyle(document.body).backgroundColor"
                )
                expected = "rgb(15, 19, 24)" if is_dark else "rgb(255, 255, 255)"
                assert colour == expected
