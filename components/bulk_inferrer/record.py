"""Remembers which model answered which rows, so that a run does not repeat it."""

import hashlib
import os
from pathlib import Path

from pydantic import BaseModel, ValidationError

from components.bulk_inferrer import places
from components.text_example_gen import sources, spans
from newsdesk.config.score import Score
from newsdesk.errors import ConfigError
from newsdesk.identity import fingerprint
from newsdesk.published.in_service import InService

FILE = "score.json"


class Record(BaseModel):
    """What the node did.

    Attributes:
        nothing: why no row was answered; "" if rows were answered.
        version: the number of the model that answered.
        key: digest of rows, model and settings.
        out: the path or address of the answers.
        size: of the answers, in bytes.
        rows: how many rows have an answer.
        abstained: how many of them have no label that is probable enough.
        bad: how many rows are in the quarantine.
        first_bad: what is wrong with the first of these, and where it is.
    """

    nothing: str = ""
    version: int = 0
    key: str = ""
    out: str = ""
    size: int = 0
    rows: int = 0
    abstained: int = 0
    bad: int = 0
    first_bad: str = ""

    @property
    def sentence(self) -> str:
        """What was done, for the line of the node."""
        if self.nothing:
            return f"nothing to answer: {self.nothing}"
        abstained = f", {self.abstained:,} of them abstained" if self.abstained else ""
        return f"{self.rows:,} rows answered by version {self.version}{abstained}"

    @property
    def lines(self) -> list[str]:
        """Where the answers are, and which rows they lack."""
        if self.nothing:
            return []
        found = [f"answers: {self.out}"]
        if self.bad:
            rows = "1 row" if self.bad == 1 else f"{self.bad:,} rows"
            found.append(f"quarantine beside it: {rows}; first {self.first_bad}")
        return found


def read(folder: Path) -> Record:
    """Reads what the node did.

    Args:
        folder: of its output.
    """
    return Record.model_validate_json((folder / FILE).read_bytes())


def files_of(score: Score) -> list[str]:
    """Lists the files with the rows to answer.

    Args:
        score: the score section.

    Returns:
        Sorted paths; of several spans, the files of the newest. Empty if no file
        matches, because there may be no new rows today.

    Raises:
        ConfigError: the pattern of a span is wrong.
    """
    base, pattern = sources.cut(score.path)
    try:
        span = spans.latest(base, [pattern])[-1]
    except spans.NoFile:
        return []
    except ValueError as error:
        raise ConfigError(
            f"score.path = {score.path!r}: {error}; correct the pattern"
        ) from None
    return sorted(sources.matching(os.path.join(base, spans.filled(pattern, span))))


def key_of(score: Score, files: list[str], current: InService) -> str:
    """Computes what decides about the answers.

    Args:
        score: the score section.
        files: from `files_of`.
        current: the model in service.

    Returns:
        A hexadecimal string.

    Raises:
        ConfigError: a file cannot be read.
    """
    found = hashlib.sha256(current.manifest.model_digest.encode())
    found.update(score.model_dump_json(exclude={"path"}).encode())
    for file in files:
        # The suffixes can decide the format.
        line = f"{Path(file).suffixes}\0{fingerprint.of_file(file)}\n"
        found.update(line.encode("utf-8", "surrogateescape"))
    return found.hexdigest()[:32]


def is_answered(score: Score, key: str) -> bool:
    """Finds out whether the answers are already there.

    Args:
        score: the score section.
        key: from `key_of`.

    Returns:
        Whether the record has this key, and the answers have its size.

    Raises:
        NewsdeskError: the store cannot be read.
    """
    try:
        written = Record.model_validate_json(places.read(score.record) or "")
    except ValidationError:
        return False
    return written.key == key and places.size(score.out) == written.size


def is_due(score: Score | None, current: InService | None) -> bool:
    """Finds out whether there are rows that the model in service has not answered.

    Args:
        score: the score section; None without one.
        current: the model in service; None without one.

    Returns:
        Whether a run has rows to answer.

    Raises:
        NewsdeskError: the rows or the store cannot be read.
    """
    if score is None or current is None or not (files := files_of(score)):
        return False
    return not is_answered(score, key_of(score, files, current))
