"""The data section: where the rows are, and what their columns mean."""

import re
from decimal import Decimal
from itertools import chain
from typing import Any, Literal

from pydantic import (
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from newsdesk.config import numeric_labels, removed_labels
from newsdesk.config.paths import DataLocation, FileName, LocalPath, Name, Pattern
from newsdesk.config.section import Section, Share

Split = Literal["train", "eval", "test"]
_SPAN = re.compile(r"\{(SPAN(:\d+)?|YYYY)\}")


class Ratios(Section):
    """How files are divided into splits; only the proportions count."""

    train: int = Field(8, ge=1)
    """Parts of the rows that become the train split."""
    eval: int = Field(1, ge=1)
    """Parts that become the eval split."""
    test: int = Field(1, ge=0)
    """Parts that become the test split; with 0, the eval split decides about a push."""


class Data(Section):
    """Where the rows are and what their columns mean."""

    path: DataLocation
    """A file, a folder, a glob, a pattern with `{SPAN}` or `{YYYY}-{MM}-{DD}`, or
    `tfds:NAME`."""
    span_marker: FileName | None = None
    """Name of a file, such as `_SUCCESS`: only spans that have it beside their rows are
    read."""
    window: int = Field(1, ge=1)
    """How many of the latest spans are read together."""
    splits: dict[Split, Pattern] = {}
    """The pattern of the files of each split, below `data.path`."""
    # None means that the names of the files decide, and [] that they mean nothing.
    named_splits: list[Split] | None = None
    """The splits that the names of the files say, or `"off"` to ignore the names; by
    default the files are looked at."""
    split_column: Name | None = None
    """The column that says the split of each row, in the words that file names may
    have."""
    ratios: Ratios = Ratios()
    """How rows without a named split are divided; only the proportions count."""
    eval_ratio: float = Field(0.1, gt=0.0, lt=1.0)
    """Share of the train rows that becomes the eval split if there is none."""
    format: Literal["auto", "csv", "tsv", "jsonl", "parquet", "tfrecord"] = "auto"
    """Format of the files; `auto` goes by their names."""
    columns: list[Name] = []
    """Names of the columns of files without a header."""
    quoting: Literal["auto", "standard", "none"] = "auto"
    """What quotes mean in CSV and TSV: `standard` encloses cells (RFC 4180), `none` is
    an ordinary character; `auto` is `none` if the delimiter is a tab."""
    encoding: Literal["auto", "utf-8", "utf-16", "windows-1252"] = "auto"
    """Encoding of CSV, TSV and JSON Lines; `auto` is UTF-8, or UTF-16 with a byte order
    mark."""
    delimiter: Literal["auto", ",", ";", "\t", "|"] = "auto"
    """What separates the cells of CSV and TSV; `auto` is a comma for CSV and a tab for
    TSV."""
    text_columns: list[Name] = Field(min_length=1)
    """The columns with the text; several are read one after the other."""
    label_column: Name
    """The column with the label."""
    labels: list[Name] = Field(min_length=2)
    """The names of the classes."""
    first_label: int = 0
    """What the first label is if the label column has positions in `data.labels`."""
    drop_labels: list[Name] = []
    """Labels whose rows are left out and counted."""
    merge_labels: dict[Name, list[Name]] = {}
    """For each label that remains, the labels whose rows become its rows."""
    slice_columns: list[Name] = []
    """Columns for whose values a model is evaluated one by one."""
    max_bad_rows: Share = 0.001
    """Share of rows that may go to the quarantine; more stop the run."""
    schema_file: LocalPath
    """The reviewed schema, which `newsdesk init` writes."""
    _listed: list[str] = PrivateAttr(default_factory=list)

    @field_validator("delimiter", mode="before")
    @classmethod
    def _a_tab_as_typed(cls, delimiter: Any) -> Any:
        # A shell passes `--set data.delimiter="\t"` on as two characters.
        return "\t" if delimiter == r"\t" else delimiter

    @field_validator("labels")
    @classmethod
    def _labels_differ(cls, labels: list[str]) -> list[str]:
        if twice := [name for name in labels if labels.count(name) > 1]:
            raise ValueError(f"label {twice[0]!r} is listed twice; remove one of them")
        if same := numeric_labels.same_value(labels):
            raise ValueError(
                f"labels {same[0]!r} and {same[1]!r} are the same number, and labels "
                "that are numbers are compared by value; keep one of them"
            )
        return labels

    @field_validator("first_label")
    @classmethod
    def _first_label_agrees(cls, first: int, info: ValidationInfo) -> int:
        labels = info.data.get("labels", [])
        numbers = numeric_labels.by_value(labels)
        counted = {Decimal(first + index): index for index in range(len(labels))}
        # 0 is the default, which a run writes into its effective configuration.
        if first and numbers and numbers != counted:
            name = labels[next(iter(numbers.values()))]
            raise ValueError(
                f"counts labels whose names are not numbers, but data.labels has "
                f"{name!r}, which is compared by value; remove data.first_label"
            )
        return first

    @field_validator("columns", "text_columns", "slice_columns")
    @classmethod
    def _columns_differ(cls, columns: list[str], info: ValidationInfo) -> list[str]:
        kind = {"text_columns": "text ", "slice_columns": "slice "}
        if twice := [name for name in columns if columns.count(name) > 1]:
            raise ValueError(
                f"{kind.get(info.field_name or '', '')}column {twice[0]!r} is listed "
                "twice; remove one of them"
            )
        return columns

    @field_validator("splits")
    @classmethod
    def _train_is_given(cls, splits: dict[Split, Pattern]) -> dict[Split, Pattern]:
        if splits and "train" not in splits:
            raise ValueError("needs a pattern for train")
        return splits

    @field_validator("named_splits", mode="before")
    @classmethod
    def _off_is_no_split(cls, names: object) -> object:
        return [] if names == "off" else names

    @field_validator("named_splits")
    @classmethod
    def _train_is_named(cls, names: list[Split] | None) -> list[Split] | None:
        if names and "train" not in names:
            raise ValueError('needs train; "off" ignores the names of files')
        return names

    @model_validator(mode="after")
    def _splits_are_given_once(self) -> "Data":
        if self.splits and self.named_splits:
            raise ValueError(
                "splits and named_splits exclude each other; remove one of them"
            )
        if self.split_column and (self.splits or self.path.startswith("tfds:")):
            raise ValueError(
                "split_column is for files without splits of their own; remove it, or "
                "data.splits"
            )
        return self

    @model_validator(mode="after")
    def _a_window_has_spans(self) -> "Data":
        patterns = [self.path, *self.splits.values()]
        if self.window > 1 and not any(map(_SPAN.search, patterns)):
            raise ValueError(
                f"window = {self.window} reads the last {self.window} spans, but "
                "data.path has no {SPAN} or {YYYY}-{MM}-{DD}; write one into the path, "
                "or remove data.window"
            )
        return self

    @model_validator(mode="after")
    def _columns_do_not_clash(self) -> "Data":
        taken = {"text", "label"}
        for column in self.slice_columns:
            if column in taken:
                raise ValueError(
                    f"slice column {column!r} has a name that Newsdesk uses itself; "
                    "rename the column"
                )
        return self

    @model_validator(mode="after")
    def _every_column_has_one_use(self) -> "Data":
        if self.label_column in self.text_columns:
            raise ValueError(
                f"label_column {self.label_column!r} is in text_columns too, so the "
                "model would read the answer; remove it from text_columns"
            )
        for column in self.slice_columns:
            if column == self.label_column:
                raise ValueError(
                    f"slice column {column!r} is the label_column, and every run shows "
                    "the figures of each label; remove it from slice_columns"
                )
            if column in self.text_columns:
                raise ValueError(
                    f"slice column {column!r} is in text_columns too, so each text "
                    "would be a slice; remove it from one of them"
                )
        return self

    @model_validator(mode="after")
    def _used_columns_are_named(self) -> "Data":
        used = [*self.text_columns, self.label_column, *self.slice_columns]
        used += [self.split_column] if self.split_column else []
        missing = [name for name in used if self.columns and name not in self.columns]
        if missing:
            raise ValueError(
                f"columns, which names the columns of files without a header, has no "
                f"{missing[0]!r}; it has {', '.join(map(repr, self.columns))}"
            )
        return self

    @model_validator(mode="after")
    def _removed_labels_are_no_classes(self) -> "Data":
        self._listed = list(self.labels)
        removed_labels.check(self.labels, self.drop_labels, self.merge_labels)
        removed = {*self.drop_labels, *chain(*self.merge_labels.values())}
        # Frozen for others; from now on, `labels` has the classes.
        self.__dict__["labels"] = [name for name in self.labels if name not in removed]
        return self

    # A position in a label column counts in the list as it was written, and the
    # configuration that a run writes must read back the same.
    @model_serializer(mode="wrap")
    def _labels_as_listed(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = write(self)
        if "labels" in values and (self.drop_labels or self.merge_labels):
            values["labels"] = self.listed_labels
        return values

    @property
    def listed_labels(self) -> list[str]:
        """The labels in the configuration, with those that are dropped or merged."""
        return list(self._listed)

    @property
    def tested_split(self) -> Split:
        """The split that decides about a push: test if there is one, else eval."""
        given = self.splits or self.named_splits
        has_test = "test" in given if given else self.ratios.test > 0
        return "test" if has_test else "eval"
