"""Every preset loads from any folder, and contains only what differs from defaults."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from newsdesk.config.load import load
from newsdesk.config.sections import Config
from pipeline.init.starter import schema

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REPOSITORY = Path(__file__).parent.parent.parent
PRESETS = sorted((REPOSITORY / "pipeline" / "configs").glob("*.toml"))
LABELS = ["World", "Sports", "Business", "Sci/Tech"]


@pytest.fixture(params=PRESETS, ids=lambda path: path.name)
def preset(request: pytest.FixtureRequest) -> Path:
    """The path of each preset."""
    path: Path = request.param
    return path


def _repeated(values: dict[str, Any], model: Any, above: str = "") -> list[str]:
    """Lists the keys that are set to their defaults."""
    found = []
    for key, value in values.items():
        field = model.model_fields[key]
        if isinstance(value, dict) and hasattr(field.annotation, "model_fields"):
            found += _repeated(value, field.annotation, f"{above}{key}.")
        elif not field.is_required() and value == field.default:
            found.append(above + key)
    return found


def test_no_key_repeats_its_default(preset: Path) -> None:
    assert _repeated(tomllib.loads(preset.read_text()), Config) == []


def test_a_repeated_default_is_seen() -> None:
    assert _repeated({"train": {"seed": 42}}, Config) == ["train.seed"]


def test_a_preset_finds_its_files_from_any_folder(
    preset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(preset)
    assert Path(config.data.schema_file).is_file()
    assert config.data.labels == LABELS
    assert config.root == tmp_path / "newsdesk" / config.name


def test_the_sample_needs_no_overrides() -> None:
    data = load(REPOSITORY / "pipeline" / "configs" / "sample.toml").data
    assert Path(data.path) == REPOSITORY / "pipeline" / "sample" / "sample.csv"


def test_the_user_sets_the_folder_of_ag_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    preset = REPOSITORY / "pipeline" / "configs" / "ag_news_transformer.toml"
    config = load(preset, ["data.path=mine"])
    assert Path(config.data.path) == tmp_path / "mine"
    assert config.data.tested_split == "test"
    published = ['data.columns=["label", "title", "description"]', "data.first_label=1"]
    assert load(preset, published).data.columns == ["label", "title", "description"]


@pytest.mark.parametrize("name", ["sample", "ag_news"])
def test_a_schema_in_the_repository_is_what_init_writes(name: str) -> None:
    written = (REPOSITORY / "schemas" / f"{name}.pbtxt").read_text()
    # As messages, since the layout of the text may change with protobuf's version.
    wanted = text_format.Parse(schema(len(LABELS)), schema_pb2.Schema())
    assert text_format.Parse(written, schema_pb2.Schema()) == wanted


@pytest.mark.slow
@pytest.mark.parametrize(
    ("labels", "texts", "faulty"),
    [
        ([0, 1, 2, 3], ["a", "b", "c", "d"], set()),
        ([0, 1, 2, 4], ["a", "b", "c", "d"], {"label"}),
        ([-1, 1, 2, 3], ["a", "b", "c", "d"], {"label"}),
        ([0, 1, 2, 3], ["a", None, "c", "d"], {"text"}),
    ],
)
def test_tfdv_finds_what_breaks_the_contract(
    labels: list[int], texts: list[str | None], faulty: set[str], tmp_path: Path
) -> None:
    import tensorflow_data_validation as tfdv

    contract = tmp_path / "schema.pbtxt"
    contract.write_text(schema(len(LABELS)))
    rows = pd.DataFrame({"text": texts, "label": labels})
    statistics = tfdv.generate_statistics_from_dataframe(rows, n_jobs=1)
    anomalies = tfdv.validate_statistics(
        statistics, tfdv.load_schema_text(str(contract))
    )
    assert set(anomalies.anomaly_info) == faulty
