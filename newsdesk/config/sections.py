"""The whole configuration: one frozen model per section."""

import math
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from newsdesk.config import numeric_labels
from newsdesk.config.cluster import Kubeflow
from newsdesk.config.encoders import ENCODERS, Encoder, TransformerEncoder, kind_of
from newsdesk.config.paths import (
    DataLocation,
    Destination,
    FileName,
    LocalPath,
    Name,
    Pattern,
)
from newsdesk.config.section import Section

# Names the folder of the run in the environment of its nodes: one that stops a run
# leaves there what TFX deletes with its outputs.
RUN_FOLDER_VARIABLE = "NEWSDESK_RUN_FOLDER"
# Names `Config.checkpoints` there. It is no setting of the Trainer: a moved folder
# would change the cache key of a model that it does not change.
CHECKPOINTS_VARIABLE = "NEWSDESK_CHECKPOINTS"
# In the folder of a training's checkpoints: the folder of the run that wrote last.
RUN_FILE = "run.txt"

Split = Literal["train", "eval", "test"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Ratios(Section):
    """How one set of files is divided; only the proportions count."""

    train: int = Field(8, ge=1)
    eval: int = Field(1, ge=1)
    test: int = Field(1, ge=0)


class Data(Section):
    """Where the rows are and what their columns mean."""

    path: DataLocation
    span_marker: FileName | None = None
    splits: dict[Split, Pattern] = {}
    ratios: Ratios = Ratios()
    eval_ratio: float = Field(0.1, gt=0.0, lt=1.0)
    format: Literal["auto", "csv", "tsv", "jsonl", "parquet", "tfrecord"] = "auto"
    columns: list[Name] = []
    quoting: Literal["auto", "standard", "none"] = "auto"
    text_columns: list[Name] = Field(min_length=1)
    label_column: Name
    labels: list[Name] = Field(min_length=2)
    first_label: int = 0
    slice_columns: list[Name] = []
    max_bad_rows: Share = 0.001
    schema_file: LocalPath

    @field_validator("labels")
    @classmethod
    def _labels_differ(cls, labels: list[str]) -> list[str]:
        if twice := [name for name in labels if labels.count(name) > 1]:
            raise ValueError(
                f"label {twice[0]!r} is named twice; every label must be named once"
            )
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

    @field_validator("slice_columns")
    @classmethod
    def _slice_columns_differ(cls, columns: list[str]) -> list[str]:
        if twice := [name for name in columns if columns.count(name) > 1]:
            raise ValueError(f"slice column {twice[0]!r} is named twice")
        return columns

    @field_validator("splits")
    @classmethod
    def _train_is_given(cls, splits: dict[Split, Pattern]) -> dict[Split, Pattern]:
        if splits and "train" not in splits:
            raise ValueError("splits need a pattern for train")
        return splits

    @model_validator(mode="after")
    def _columns_do_not_clash(self) -> "Data":
        taken = {"text", "label"}
        for column in self.slice_columns:
            if column in taken:
                raise ValueError(f"slice column {column!r} has a name that is taken")
        return self

    @property
    def tested_split(self) -> Split:
        """The split whose figures decide: test where there is one, else eval."""
        has_test = "test" in self.splits if self.splits else self.ratios.test > 0
        return "test" if has_test else "eval"


class Text(Section):
    """How strings become token ids; a pretrained encoder brings its own pieces."""

    tokenizer: Literal["words", "wordpiece", "encoder"] = "words"
    vocabulary: LocalPath | None = None
    vocabulary_size: int = Field(20_000, ge=3)
    max_length: int = Field(256, ge=3, le=4096)
    lower_case: bool = True

    @model_validator(mode="after")
    def _vocabulary_fits(self) -> "Text":
        if (self.tokenizer == "wordpiece") != (self.vocabulary is not None):
            raise ValueError(
                "text.vocabulary names the vocabulary of tokenizer 'wordpiece'; "
                "'words' learns its own, 'encoder' has one"
            )
        return self


class Model(Section):
    """The encoder, what is taken from it, and the dense head above it."""

    encoder: Encoder = TransformerEncoder()
    pooling: Literal["mean", "cls"] = "mean"
    head_width: int = Field(20, ge=1)
    dropout: float = Field(0.1, ge=0.0, lt=1.0)
    token_dropout: float = Field(0.0, ge=0.0, lt=1.0)

    @property
    def allowed_operations(self) -> list[str]:
        """What a model with this encoder may contain besides the allow-list."""
        return list(getattr(self.encoder, "allow_operations", ()))


class Optimizer(Section):
    """AdamW with linear warmup and decay, counted in optimizer steps."""

    learning_rate: float = Field(1e-3, gt=0.0)
    weight_decay: float = Field(0.01, ge=0.0)
    warmup_ratio: Share = 0.1
    warmup_steps: int | None = Field(None, ge=0)
    clip_norm: float = Field(1.0, gt=0.0)
    layer_decay: float = Field(1.0, gt=0.0, le=1.0)
    lazy_embeddings: bool = False


class Train(Section):
    """How long, in what portions and on what the model is trained."""

    epochs: int = Field(3, ge=1)
    batch_size: int = Field(32, ge=1)
    accumulation: int = Field(1, ge=1)
    class_weights: Literal["none", "balanced"] | dict[Name, float] = "none"
    label_smoothing: float = Field(0.0, ge=0.0, lt=1.0)
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    xla: Literal["auto", "on", "off"] = "auto"
    strategy: Literal["auto", "one", "mirrored", "multi_worker"] = "auto"
    checkpoint_steps: int = Field(200, ge=1)
    patience: int = Field(2, ge=1)
    seed: int = Field(42, ge=0, le=2**31 - 1)

    @field_validator("class_weights", mode="before")
    @classmethod
    def _one_weight_per_label(cls, weights: Any) -> Any:
        if isinstance(weights, dict):
            names = [str(name).strip() for name in weights]
            if twice := [name for name in names if names.count(name) > 1]:
                raise ValueError(f"label {twice[0]!r} has two weights; keep one")
        return weights


class Gate(Section):
    """What data must keep to be trained on; "off" instead of a limit ends a rule.

    Shares are of a split's rows. `max_label_shift`, `max_length_ratio`,
    `min_row_ratio` and `min_new_rows` compare with the data that trained the model in
    service, and wait for one; so does `max_unknown_share` where the vocabulary is
    learned, and then counts what goes beyond the share that such a vocabulary is
    expected to lack. A label shift is the largest move of one label's share.
    `min_tested_rows` is of each label in the tested split: where a label has none,
    nothing tells how good a model is at it. `max_conflict_share` is of rows whose text
    occurs with another label in the same split. Up to 16,384 texts a split duplicates,
    conflicts, overlap and new rows are counted, above estimated.
    """

    max_label_shift: Share | None = 0.2
    max_empty_share: Share | None = 0.01
    max_duplicate_share: Share | None = 0.2
    max_unknown_share: Share | None = 0.05
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

    # TOML has no null: what a run writes down must be read as it was.
    @model_serializer
    def _no_limit_is_off(self) -> dict[str, Any]:
        return {rule: "off" if limit is None else limit for rule, limit in self}


class Evaluation(Section):
    """What a model must reach on the tested split to be pushed.

    A drop is what a figure may lose against the model in service, on the same rows:
    accuracy and macro F1 overall, F1 of each class, accuracy of each slice.
    """

    min_accuracy: float = Field(0.5, gt=0.0, le=1.0)
    min_macro_f1: Share = 0.0
    max_loss: float | None = Field(None, gt=0.0)
    max_drop: Share = 0.01
    max_class_drop: Share = 0.05
    max_slice_drop: Share = 0.05


class Sign(Section):
    """The PEM files that published versions are signed with, none of them encrypted.

    With `certificate`, which is of `private_key`, signatures contain it and its
    `chain`: the certificates above it, up to the root.
    """

    private_key: LocalPath
    certificate: LocalPath | None = None
    chain: list[LocalPath] = []

    @model_validator(mode="after")
    def _a_certificate_has_a_chain(self) -> "Sign":
        if bool(self.chain) != bool(self.certificate):
            raise ValueError(
                "certificate and chain go together: give the certificate of "
                "private_key and those above it, up to the root, or neither"
            )
        return self

    @property
    def files(self) -> list[str]:
        """The files that it names."""
        certificates = [self.certificate] if self.certificate else []
        return [self.private_key, *certificates, *self.chain]


class Push(Section):
    """Where an accepted model goes, by default below output.root.

    Of the versions there the newest `keep` stay, all of them where it is None; a
    retired one goes out of sight at once and is deleted `grace_minutes` later.
    """

    destination: Destination | None = None
    keep: int | None = Field(None, ge=1)
    grace_minutes: float = Field(60.0, ge=0.0)
    sign: Sign | None = None


class Beam(Section):
    """Which Apache Beam runner executes the passes over rows."""

    runner: str = "DirectRunner"
    mode: Literal["in_memory", "multi_processing", "multi_threading"] = "in_memory"
    workers: int = Field(1, ge=0)
    options: list[str] = []


class Notify(Section):
    """The webhook that is told of failures; `env:NAME` keeps its address secret."""

    url: str = Field(pattern=r"^(https?://.+|env:[A-Za-z_]\w*$)")
    on_success: bool = False


class Output(Section):
    """Where everything is written; by default ./newsdesk/<name>."""

    root: LocalPath | None = None
    checkpoints: LocalPath | None = None
    notify: Notify | None = None


class Config(Section):
    """One pipeline."""

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
    data: Data
    text: Text = Text()
    model: Model = Model()
    optimizer: Optimizer = Optimizer()
    train: Train = Train()
    gate: Gate = Gate()
    evaluation: Evaluation = Evaluation()
    push: Push = Push()
    beam: Beam = Beam()
    output: Output = Output()
    kubeflow: Kubeflow = Kubeflow()

    @model_validator(mode="before")
    @classmethod
    def _a_pretrained_encoder_brings_its_pieces(cls, values: Any) -> Any:
        try:
            section = ENCODERS[kind_of(values["model"]["encoder"])]
            text = values.get("text", {})
            if section.tokenizer and "tokenizer" not in text:
                return values | {"text": {**text, "tokenizer": "encoder"}}
        except (AttributeError, KeyError, TypeError):
            pass
        return values

    @model_validator(mode="after")
    def _encoder_and_tokenizer_fit(self) -> "Config":
        encoder = self.model.encoder
        if encoder.is_pretrained != (self.text.tokenizer == "encoder"):
            raise ValueError(
                f"text.tokenizer is {self.text.tokenizer!r} and model.encoder.kind "
                f"{encoder.kind!r}: tokenizer 'encoder' goes with the pretrained "
                "kinds, and they with no other; leave text.tokenizer out"
            )
        return self

    @model_validator(mode="after")
    def _class_weights_are_of_labels(self) -> "Config":
        weights = self.train.class_weights
        for name, weight in weights.items() if isinstance(weights, dict) else ():
            if name not in self.data.labels:
                raise ValueError(
                    f"train.class_weights has a weight for {name!r}, which is not a "
                    f"label; data.labels has {', '.join(map(repr, self.data.labels))}"
                )
            if not 0 < weight < math.inf:
                raise ValueError(
                    f"train.class_weights: the weight of {name!r} is {weight}; it must "
                    "be a positive number"
                )
        return self

    @property
    def root(self) -> Path:
        """The folder that holds everything this pipeline writes."""
        return Path(self.output.root or Path.cwd() / "newsdesk" / self.name)

    @property
    def checkpoints(self) -> Path:
        """The folder that holds what an interrupted training continues from."""
        return Path(self.output.checkpoints or self.root / "checkpoints")

    @property
    def serving(self) -> str:
        """The folder that holds the published versions; a path, or gs://, s3://."""
        return self.push.destination or str(self.root / "serving")
