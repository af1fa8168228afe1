"""The score section: which new rows are answered after a run, and where to."""

import re
from pathlib import PurePath

from pydantic import Field, model_validator

from newsdesk.config.paths import Destination, LocalPath, Name
from newsdesk.config.section import Section, Share

_FORMATS = (".csv", ".jsonl", ".parquet")
# Instead of the ending of an output, for the rows that cannot be answered.
QUARANTINE = ".quarantine.jsonl"
_SPAN = re.compile(r"\{[^{}]*\}")


class Score(Section):
    """New rows that each run answers with the model in service; without it, none.

    The keys mean what the options of `newsdesk predict` mean.
    """

    path: LocalPath
    """File, folder, pattern or spans with the rows to answer, without labels."""
    out: Destination
    """The file for rows and answers: a path, `s3://` or `gs://`, that ends in `.csv`,
    `.jsonl` or `.parquet`."""
    top_k: int = Field(1, ge=1)
    """How many labels are written for each row."""
    min_probability: Share = 0.0
    """Below this probability, the label is `abstain`."""
    abstain: str = Field("abstain", min_length=1)
    """The label of a row whose probability is too low."""
    columns: list[Name] = []
    """Names of the columns of CSV and TSV files without a header."""

    @model_validator(mode="after")
    def _out_has_a_format(self) -> "Score":
        if PurePath(self.out).suffix.lower() not in _FORMATS:
            raise ValueError(
                f"score.out = {self.out!r} does not say which format to write; use a "
                "name that ends in .csv, .jsonl or .parquet"
            )
        return self

    @model_validator(mode="after")
    def _answers_are_not_rows(self) -> "Score":
        pattern = _SPAN.sub("*", self.path)
        for file in self.files:
            if (
                PurePath(file).match(pattern)
                or PurePath(self.path) in PurePath(file).parents
            ):
                raise ValueError(
                    f"score.path = {self.path!r} would read {file} as rows, which the "
                    "run before wrote; choose another folder for score.out"
                )
        return self

    @property
    def quarantine(self) -> str:
        """The file for rows that cannot be answered, beside the output."""
        return self._beside(QUARANTINE)

    @property
    def record(self) -> str:
        """The file that says which model answered which rows, beside the output."""
        return self._beside(".score.json")

    @property
    def files(self) -> tuple[str, str, str]:
        """All files that are written: answers, quarantine and record."""
        return self.out, self.quarantine, self.record

    def _beside(self, ending: str) -> str:
        return self.out.removesuffix(PurePath(self.out).suffix) + ending
