"""Invented texts: words of several scripts, some of which show the label."""

import random
from collections.abc import Sequence

# Some common words of each language, and syllables that make up invented words.
_COMMON = {
    "en": "the a of and to in is for with on it that was by",
    "de": "der die und für über ist nicht ein mit auf größer schön",
    "fr": "le la et à été où déjà pour dans une très ça",
    "ru": "и в на что это как не он она для было весь",
    "el": "και το της να με για είναι από στο που ένα αυτό",
}
_SYLLABLES = {
    "en": "ba ke lo mi nu ra se to vi zu fen dor",
    "de": "bü kä lö mi nu raß se to vei zu fen dör",
    "fr": "bé ke lou mi nu rà se tô vi zu fen çor",
    "ru": "ба ке ло ми ну ра се то ви зу фен дор",
    "el": "βα κε λο μι νου ρα σε το βι ζου φεν δορ",
}
LANGUAGES: Sequence[str] = tuple(_COMMON)
_SIGNAL_WORDS = 8


class Writer:
    """Writes texts whose words depend on their label.

    Args:
        seed: the same seed gives the same texts.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._written: set[str] = set()

    def text(self, label: str, language: str, words: int, at_end: bool = False) -> str:
        """Writes one text that differs from all texts before it.

        Args:
            label: the label that some of the words show.
            language: one of LANGUAGES.
            words: the mean number of words.
            at_end: whether the words that show the label are the last of the text.

        Returns:
            The words, joined by spaces. A third of them shows the label, or the last
            eight if `at_end`.
        """
        while True:
            length = round(words * self._chance.uniform(0.7, 1.3))
            shown = _SIGNAL_WORDS if at_end else max(3, length // 3)
            signal = self._chance.choices(vocabulary(label, language), k=shown)
            filler = self._chance.choices(
                [*_COMMON[language].split(), *vocabulary("any label", language, 300)],
                k=max(1, length - shown),
            )
            found = [*filler, *signal]
            if not at_end:
                self._chance.shuffle(found)
            text = " ".join(found)
            if text not in self._written:
                self._written.add(text)
                return text


def vocabulary(label: str, language: str, size: int = 12) -> list[str]:
    """Invents the words that show a label.

    Args:
        label: the label.
        language: one of LANGUAGES.
        size: the number of words.

    Returns:
        The words, the same in every process.
    """
    chance = random.Random(f"{label} {language}")
    syllables = _SYLLABLES[language].split()
    return ["".join(chance.choices(syllables, k=3)) for _ in range(size)]
