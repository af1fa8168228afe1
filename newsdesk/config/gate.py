"""The gate section: limits for data."""

from typing import Any

from pydantic import Field, field_validator, model_serializer

from newsdesk.config.section import Section, Share


class Gate(Section):
    """Limits that data must keep to be trained on; "off" switches a rule off.

    Shares are relative to the rows of a split. A rule that compares with the data of
    the model in service is skipped if there is none. Duplicates, conflicts, overlap and
    new rows are counted up to 16,384 texts in a split, and estimated beyond that.
    """

    max_label_shift: Share | None = 0.2
    """Largest change of the share of a label in the train rows, compared with the data
    of the model in service."""
    max_empty_share: Share | None = 0.01
    """Largest share of texts without a token."""
    max_duplicate_share: Share | None = 0.2
    """Largest share of rows that repeat the text of another row."""
    max_unknown_share: Share | None = 0.05
    """Largest share of tokens that the given vocabulary lacks; with a learned one, that
    the vocabulary of the model in service lacks, beyond what such a vocabulary always
    lacks."""
    max_truncated_share: Share | None = None
    """Largest share of texts with more tokens than `text.max_length`; without a limit,
    a run warns above 0.1."""
    max_length_ratio: float | None = Field(2.0, ge=1.0)
    """Largest factor by which the mean length of the texts may change, compared with
    the data of the model in service."""
    max_overlap_share: Share | None = 0.05
    """Largest share of texts of eval or test that also occur in train."""
    max_conflict_share: Share | None = 0.05
    """Largest share of rows whose text occurs with another label in the same split."""
    min_tested_rows: int | None = Field(1, ge=1)
    """Fewest rows of each label in the split that decides; with 1, two different texts
    are enough."""
    min_row_ratio: Share | None = 0.5
    """Fewest train rows, as a share of the train rows of the model in service."""
    min_new_rows: int | None = Field(None, ge=1)
    """Fewest train rows that the data of the model in service lacks."""

    @field_validator("*", mode="before")
    @classmethod
    def _off_is_no_limit(cls, limit: Any) -> Any:
        return None if limit == "off" else limit

    # TOML has no null, and the configuration that a run writes must read back the same.
    @model_serializer
    def _no_limit_is_off(self) -> dict[str, Any]:
        return {rule: "off" if limit is None else limit for rule, limit in self}
