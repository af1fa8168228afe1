"""Byte-level BPE as a SentencePiece model, which cuts words as ranked merges do.

SentencePiece merges two neighbours if their text together is a piece; BPE, if the pair
is in its list. Both merge the best pair of a word first, from the left. They could
differ only where a pair that is not in the list has the text of a token. Merges inside
that text happen in the same order whatever surrounds it, so the pair can arise only if
the text alone does not become the token. Such tokens get no piece: no text has them.
"""

from collections.abc import Mapping, Sequence

from trainer.tokenizers.bytes_of_text import by_character, latin
from trainer.tokenizers.part import Part, shown
from trainer.tokenizers.sentencepiece import Piece, PieceType

# Above the characters that stand for bytes, so that no text has it.
_NO_TEXT = chr(0x400)


def check(part: Part, names: set[str], merges: Sequence[tuple[str, str]]) -> None:
    """Refuses merges that the vocabulary has no tokens for.

    Args:
        part: the model, for an error.
        names: the tokens.
        merges: pairs of tokens.

    Raises:
        DataError: a byte or a merge has no token.
    """
    for character, byte in by_character().items():
        if character not in names:
            part.refuse(
                "vocab",
                f"has no token for the byte 0x{byte:02x} ({shown(character)}); use a "
                "checkpoint with a byte-level vocabulary",
            )
    for number, (left, right) in enumerate(merges):
        for token in (left, right, left + right):
            if token not in names:
                part.refuse(
                    f"merges[{number}]",
                    f"needs the token {shown(token)}, which vocab does not have; use "
                    "files of one checkpoint",
                )


def pieces(names: Sequence[str], merges: Sequence[tuple[str, str]]) -> list[Piece]:
    """Gives every token its piece.

    Args:
        names: the tokens in the order of their ids.
        merges: pairs of tokens, the first merged first.

    Returns:
        Pieces of a BPE model in the order of their ids, and one for unknown
        characters, of which there are none. Bytes are written as Latin-1.
    """
    # Of a pair that is listed twice, the library takes the last.
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    found = []
    for number, name in enumerate(names):
        text, rank = latin(name), _rank(name, ranks)
        if text and rank is not None:
            found.append(Piece(text, -float(rank)))
        else:
            found.append(Piece(f"{_NO_TEXT}{number}", 0.0, PieceType.CONTROL))
    return [*found, Piece(_NO_TEXT, 0.0, PieceType.UNKNOWN)]


def _rank(name: str, ranks: Mapping[tuple[str, str], int]) -> int | None:
    """Finds the merge that makes a token of its own text; None if none does."""
    symbols, last = list(name), 0
    while len(symbols) > 1:
        pairs = list(zip(symbols, symbols[1:], strict=False))
        known = [
            (ranks[pair], place) for place, pair in enumerate(pairs) if pair in ranks
        ]
        if not known:
            return None
        last, place = min(known)
        symbols[place : place + 2] = ["".join(pairs[place])]
    return last
