"""Tests the estimated size of a workflow, and the warning about it."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubeflow.compile import compiler as compiling
from kubeflow.compile import workflow_size
from newsdesk.config.load import load
from tests.kubeflow.test_compile import SETTINGS, sample

PRESETS = sorted(Path(str(resources.files("pipeline.configs"))).glob("*.toml"))


def _elsewhere(preset: Path) -> str:
    """Settings with an address for every path that containers cannot reach."""
    config = load(preset)
    paths = [config.data.path, getattr(config.model.encoder, "path", "")]
    local = [path for path in paths if path.startswith("/")]
    return json.dumps(
        {path: f"s3://rows/{number}" for number, path in enumerate(local)}
    )


@pytest.mark.slow
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.stem)
def test_every_preset_stays_below_the_limit_of_argo(preset: Path) -> None:
    addresses = _elsewhere(preset).replace('":', '" =')
    text = compiling.compile(
        load(preset, [*SETTINGS, f"kubeflow.addresses={addresses}"])
    )
    assert workflow_size.note(text) is None
    # What clusters stored.
    assert 870_000 < workflow_size.stored_bytes(text) < 1_040_000


def _with_constant(text: str, value: str) -> str:
    documents: list[Any] = list(yaml.safe_load_all(text))
    tasks = documents[0]["components"]["comp-nodes"]["dag"]["tasks"]
    given = tasks["trainer"]["inputs"]["parameters"]
    given["custom_config"] = {"runtimeValue": {"constant": value}}
    return yaml.safe_dump_all(documents)


@pytest.mark.slow
def test_nested_quotes_count_as_argo_stores_them() -> None:
    text = compiling.compile(sample())
    before = workflow_size.stored_bytes(_with_constant(text, ""))
    plain = workflow_size.stored_bytes(_with_constant(text, "x" * 1000)) - before
    quoted = workflow_size.stored_bytes(_with_constant(text, '"' * 1000)) - before
    # It occurs 3 times with the specification of the graph, 3 times with the task, and
    # with the pod in 6 nodes.
    assert plain == pytest.approx(1000 * 12 * 1.15, rel=0.01)
    assert quoted > 2 * plain


@pytest.mark.slow
def test_a_workflow_that_argo_must_compress_is_named() -> None:
    text = compiling.compile(sample())
    said = workflow_size.note(_with_constant(text, '"' * 3000))
    assert said and "1,048,576 that Argo stores" in said
