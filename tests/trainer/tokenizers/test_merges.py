"""Byte-level BPE as a SentencePiece model."""

from trainer.tokenizers.merges import pieces
from trainer.tokenizers.sentencepiece import PieceType


def test_a_token_that_no_text_becomes_gets_no_piece() -> None:
    # "abc" alone becomes a and bc, because b and c are merged first.
    names = ["a", "b", "c", "bc", "ab", "abc"]
    found = pieces(names, [("b", "c"), ("a", "b"), ("ab", "c")])

    kinds = [piece.type for piece in found]
    assert kinds == [PieceType.NORMAL] * 5 + [PieceType.CONTROL, PieceType.UNKNOWN]
    assert [piece.score for piece in found[3:5]] == [0.0, -1.0]
