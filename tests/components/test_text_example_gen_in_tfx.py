"""TextExampleGen as TFX runs it: with driver, cache and compiled pipeline."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsdesk.config.sections import Config
from newsdesk.errors import DataError

pytestmark = pytest.mark.slow

# States of ml_metadata's Execution.
COMPLETE, CACHED = 3, 5


@pytest.fixture
def launch(tmp_path: Path, make_config: Callable[..., Config]) -> Callable[..., Any]:
    """Runs a pipeline with only this node; returns all states and all artifacts."""

    def run(**data: Any) -> Any:
        from tfx.orchestration import metadata, pipeline
        from tfx.orchestration.local.local_dag_runner import LocalDagRunner

        from components.text_example_gen.component import TextExampleGen

        wanted = {"text_columns": ["text"], "label_column": "label"} | data
        connection = metadata.sqlite_metadata_connection_config(str(tmp_path / "db"))
        LocalDagRunner().run(
            pipeline.Pipeline(
                pipeline_name="p",
                pipeline_root=str(tmp_path / "root"),
                components=[TextExampleGen(make_config(data=wanted).data, "x")],
                enable_cache=True,
                metadata_connection_config=connection,
                beam_pipeline_args=["--direct_running_mode=in_memory"],
            )
        )
        with metadata.Metadata(connection) as opened:
            states = [one.last_known_state for one in opened.store.get_executions()]
            return states, opened.store.get_artifacts()

    return run


def write_rows(path: Path, rows: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{n % 4},text {n}\n" for n in range(rows)]
    path.write_text("label,text\n" + "".join(lines))


def test_newest_span_is_read_and_cached(
    tmp_path: Path, launch: Callable[..., Any]
) -> None:
    from components.text_example_gen.row_counts import read_summary

    write_rows(tmp_path / "data" / "2025-01-01" / "a.csv", 60)
    path = str(tmp_path / "data" / "{YYYY}-{MM}-{DD}" / "a.csv")
    states, artifacts = launch(path=path)
    assert states == [COMPLETE]
    examples = next(one for one in artifacts if "/examples/" in one.uri)
    assert examples.custom_properties["span"].int_value == 20089
    assert launch(path=path)[0] == [COMPLETE, CACHED]
    write_rows(tmp_path / "data" / "2025-01-02" / "a.csv", 80)
    states, artifacts = launch(path=path)
    assert states == [COMPLETE, CACHED, COMPLETE]
    refused = [one.uri for one in artifacts if "/quarantine/" in one.uri]
    assert [read_summary(uri)["rows_in"] for uri in refused] == [60, 80]
    states, artifacts = launch(path=path, window=2)
    assert states[3:] == [COMPLETE]
    refused = [one.uri for one in artifacts if "/quarantine/" in one.uri]
    assert read_summary(refused[-1])["rows_in"] == 140
    assert launch(path=path, window=2)[0][4:] == [CACHED]


def test_only_settings_that_change_the_result_are_in_the_cache_key(
    make_config: Callable[..., Config],
) -> None:
    from components.text_example_gen.component import TextExampleGen

    def key(fingerprint: str = "x", **data: Any) -> str:
        node = TextExampleGen(make_config(data=data).data, fingerprint)
        return str(node.exec_properties)

    mixed = key(named_splits="off")
    assert key(schema_file="/x.pbtxt", eval_ratio=0.3, named_splits="off") == mixed
    named = {"named_splits": ["train", "test"]}
    assert key(ratios={"train": 2}, **named) == key(**named)
    given = {"train": "train.csv"}
    assert key(splits=given, ratios={"train": 2}) == key(splits=given)
    different = [
        key(),
        key("y"),
        key(max_bad_rows=0.5),
        key(ratios={"train": 2}),
        key(splits=given),
        key(eval_ratio=0.3),
        key(**named),
        mixed,
        key(splits=given, eval_ratio=0.3),
        key(path="/other.csv"),
    ]
    assert len(set(different)) == len(different)


def test_missing_data_is_explained(tmp_path: Path, launch: Callable[..., Any]) -> None:
    with pytest.raises(DataError, match=r"a\.csv: there is no such file; check data"):
        launch(path=str(tmp_path / "a.csv"))


def test_compiles_for_kubeflow(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    from tfx.orchestration import pipeline
    from tfx.orchestration.kubeflow.v2 import kubeflow_v2_dag_runner as kubeflow

    from components.text_example_gen.component import TextExampleGen

    settings = kubeflow.KubeflowV2DagRunnerConfig(
        default_image="newsdesk:test", use_pipeline_spec_2_1=True
    )
    runner = kubeflow.KubeflowV2DagRunner(
        settings, output_dir=str(tmp_path), output_filename="p.yaml"
    )
    node = TextExampleGen(make_config().data, "x")
    runner.run(pipeline.Pipeline("p", "minio://mlpipeline/root", components=[node]))
    compiled = (tmp_path / "p.yaml").read_text()
    assert "components.Quarantine" in compiled
    assert "components.text_example_gen.executor.Executor" in compiled
