"""The gate section: limits for data."""

from typing import Any

from pydantic import Field, field_validator, model_serializer

from newsdesk.config.section import Section, Share


class Gate(Section):
    """Limits that data must keep to be trained on; "off" switches a rule off.

    Shares are relative to the rows of a split. `max_label_shift`, `max_length_ratio`,
    `min_row_ratio` and `min_new_rows` compare with the data of the model in service,
    and are skipped if there is none. So is `max_unknown_share` with a learned
    vocabulary; it then limits the share beyond what such a vocabulary always lacks. A
    label shift is the largest change of the share of one label. `min_tested_rows`
    applies to each label in the tested split, because without rows the quality for a
    label is not known. `max_conflict_share` counts rows whose text occurs with another
    label in the same split. `max_truncated_share` counts texts with more tokens than
    `text.max_length`; without a limit, a run only warns. Duplicates, conflicts, overlap
    and new rows are counted up to 16,384 texts in a split, and estimated beyond that.
    """

    max_label_shift: Share | None = 0.2
    max_empty_share: Share | None = 0.01
    max_duplicate_share: Share | None = 0.2
    max_unknown_share: Share | None = 0.05
    max_truncated_share: Share | None = None
    max_length_ratio: float | None = Field(2.0, ge=1.0)
    max_overlap_share: Share | None = 0.05
    max_conflict_share: Share | None = 0.05
    min_tested_rows: int | None = Field(1, ge=1)
    min_row_ratio: Share | None = 0.5
    min_new_rows: int | None = Field(None, ge=1)

    @field_validator("*", mode="before")
    @classmethod
    def _off_is_no_limit(cls, limit: Any) -> Any:
        return None if limit == "off" else limit

    # TOML has no null, and the configuration that a run writes must read back the same.
    @model_serializer
    def _no_limit_is_off(self) -> dict[str, Any]:
        return {rule: "off" if limit is None else limit for rule, limit in self}
