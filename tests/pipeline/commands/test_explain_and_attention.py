"""`newsdesk explain` and `newsdesk attention`, with a model that is known."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import REPOSITORY
from tests.support import attending_model

pytestmark = pytest.mark.slow

Newsdesk = Callable[..., subprocess.CompletedProcess[str]]
HOSTILE = "\x1b[31moil <script>alert(1)</script> \u202eevil $x$ \u200f中文 'a' \"b\""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "model"
    attending_model.save(folder)
    return folder


@pytest.fixture
def newsdesk(tmp_path: Path, model: Path) -> Newsdesk:
    """Runs a command with the model, in an empty folder."""

    def run(
        *words: str, folder: Path = model, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *words, "--model", str(folder)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | environment,
        )

    return run


def test_words_get_signed_numbers(newsdesk: Newsdesk) -> None:
    done = newsdesk("explain", "the oil  price")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "0.8750  oil\n+0.0000  the\n+0.6250  oil\n+0.0000  price\n"


def test_what_is_in_the_text_cannot_act(newsdesk: Newsdesk, tmp_path: Path) -> None:
    done = newsdesk("explain", HOSTILE, "--html", "page.html", FORCE_COLOR="1")
    assert done.returncode == 0, done.stderr
    shown = r"\x1b[31moil"
    assert shown in done.stdout
    assert r"\u202eevil" in done.stdout and r"\u200f中文" in done.stdout
    assert "\x1b[31m" not in done.stdout and "\u202e" not in done.stdout

    page = (tmp_path / "page.html").read_text()
    assert shown in page and r"\u202eevil" in page
    assert "&lt;script&gt;" in page and "<script" not in page
    assert "\x1b" not in page and "\u202e" not in page
    assert "//" not in page


def test_json_gives_words_and_remarks(newsdesk: Newsdesk) -> None:
    text = "oil " + "word " * 600
    done = newsdesk("explain", text, "--json")
    found = json.loads(done.stdout)
    assert (found["label"], found["probability"]) == ("oil", 0.875)
    assert len(found["words"]) == 151
    assert found["words"][0] == {"word": "oil word word word", "weight": 0.625}
    assert found["remarks"] == [
        "the text has 601 words, so they are removed in groups of 4",
        "the text is truncated: the model reads at most 512 tokens",
    ]


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("oil xyzzy price falls", "the model does not know 25% of the tokens"),
        ("xyzzy xyzzy", "the model knows no word of the text"),
    ],
)
def test_unknown_words_are_named(newsdesk: Newsdesk, text: str, remark: str) -> None:
    assert newsdesk("explain", text).stdout.splitlines()[1] == remark
    picture = newsdesk("attention", text, "-o", "a.svg").stdout
    assert picture == f"note     {remark}\nwritten  a.svg\n"


def test_a_picture_says_that_the_text_was_truncated(newsdesk: Newsdesk) -> None:
    done = newsdesk("attention", "oil " + "word " * 600, "-o", "a.svg")
    first = done.stdout.splitlines()[0]
    assert first == "note     the text is truncated: the model reads at most 512 tokens"


def test_the_matrix_of_a_layer_is_printed(newsdesk: Newsdesk) -> None:
    done = newsdesk("attention", "oil prices fall", "--json", "--layer", "1")
    found = json.loads(done.stdout)
    matrix = np.array(found.pop("matrix"))
    np.testing.assert_array_equal(matrix, np.eye(3))
    assert found == {
        "label": "oil",
        "probability": 0.875,
        "tokens": ["oil", "prices", "fall"],
        "layer": 1,
        "head": None,
        "layers": 2,
        "heads": 2,
        "remarks": [],
    }


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_picture_is_written(newsdesk: Newsdesk, tmp_path: Path, suffix: str) -> None:
    done = newsdesk("attention", HOSTILE + " word" * 120, "-o", f"a{suffix}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "note     the picture shows the first 100 of 127 tokens; --json prints all\n"
        f"written  a{suffix}\n"
    )
    written = (tmp_path / f"a{suffix}").read_bytes()
    assert written.startswith(b"\x89PNG" if suffix == ".png" else b"<?xml")
    assert b"\x1b[31m" not in written


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["text", "-o", "a.gif"], "a.gif: does not end with .png or .svg; choose"),
        (
            ["text", "-o", "a.png", "--layer", "3"],
            "--layer 3: the model has 2 layers, ",
        ),
        (
            ["text", "-o", "a.png", "--layer", "x"],
            "--layer x: is not a number; use",
        ),
        (
            ["text", "-o", "no/a.png"],
            "no/a.png: cannot be written: No such file",
        ),
        (["text"], "give --output FILE or --json"),
    ],
)
def test_wrong_usage_is_one_sentence(
    newsdesk: Newsdesk, words: list[str], message: str
) -> None:
    done = newsdesk("attention", *words)
    assert done.returncode in (1, 2)
    assert message in re.sub(r"\s+", " ", done.stderr)


def test_a_hub_encoder_is_refused_by_name(newsdesk: Newsdesk, tmp_path: Path) -> None:
    attending_model.save(tmp_path / "hub", "hub")
    done = newsdesk("attention", "oil", "-o", "a.png", folder=tmp_path / "hub")
    assert done.returncode == 2
    assert done.stderr == (
        f"error {tmp_path}/hub: an encoder of kind 'hub' does not show its attention; "
        "use a model whose model.encoder.kind is 'transformer' or 'checkpoint', or see "
        "which words matter with `newsdesk explain`, which works with every model\n"
    )
    done = newsdesk("explain", "oil", folder=tmp_path / "hub")
    assert done.stdout == "0.8750  oil\n+0.6250  oil\n"


def test_attention_that_does_not_fit_into_memory_is_refused(
    newsdesk: Newsdesk, tmp_path: Path
) -> None:
    attending_model.save(tmp_path / "long", longest=8192)
    done = newsdesk("attention", "word " * 600, "--json", folder=tmp_path / "long")
    assert done.returncode == 2
    assert "the text has 3,000 bytes, and its attention may not fit" in done.stderr
