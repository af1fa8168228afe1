"""Requests to a server while versions are pushed, and one is copied file by file.

`python -m benchmarks.reliability.serving` starts `newsdesk serve` and sends 10,000
requests from eight clients. Meanwhile, three versions are pushed. Before each push,
another version is copied into the folder file by file, which a push never does, and
removed before it is complete. Every answer must be that of one pushed version, and not
of an older one than was answered before the request began.
"""

import argparse
import contextlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support import model

# What each version answers differs: the longer a text, the more probable is "b".
_SCALES = (0.1, 0.2, 0.3, 0.4)
_CLIENTS = 8
_MOST_SECONDS = 900


@dataclass
class Counts:
    """What happened to the requests.

    Attributes:
        requests: sent, at least as many as were asked for.
        lost: without an answer, or with an error.
        wrong: with an answer that no pushed version gives.
        backward: answered by an older version than was in service before.
        versions: how many requests each version answered, in order of the pushes.
        longest: the longest time to an answer, in milliseconds.
        exit_code: of the server, after SIGTERM.
    """

    requests: int = 0
    lost: int = 0
    wrong: int = 0
    backward: int = 0
    versions: list[int] = field(default_factory=list)
    longest: float = 0.0
    exit_code: int = 0


class _Clients:
    """Sends requests from several threads, and checks every answer."""

    def __init__(
        self, address: str, texts: Sequence[str], least: int, pushes: int
    ) -> None:
        self.sent = 0
        self.newest = 0
        self.counts = Counts()
        self._address, self._texts = address, texts
        self._least, self._pushes = least, pushes
        self._deadline = time.monotonic() + _MOST_SECONDS
        self._expected: list[list[float]] = []
        self._lock = threading.Lock()

    def expect(self, answers: list[float]) -> None:
        """Adds what the next version answers to each text."""
        with self._lock:
            self._expected.append(answers)
            self.counts.versions.append(0)

    def run(self) -> None:
        """Sends requests until enough were sent and the last version answers."""
        with httpx.Client(timeout=120) as client:
            while True:
                with self._lock:
                    if self._is_over():
                        return
                    number, before = self.sent, self.newest
                    self.sent += 1
                self._ask(client, number % len(self._texts), before)

    def wait(self, sent: int, newest: int) -> None:
        """Waits until so many requests were sent, and a version answers."""
        while time.monotonic() < self._deadline:
            if self.sent >= sent and self.newest >= newest:
                return
            time.sleep(0.01)

    def _is_over(self) -> bool:
        is_new = self.newest == self._pushes or time.monotonic() > self._deadline
        return self.sent >= self._least and is_new

    def _ask(self, client: httpx.Client, place: int, before: int) -> None:
        began = time.monotonic()
        try:
            answer = client.post(
                f"{self._address}/v1/models/news:predict",
                json={"instances": [self._texts[place]]},
            )
            answer.raise_for_status()
            found = answer.json()["predictions"][0]["probabilities"][1]
        except (httpx.HTTPError, KeyError, ValueError) as error:
            print(repr(error))
            with self._lock:
                self.counts.lost += 1
            return
        with self._lock:
            taken = 1000 * (time.monotonic() - began)
            self.counts.longest = max(self.counts.longest, taken)
            self._count(place, found, before)

    def _count(self, place: int, found: float, before: int) -> None:
        same = [
            index
            for index, answers in enumerate(self._expected)
            if abs(answers[place] - found) < 1e-6
        ]
        if len(same) != 1:
            print(f"{found} for {self._texts[place]!r}")
            self.counts.wrong += 1
            return
        self.counts.versions[same[0]] += 1
        self.counts.backward += same[0] < before
        self.newest = max(self.newest, same[0])


def run(requests: int, pushes: int = 3) -> Counts:
    """Serves, pushes and asks.

    Args:
        requests: how many.
        pushes: versions after the first, spread over the requests; at most three.

    Returns:
        The counts.
    """
    chance = random.Random(5)
    texts = ["x" * length for length in chance.sample(range(1, 40), 20)]
    with tempfile.TemporaryDirectory(prefix="newsdesk-serving-") as scratch:
        serving = Path(scratch, "news", "serving")
        exported = [Path(scratch, f"exported-{scale}") for scale in _SCALES]
        for folder, scale in zip(exported, _SCALES, strict=True):
            model.export(folder, scale)
        model.push(exported[0], serving)
        with _server(serving.parent) as (process, address):
            clients = _Clients(address, texts, requests, pushes)
            clients.expect(_answers(exported[0], texts))
            threads = [threading.Thread(target=clients.run) for _ in range(_CLIENTS)]
            for thread in threads:
                thread.start()
            for number in range(1, pushes + 1):
                clients.wait(number * requests // (pushes + 1), number - 1)
                _copy_a_part(serving)
                clients.expect(_answers(exported[number], texts))
                model.push(exported[number], serving)
            for thread in threads:
                thread.join()
            clients.counts.requests = clients.sent
            process.terminate()
            clients.counts.exit_code = process.wait(_MOST_SECONDS)
    return clients.counts


def _answers(exported: Path, texts: Sequence[str]) -> list[float]:
    import tensorflow as tf

    signature = tf.saved_model.load(str(exported)).signatures["serving_default"]
    found = signature(text=tf.constant(texts))["probabilities"].numpy()
    return [float(share) for share in found[:, 1]]


def _copy_a_part(serving: Path) -> None:
    """Copies the files of a version slowly, all but one, and removes them again."""
    newest = max(int(one.name) for one in serving.iterdir() if one.name.isdigit())
    source, target = serving / str(newest), serving / str(newest + 1)
    files = sorted(file for file in source.rglob("*") if file.is_file())
    for file in files[:-1]:
        copied = target / file.relative_to(source)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copied)
        # The server looks once a second.
        time.sleep(1.5 / len(files))
    shutil.rmtree(target)


@contextlib.contextmanager
def _server(root: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "serve", "--root", root, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            print(line, end="")
            if found := re.search(r"http://\S+(?=/v1/)", line):
                break
        else:
            raise AssertionError("the server ended")
        rest = threading.Thread(target=_print, args=[process.stdout])
        rest.start()
        yield process, found[0]
        rest.join()
    finally:
        process.kill()
        process.wait()


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, end="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    found = run(parser.parse_args().requests)
    print(
        f"{found.requests:,} requests, answered by versions "
        f"{', '.join(f'{count:,}' for count in found.versions)}: {found.lost} lost, "
        f"{found.wrong} with an answer of no pushed version, {found.backward} with one "
        f"of an older version; longest {found.longest:.0f} ms, exit code "
        f"{found.exit_code}"
    )


if __name__ == "__main__":
    main()
