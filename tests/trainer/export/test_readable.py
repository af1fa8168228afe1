"""Tokens are shown as people read them."""

from pathlib import Path

import pytest

from trainer.export.readable import decoded, file_of, with_bytes
from trainer.tokenizers.bytes_of_text import by_character


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("ĠcafÃ©", "▁café"),
        ("ä¸Ń", "中"),
        ("äº", r"\xe4\xba"),
        ("<s>", "<s>"),
        ("[UNK]", "[UNK]"),
        ("<mask中>", "<mask中>"),
    ],
)
def test_tokens_of_bytes_are_decoded(token: str, shown: str) -> None:
    assert decoded(token) == shown


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("<0x21>", "!"),
        ("<0x20>", "▁"),
        ("<0xE4>", r"\xe4"),
        ("<0x0A>", r"\x0a"),
        ("▁the", "▁the"),
        ("<unk>", "<unk>"),
    ],
)
def test_single_bytes_are_decoded(token: str, shown: str) -> None:
    assert with_bytes(token) == shown


def test_only_vocabularies_of_bytes_are_rewritten(tmp_path: Path) -> None:
    words = tmp_path / "tokens"
    words.write_text("Ã©\n▁the\n##ing\n")
    assert file_of(str(words)) == str(words)

    every = [*by_character(), "ĠcafÃ©", "ĊĊ"]
    words.write_text("\n".join(every) + "\n")
    readable = Path(file_of(str(words))).read_text().removesuffix("\n").split("\n")
    assert len(readable) == 258
    assert readable[-2:] == ["▁café", r"\n\n"]
    assert readable[: len("!~")] == ["!", '"']
