"""TextStatistics as TFX runs it: from files of examples to counts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from tfx.types import artifact_utils, standard_artifacts

from components.text_statistics import conflicts, length_counts, slices, statistics
from components.text_statistics.component import TextStatistics, TextStatisticsOfSplits
from components.text_statistics.executor import Executor
from newsdesk.config.beam import Beam
from newsdesk.errors import ModelError
from pipeline.beam import beam_args

pytestmark = pytest.mark.slow

TRAIN = [("oil falls", 0), ("cup final", 1), ("Oil  Falls", 0), ("...", 1)]
EVAL = [("cup final", 1), ("gas up, up", 0), ("Cup final", 0)]
SETTINGS: dict[str, Any] = {
    "text": {"min_frequency": 1, "max_length": 3},
    "encoder": {"kind": "transformer"},
    "fingerprint": "x",
}


def _example(text: str, label: int) -> bytes:
    feature = {
        "text": tf.train.Feature(bytes_list=tf.train.BytesList(value=[text.encode()])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
        "source": tf.train.Feature(
            bytes_list=tf.train.BytesList(value=[b"mail" if "gas" in text else b"web"])
        ),
    }
    example = tf.train.Example(features=tf.train.Features(feature=feature))
    return bytes(example.SerializeToString())


@pytest.fixture
def count(tmp_path: Path) -> Callable[..., statistics.TextStatistics]:
    """Runs the executor on two small splits, with these models in service."""

    def run(*baseline: Any, beam: Beam | None = None) -> statistics.TextStatistics:
        examples = standard_artifacts.Examples()
        examples.uri = str(tmp_path / "examples")
        examples.split_names = artifact_utils.encode_split_names(["train", "eval"])
        for split, rows in (("train", TRAIN), ("eval", EVAL)):
            folder = tmp_path / "examples" / f"Split-{split}"
            folder.mkdir(parents=True)
            # Two files, so that Beam merges two tallies.
            for part in (0, 1):
                name = str(folder / f"data-{part}.gz")
                with tf.io.TFRecordWriter(name, "GZIP") as writer:
                    for row in rows[part::2]:
                        writer.write(_example(*row))
        written = TextStatisticsOfSplits()
        written.uri = str(tmp_path / "statistics")
        node = TextStatistics(
            examples=_channel(examples),
            baseline=_channel(standard_artifacts.Model()),
            counter="trainer.counting.Counter",
            settings=SETTINGS,
            slice_columns=["source"],
            fingerprint="x",
        )
        context = Executor.Context(beam_pipeline_args=beam_args(beam or Beam()))
        Executor(context).Do(
            {"examples": [examples], "baseline": list(baseline)},
            {"statistics": [written]},
            dict(node.exec_properties),
        )
        assert {file.name for file in (tmp_path / "statistics").iterdir()} == {
            statistics.FILE,
            conflicts.FILE,
            slices.FILE,
            length_counts.FILE,
        }
        return statistics.read(tmp_path / "statistics")

    return run


def _channel(artifact: Any) -> Any:
    from tfx.types import channel_utils

    return channel_utils.as_channel([artifact])


@pytest.fixture
def served(tmp_path: Path) -> Any:
    """A model in service whose vocabulary has two words."""
    assets = tmp_path / "model" / "Format-Serving" / "assets"
    assets.mkdir(parents=True)
    (assets / "tokens").write_text("oil\nfinal\n")
    (assets.parent / "saved_model.pb").touch()
    model = standard_artifacts.Model()
    model.uri = str(tmp_path / "model")
    return model


def test_a_first_run_counts_without_a_vocabulary(count: Callable[..., Any]) -> None:
    found = count()
    assert found.vocabulary is None
    train, evaluated = found.splits["train"], found.splits["eval"]
    assert (train.rows, train.labels, train.empty) == (4, {0: 2, 1: 2}, 1)
    assert (train.tokens, train.unknown) == (6, None)
    assert train.duplicate_share == 0.25
    # "cup" and "final" are in only one text.
    assert train.unseen == pytest.approx(2 / 6)
    assert (evaluated.rows, evaluated.tokens) == (3, 7)
    assert evaluated.share_within(train) == 0.5


def test_texts_that_are_cut_are_counted_by_split_and_slice(
    count: Callable[..., Any], served: Any, tmp_path: Path
) -> None:
    found = count(served)
    assert found.max_length == 3
    assert (found.splits["train"].truncated, found.splits["eval"].truncated) == (0, 0)
    assert found.splits["eval"].covering == 3
    by_slice = slices.read(tmp_path / "statistics")
    assert by_slice["train"] == {
        "source=web": slices.Slice(rows=4, tokens=6, unknown=3, truncated=0)
    }
    assert by_slice["eval"]["source=mail"] == slices.Slice(
        rows=1, tokens=3, unknown=3, truncated=0
    )


def test_unknown_tokens_are_counted_with_the_vocabulary_in_service(
    count: Callable[..., Any], served: Any
) -> None:
    found = count(served)
    assert found.vocabulary == "the vocabulary of the model in service"
    assert found.splits["train"].unknown == 3
    assert found.splits["eval"].unknown == 5


def test_conflicts_are_counted_and_their_texts_are_not_published(
    count: Callable[..., Any], tmp_path: Path
) -> None:
    found = count()
    assert found.splits["train"].conflict_share == 0.0
    assert found.splits["eval"].conflict_share == pytest.approx(2 / 3)
    examples = conflicts.read(tmp_path / "statistics")
    assert examples["train"] == []
    assert examples["eval"] == [conflicts.Conflict(text="Cup final", labels=[0, 1])]
    published = (tmp_path / "statistics" / statistics.FILE).read_text().casefold()
    assert "cup final" not in published


def test_separate_workers_give_the_same_counts(
    count: Callable[..., Any], served: Any
) -> None:
    found = count(served, beam=Beam(mode="multi_processing", workers=2))
    train = found.splits["train"]
    assert (train.rows, train.tokens, train.unknown) == (4, 6, 3)
    assert len(train.sketch) == 3


def test_a_damaged_statistics_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / statistics.FILE).write_text('{"splits": {"train": {"rows": "x"}}}')
    with pytest.raises(ModelError, match=r"statistics\.json: cannot be read"):
        statistics.read(tmp_path)
