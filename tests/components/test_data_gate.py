"""The gate accepts clean data, and its errors have rule, split and feature."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.components.example_validator.executor import Executor as Validator
from tfx.types import artifact_utils, standard_artifacts

from components import data_gate
from components.text_statistics.component import TextStatisticsOfSplits
from components.text_statistics.statistics import SplitStatistics, TextStatistics
from newsdesk.config.environment import RUN_FOLDER_VARIABLE
from newsdesk.config.gate import Gate
from newsdesk.errors import GateError

pytestmark = pytest.mark.slow

SCHEMA = """
feature { name: "text" type: BYTES presence { min_fraction: 1.0 } }
feature { name: "label" type: INT presence { min_fraction: 1.0 }
          int_domain { min: 0 max: 1 is_categorical: true } }
"""
CLEAN = pd.DataFrame({"text": ["oil falls", "cup final", "gas up"], "label": [0, 1, 0]})


def _write_statistics(folder: Path, **changed: Any) -> None:
    counts: dict[str, Any] = {"rows": 3, "labels": {0: 2, 1: 1}, "tokens": 6}
    split = SplitStatistics(**counts | changed)
    counted = TextStatistics(splits={"train": split, "eval": split})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "statistics.json").write_text(counted.model_dump_json())


def _model_in_service(folder: Path) -> Any:
    model = standard_artifacts.Model()
    model.uri = str(folder)
    (folder / "Format-Serving").mkdir(parents=True)
    model.set_string_custom_property("version", "17")
    return model


def _judge(
    folder: Path,
    train: pd.DataFrame,
    evaluated: pd.DataFrame = CLEAN,
    schema_text: str = SCHEMA,
    rules: Gate | None = None,
    baseline: list[Any] | None = None,
) -> dict[str, Any]:
    schema = text_format.Parse(schema_text, schema_pb2.Schema())
    options = tfdv.StatsOptions(schema=schema)
    statistics = standard_artifacts.ExampleStatistics()
    anomalies = standard_artifacts.ExampleAnomalies()
    contract = standard_artifacts.Schema()
    verdict = data_gate.DataVerdict()
    for name, artifact in {
        "statistics": statistics,
        "anomalies": anomalies,
        "schema": contract,
        "verdict": verdict,
    }.items():
        artifact.uri = str(folder / name)
    statistics.split_names = artifact_utils.encode_split_names(["train", "eval"])
    for split, rows in {"train": train, "eval": evaluated}.items():
        made = tfdv.generate_statistics_from_dataframe(rows, options)
        path = folder / "statistics" / f"Split-{split}" / "FeatureStats.pb"
        path.parent.mkdir(parents=True)
        path.write_bytes(made.SerializeToString())
    os.makedirs(contract.uri)
    (folder / "schema" / "schema.pbtxt").write_text(schema_text)
    Validator().Do(
        {"statistics": [statistics], "schema": [contract]},
        {"anomalies": [anomalies]},
        {"exclude_splits": "[]"},
    )
    texts = TextStatisticsOfSplits()
    texts.uri = str(folder / "texts")
    _write_statistics(folder / "texts")
    data_gate.Executor().Do(
        {
            "statistics": [statistics],
            "anomalies": [anomalies],
            "texts": [texts],
            "baseline": baseline or [],
        },
        {"verdict": [verdict]},
        {
            "labels": json.dumps(["Business", "Sports"]),
            "rules": (rules or Gate()).model_dump_json(),
            "fingerprint": "",
        },
    )
    return json.loads((folder / "verdict" / "verdict.json").read_text())


def test_clean_data_passes(tmp_path: Path) -> None:
    said = _judge(tmp_path, CLEAN)
    assert (said["passed"], said["broken"]) == (True, [])
    assert {one["rule"] for one in said["kept"]} == {
        "schema",
        "label_missing",
        "max_empty_share",
        "max_duplicate_share",
        "max_conflict_share",
        "max_overlap_share",
        "min_tested_rows",
    }
    assert data_gate.skipped(str(tmp_path / "verdict")) == [
        "max_label_shift",
        "max_length_ratio",
        "max_unknown_share",
        "min_row_ratio",
    ]
    assert {one["reason"] for one in said["skipped"]} == {
        "there is no model in service to compare with",
        "no vocabulary was given, and no model in service has one",
    }


def test_data_is_compared_with_the_statistics_of_the_model_in_service(
    tmp_path: Path,
) -> None:
    model = _model_in_service(tmp_path / "model")
    _write_statistics(
        tmp_path / "model" / "Format-Serving" / "assets.extra", rows=7, tokens=14
    )
    with pytest.raises(GateError) as caught:
        _judge(tmp_path, CLEAN, baseline=[model])
    assert (
        "there are 3 rows, and 7 in the data of version 17 "
        "(rule gate.min_row_ratio = 0.5, 'train')"
    ) in str(caught.value)


def test_a_model_without_statistics_skips_the_rules(tmp_path: Path) -> None:
    model = _model_in_service(tmp_path / "model")
    said = _judge(tmp_path, CLEAN, baseline=[model])
    reasons = {one["rule"]: one["reason"] for one in said["skipped"]}
    why = "version 17 was published without statistics of its data"
    assert reasons["min_row_ratio"] == why


def test_a_stopped_run_keeps_the_whole_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(tmp_path / "run"))
    with pytest.raises(GateError, match="run/data_verdict.json") as caught:
        _judge(
            tmp_path,
            CLEAN.assign(label=0),
            rules=Gate(max_length_ratio=1.0, max_empty_share=None),
            baseline=[_long(tmp_path / "model")],
        )
    assert "rule label_missing" in str(caught.value)
    assert "rule gate.max_length_ratio" in str(caught.value)
    said = json.loads((tmp_path / "run" / "data_verdict.json").read_text())
    assert said["passed"] is False
    broken = {one["rule"] for one in said["broken"]}
    assert broken == {"label_missing", "max_length_ratio"}
    assert {"schema", "min_row_ratio"} <= {one["rule"] for one in said["kept"]}


def _long(folder: Path) -> Any:
    model = _model_in_service(folder)
    _write_statistics(folder / "Format-Serving" / "assets.extra", tokens=7)
    return model


def test_the_message_of_an_anomaly_has_feature_and_split(tmp_path: Path) -> None:
    broken = CLEAN.assign(label=[0, 1, 7])
    with pytest.raises(GateError) as caught:
        _judge(tmp_path, CLEAN, broken)
    assert "(rule schema, feature 'label', split 'eval')" in str(caught.value)
    assert "split 'train'" not in str(caught.value)
    assert caught.value.exit_code == 4


def test_a_missing_feature_is_an_anomaly(tmp_path: Path) -> None:
    with pytest.raises(GateError, match=r"rule schema, feature 'text', split 'eval'"):
        _judge(tmp_path, CLEAN, CLEAN[["label"]])


def test_data_with_one_class_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(GateError) as caught:
        _judge(tmp_path, CLEAN.assign(label=0))
    sentence = "no row has the label 'Sports'; the rows have only 'Business'"
    assert sentence in str(caught.value)
    assert "rule label_missing" in str(caught.value)


def test_a_schema_without_a_categorical_label_is_explained(tmp_path: Path) -> None:
    plain = SCHEMA.replace("is_categorical: true", "")
    with pytest.raises(GateError, match="is_categorical"):
        _judge(tmp_path, CLEAN, schema_text=plain)
