"""A headless Chromium that opens pages at the size of a telephone or a screen.

It speaks the DevTools protocol, because the command line of Chromium knows neither
narrow windows nor dark pages.
"""

import base64
import contextlib
import json
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import websocket

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
_START_S, _ANSWER_S = 60, 60
# Parts of a page that reach beyond its right edge, those inside of boxes that scroll
# aside.
_BEYOND = """
[...document.querySelectorAll("body *")].filter(one =>
    one.getBoundingClientRect().right > WIDTH + 1
    && !one.closest(".scroll, pre, svg, .unseen")
).map(one => one.tagName + " " + one.className + " " + one.textContent.slice(0, 40))
"""


class Page:
    """A page in the browser.

    Attributes:
        messages: errors and other lines of the console, and what was blocked.
        requests: every address that the page asked for.
    """

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(
            address, timeout=_ANSWER_S, suppress_origin=True
        )
        self._number = 0
        self._loaded = False
        self._width = 0
        self.messages: list[str] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Calls a method of the DevTools protocol and returns its result."""
        self._number += 1
        request = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(request))
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(
        self, page: Path | str, width: int, height: int, is_dark: bool = False
    ) -> None:
        """Opens a file or an address, and waits until it is loaded."""
        scheme = {
            "name": "prefers-color-scheme",
            "value": "dark" if is_dark else "light",
        }
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self._loaded, self._width = False, width
        address = page if isinstance(page, str) else page.resolve().as_uri()
        self.call("Page.navigate", url=address)
        while not self._loaded:
            self._receive()

    def follow(self, expression: str) -> None:
        """Computes an expression that opens another page, and waits for that page."""
        self._loaded = False
        self.evaluate(expression)
        while not self._loaded:
            self._receive()

    def evaluate(self, expression: str) -> Any:
        """Computes an expression of JavaScript in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    def beyond_the_edge(self) -> list[str]:
        """Lists the elements that make the page wider than its window."""
        # innerWidth grows with the page on a telephone.
        width = self.evaluate("document.documentElement.scrollWidth")
        wide = [f"the page is {width} pixels wide"] if width > self._width else []
        return wide + self.evaluate(_BEYOND.replace("WIDTH", str(self._width)))

    def picture(self, file: Path, is_whole: bool = False) -> None:
        """Writes a PNG of the window, or of the whole page."""
        area = {"captureBeyondViewport": True, "clip": self._whole()}
        found = self.call("Page.captureScreenshot", **(area if is_whole else {}))
        file.write_bytes(base64.b64decode(found["data"]))

    def paper(self, file: Path) -> None:
        """Writes the PDF that a printer would get."""
        found = self.call("Page.printToPDF", printBackground=False)
        file.write_bytes(base64.b64decode(found["data"]))

    def _whole(self) -> dict[str, float]:
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "scale": 1} | {
            key: size[key] for key in ("width", "height")
        }

    def _receive(self) -> dict[str, Any]:
        answer = json.loads(self._socket.recv())
        method, found = answer.get("method"), answer.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Log.entryAdded":
            self.messages.append(found["entry"]["text"])
        elif method in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.messages.append(json.dumps(found))
        elif method == "Network.requestWillBeSent":
            self.requests.append(found["request"]["url"])
        elif method == "Page.javascriptDialogOpening":
            self.messages.append(f"dialog {found['message']}")
            self.call("Page.handleJavaScriptDialog", accept=True)
        return answer


@contextlib.contextmanager
def browser() -> Iterator[Page]:
    """Starts Chromium with an empty page, and ends it."""
    assert CHROMIUM, "Chromium is not installed"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                CHROMIUM,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--no-first-run",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield Page(_address(process))
        finally:
            process.terminate()
            process.communicate(timeout=_START_S)


def _address(process: "subprocess.Popen[str]") -> str:
    """Reads the port that Chromium chose, and asks it for its page."""
    lines = []
    for line in process.stderr or ():
        lines.append(line)
        if "DevTools listening on ws://" in line:
            port = line.split("ws://")[1].split("/")[0]
            with urllib.request.urlopen(f"http://{port}/json/list") as answer:
                pages = json.load(answer)
            return next(one for one in pages if one["type"] == "page")[
                "webSocketDebuggerUrl"
            ]
    raise AssertionError(f"Chromium did not start: {''.join(lines)}")
