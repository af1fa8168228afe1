"""The gate names rule, split and feature; clean data pass."""

import json
import os
from pathlib import Path

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
from pipeline.config import Gate
from pipeline.errors import GateError

pytestmark = pytest.mark.slow

SCHEMA = """
feature { name: "text" type: BYTES presence { min_fraction: 1.0 } }
feature { name: "label" type: INT presence { min_fraction: 1.0 }
          int_domain { min: 0 max: 1 is_categorical: true } }
"""
CLEAN = pd.DataFrame({"text": ["oil falls", "cup final", "gas up"], "label": [0, 1, 0]})


def _judge(
    folder: Path,
    train: pd.DataFrame,
    evaluated: pd.DataFrame = CLEAN,
    schema_text: str = SCHEMA,
) -> dict[str, bool]:
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
    os.makedirs(texts.uri)
    clean = SplitStatistics(rows=3, tokens=6)
    counted = TextStatistics(splits={"train": clean, "eval": clean})
    (folder / "texts" / "statistics.json").write_text(counted.model_dump_json())
    data_gate.Executor().Do(
        {"statistics": [statistics], "anomalies": [anomalies], "texts": [texts]},
        {"verdict": [verdict]},
        {
            "labels": json.dumps(["Business", "Sports"]),
            "rules": Gate().model_dump_json(),
            "fingerprint": "",
        },
    )
    return json.loads((folder / "verdict" / "verdict.json").read_text())


def test_clean_data_pass(tmp_path: Path) -> None:
    assert _judge(tmp_path, CLEAN)["passed"] is True


def test_an_anomaly_names_feature_and_split(tmp_path: Path) -> None:
    broken = CLEAN.assign(label=[0, 1, 7])
    with pytest.raises(GateError) as caught:
        _judge(tmp_path, CLEAN, broken)
    assert "(rule schema, feature 'label', split 'eval')" in str(caught.value)
    assert "split 'train'" not in str(caught.value)
    assert caught.value.exit_code == 4


def test_a_missing_feature_is_an_anomaly(tmp_path: Path) -> None:
    with pytest.raises(GateError, match=r"rule schema, feature 'text', split 'eval'"):
        _judge(tmp_path, CLEAN, CLEAN[["label"]])


def test_one_class_only_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(GateError) as caught:
        _judge(tmp_path, CLEAN.assign(label=0))
    assert "no row is labelled 'Sports'; all rows are 'Business'" in str(caught.value)
    assert "rule label_missing" in str(caught.value)


def test_a_schema_without_a_categorical_label_is_explained(tmp_path: Path) -> None:
    plain = SCHEMA.replace("is_categorical: true", "")
    with pytest.raises(GateError, match="is_categorical"):
        _judge(tmp_path, CLEAN, schema_text=plain)
