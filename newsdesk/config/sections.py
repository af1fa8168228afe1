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

# The environment variable with the folder of the run. A node that fails writes its
# report there, because TFX deletes its outputs.
RUN_FOLDER_VARIABLE = "NEWSDESK_RUN_FOLDER"
# The environment variable with `Config.checkpoints`. It is not a parameter of the
# Trainer, because a moved folder would then change the cache key of an unchanged model.
CHECKPOINTS_VARIABLE = "NEWSDESK_CHECKPOINTS"
# A file among the checkpoints that names the folder of the run that last wrote them.
RUN_FILE = "run.txt"

Split = Literal["train", "eval", "test"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Ratios(Section):
    """How files are divided into splits; only the proportions count."""

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

    @field_validator("slice_columns")
    @classmethod
    def _slice_columns_differ(cls, columns: list[str]) -> list[str]:
        if twice := [name for name in columns if columns.count(name) > 1]:
            raise ValueError(
                f"slice column {twice[0]!r} is listed twice; remove one of them"
            )
        return columns

    @field_validator("splits")
    @classmethod
    def _train_is_given(cls, splits: dict[Split, Pattern]) -> dict[Split, Pattern]:
        if splits and "train" not in splits:
            raise ValueError("needs a pattern for train")
        return splits

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

    @property
    def tested_split(self) -> Split:
        """The split that decides about a push: test if there is one, else eval."""
        has_test = "test" in self.splits if self.splits else self.ratios.test > 0
        return "test" if has_test else "eval"


class Text(Section):
    """How strings become token ids; a pretrained encoder has its own tokenizer."""

    tokenizer: Literal["words", "wordpiece", "encoder"] = "words"
    vocabulary: LocalPath | None = None
    vocabulary_size: int = Field(20_000, ge=3)
    max_length: int = Field(256, ge=3, le=4096)
    lower_case: bool = True

    @model_validator(mode="after")
    def _vocabulary_fits(self) -> "Text":
        if (self.tokenizer == "wordpiece") != (self.vocabulary is not None):
            raise ValueError(
                "tokenizer 'wordpiece' requires text.vocabulary, and the other "
                "tokenizers do not accept it; set both or neither"
            )
        return self


class Model(Section):
    """The encoder, the pooling of its output, and the dense head."""

    encoder: Encoder = TransformerEncoder()
    pooling: Literal["mean", "cls"] = "mean"
    head_width: int = Field(20, ge=1)
    dropout: float = Field(0.1, ge=0.0, lt=1.0)
    token_dropout: float = Field(0.0, ge=0.0, lt=1.0)

    @property
    def allowed_operations(self) -> list[str]:
        """Operations that the model may contain in addition to the allow-list."""
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
    """How long, with which batches and on which devices the model is trained."""

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
    """Limits that data must keep to be trained on; "off" switches a rule off.

    Shares are relative to the rows of a split. `max_label_shift`, `max_length_ratio`,
    `min_row_ratio` and `min_new_rows` compare with the data of the model in service,
    and are skipped if there is none. So is `max_unknown_share` with a learned
    vocabulary; it then limits the share beyond what such a vocabulary always lacks. A
    label shift is the largest change of the share of one label. `min_tested_rows`
    applies to each label in the tested split, because without rows the quality for a
    label is not known. `max_conflict_share` counts rows whose text occurs with another
    label in the same split. Duplicates, conflicts, overlap and new rows are counted up
    to 16,384 texts in a split, and estimated beyond that.
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

    # TOML has no null, and the configuration that a run writes must read back the same.
    @model_serializer
    def _no_limit_is_off(self) -> dict[str, Any]:
        return {rule: "off" if limit is None else limit for rule, limit in self}


class Evaluation(Section):
    """Limits that a model must keep on the tested split to be pushed.

    A drop is the largest allowed loss below the model in service, on the same rows: of
    accuracy and macro F1 overall, of the F1 of each class, of the accuracy of each
    slice.
    """

    min_accuracy: float = Field(0.5, gt=0.0, le=1.0)
    min_macro_f1: Share = 0.0
    max_loss: float | None = Field(None, gt=0.0)
    max_drop: Share = 0.01
    max_class_drop: Share = 0.05
    max_slice_drop: Share = 0.05


class Sign(Section):
    """The PEM files that published versions are signed with; they are not encrypted.

    With `certificate`, which must belong to `private_key`, signatures contain it and
    `chain`: the certificates above it, up to the root.
    """

    private_key: LocalPath
    certificate: LocalPath | None = None
    chain: list[LocalPath] = []

    @model_validator(mode="after")
    def _a_certificate_has_a_chain(self) -> "Sign":
        if bool(self.chain) != bool(self.certificate):
            raise ValueError(
                "certificate and chain require each other: set the certificate of "
                "private_key and those above it, up to the root, or neither"
            )
        return self

    @property
    def files(self) -> list[str]:
        """All files of the section."""
        certificates = [self.certificate] if self.certificate else []
        return [self.private_key, *certificates, *self.chain]


class Push(Section):
    """Where accepted models are published, by default below output.root.

    The newest `keep` versions are kept, or all of them if it is None. A retired version
    is hidden at once, and deleted `grace_minutes` later.
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
    """The webhook for failures; `env:NAME` keeps its address secret."""

    url: str = Field(pattern=r"^(https?://.+|env:[A-Za-z_]\w*$)")
    on_success: bool = False


class Output(Section):
    """Where everything is written; by default ./newsdesk/<name>."""

    root: LocalPath | None = None
    checkpoints: LocalPath | None = None
    notify: Notify | None = None


class Config(Section):
    """The whole configuration of one pipeline."""

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
    def _a_pretrained_encoder_has_its_tokenizer(cls, values: Any) -> Any:
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
                f"text.tokenizer is {self.text.tokenizer!r} and model.encoder.kind is "
                f"{encoder.kind!r}: a pretrained encoder requires tokenizer 'encoder', "
                "and other encoders do not accept it; remove text.tokenizer"
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
        """The folder of everything that this pipeline writes."""
        return Path(self.output.root or Path.cwd() / "newsdesk" / self.name)

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints that an interrupted training continues from."""
        return Path(self.output.checkpoints or self.root / "checkpoints")

    @property
    def serving(self) -> str:
        """The folder or address (gs://, s3://) of the published versions."""
        return self.push.destination or str(self.root / "serving")
