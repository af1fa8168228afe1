"""One bit flipped anywhere in a published model is found by whoever trusts it.

`python -m benchmarks.reliability.bit_flips` flips one bit at each of 50 places, the
manifest among them, and asks `newsdesk verify`, the copy that a baseline is, and
`newsdesk predict --verify`.
"""

import argparse
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from newsdesk.errors import ModelError
from newsdesk.published import manifest
from newsdesk.published.local_store import LocalStore
from pipeline.cli import app
from tests.support import model


def flips(places: int) -> dict[str, int]:
    """Flips bits, one at a time.

    Args:
        places: how many.

    Returns:
        How many of them each of the three has found.
    """
    chance = random.Random(3)
    found = {"verify": 0, "baseline": 0, "predict --verify": 0}
    with tempfile.TemporaryDirectory(prefix="newsdesk-flips-") as scratch:
        exported, serving = Path(scratch, "exported"), Path(scratch, "serving")
        model.export(exported)
        version = model.push(exported, serving)
        folder = serving / str(version)
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        # Each file at least once; the manifest first.
        files.sort(key=lambda file: file != folder / manifest.FILE)
        for number in range(places):
            file = files[number % len(files)]
            whole = file.read_bytes()
            file.write_bytes(_flipped(whole, chance))
            for name, finds in _finders(serving, version, Path(scratch)).items():
                found[name] += finds()
            file.write_bytes(whole)
        manifest.verify(folder)
    return found


def _flipped(whole: bytes, chance: random.Random) -> bytes:
    altered = bytearray(whole)
    altered[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    return bytes(altered)


def _finders(
    serving: Path, version: int, scratch: Path
) -> dict[str, Callable[[], bool]]:
    folder = str(serving / str(version))

    def baseline() -> bool:
        copy = scratch / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        try:
            LocalStore(serving).fetch(version, copy)
        except ModelError:
            return True
        return False

    return {
        "verify": lambda: _refuses("verify", folder),
        "baseline": baseline,
        "predict --verify": lambda: _refuses(
            "predict", "--model", folder, "--verify", "a text"
        ),
    }


def _refuses(*words: str) -> bool:
    return isinstance(CliRunner().invoke(app, words).exception, ModelError)


def main() -> None:
    """Flips, and prints the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=50)
    places = parser.parse_args().places
    for name, count in flips(places).items():
        print(f"{count} of {places} found by {name}")


if __name__ == "__main__":
    main()
