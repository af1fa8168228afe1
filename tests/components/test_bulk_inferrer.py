"""BulkInferrer answers new rows with the model in service, once per model and rows."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import standard_artifacts

from components.bulk_inferrer import places, record
from components.bulk_inferrer.component import BulkInferrer
from components.bulk_inferrer.executor import Executor
from newsdesk.config.beam import Beam
from newsdesk.config.score import Score
from newsdesk.errors import ConfigError, DataError, NewsdeskError
from newsdesk.published.in_service import newest
from pipeline.beam import beam_args
from pipeline.graph import _ANSWERER
from tests.support import lengths_model, model, s3

ROWS = "id,body\n1,a longer text\n2,\n3,tiny\n"


class Desk:
    """New rows, a model in service, and a node that answers.

    Attributes:
        folder: of everything.
        score: the section.
    """

    def __init__(self, folder: Path, exported: Path, **settings: object) -> None:
        self.folder = folder
        self._exported = exported
        (folder / "new").mkdir(parents=True)
        out = {"out": str(folder / "answers" / "answers.csv")}
        path = {"path": str(folder / "new" / "*.csv")}
        self.score = Score.model_validate(path | out | settings)
        self._runs = 0

    def rows(self, name: str, text: str) -> None:
        (self.folder / "new" / name).write_text(text)

    def push(self) -> int:
        return model.push(self._exported, self.folder / "serving")

    def run(self, beam: Beam | None = None) -> record.Record:
        """Runs the node; what it says about it."""
        self._runs += 1
        result = standard_artifacts.InferenceResult()
        result.uri = str(self.folder / "artifacts" / str(self._runs))
        node = BulkInferrer(self.score, str(self.folder / "serving"), _ANSWERER)
        context = BaseBeamExecutor.Context(
            beam_pipeline_args=beam_args(beam or Beam(runner="direct")),
            tmp_dir=str(self.folder / "tmp" / str(self._runs)),
            unique_id=str(self._runs),
        )
        outputs: dict[str, list[Any]] = {"inference_result": [result]}
        Executor(context).Do({}, outputs, node.exec_properties)
        return record.read(Path(result.uri))

    @property
    def answers(self) -> str:
        return Path(self.score.out).read_text()

    @property
    def is_due(self) -> bool:
        return record.is_due(self.score, newest(str(self.folder / "serving")))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that predicts `long` for texts above five bytes, else `short`."""
    folder = tmp_path_factory.mktemp("model") / "model"
    lengths_model.save(folder, {"text_columns": ["body"]})
    return folder


@pytest.fixture
def desk(tmp_path: Path, exported: Path) -> Desk:
    """A desk with one file of rows, of which one is bad, and one version."""
    made = Desk(tmp_path, exported)
    made.rows("a.csv", ROWS)
    made.push()
    return made


pytestmark = pytest.mark.slow


def test_rows_are_answered_and_bad_rows_are_named(desk: Desk) -> None:
    desk.rows("b.csv", "id,body\n4,four\n")
    done = desk.run()
    assert desk.answers == (
        "id,body,label,probability\n"
        "1,a longer text,long,0.75\n3,tiny,short,0.75\n4,four,short,0.75\n"
    )
    (bad,) = map(json.loads, Path(desk.score.quarantine).read_text().splitlines())
    file = f"{desk.folder}/new/a.csv"
    assert (bad["file"], bad["row"], bad["content"]) == (
        *(file, 3),
        {"id": "2", "body": ""},
    )
    version = newest(str(desk.folder / "serving"))
    assert version and done.sentence == f"3 rows answered by version {version.version}"
    assert done.lines == [
        f"answers: {desk.score.out}",
        f"quarantine beside it: 1 row; first {file}:3: the text is empty",
    ]
    assert (
        record.Record.model_validate_json(Path(desk.score.record).read_text()) == done
    )


def test_the_same_rows_and_model_are_answered_once(desk: Desk) -> None:
    assert desk.is_due
    first = desk.run()
    before = Path(desk.score.out).stat().st_mtime_ns
    assert not desk.is_due
    again = desk.run()
    assert again.sentence == (
        f"nothing to answer: version {first.version} has already answered these rows"
    )
    assert Path(desk.score.out).stat().st_mtime_ns == before


def _other_rows(desk: Desk) -> None:
    desk.rows("a.csv", ROWS + "5,five\n")


def _another_file(desk: Desk) -> None:
    desk.rows("b.csv", ROWS)


def _no_answers(desk: Desk) -> None:
    Path(desk.score.out).unlink()


def _cut_answers(desk: Desk) -> None:
    Path(desk.score.out).write_text("id")


def _killed_before_the_record(desk: Desk) -> None:
    Path(desk.score.record).unlink()


def _damaged_record(desk: Desk) -> None:
    Path(desk.score.record).write_text("{")


def _other_settings(desk: Desk) -> None:
    desk.score = desk.score.model_copy(update={"min_probability": 0.9})


@pytest.mark.parametrize(
    "change",
    [
        *(_other_rows, _another_file, _no_answers, _cut_answers, _damaged_record),
        *(_killed_before_the_record, _other_settings),
    ],
)
def test_every_change_is_answered(desk: Desk, change: Callable[[Desk], None]) -> None:
    desk.run()
    change(desk)
    assert desk.is_due
    assert not desk.run().nothing
    assert not desk.is_due


def test_another_model_answers_again(desk: Desk, tmp_path: Path) -> None:
    desk.run()
    # The same model under another number gives the same answers.
    desk.push()
    assert not desk.is_due
    other = tmp_path / "other"
    lengths_model.save(other, {"text_columns": ["body"], "labels": ["short", "long"]})
    version = model.push(other, desk.folder / "serving")
    assert desk.is_due
    assert desk.run().version == version


def test_without_a_model_in_service_nothing_is_answered(
    tmp_path: Path, exported: Path
) -> None:
    desk = Desk(tmp_path, exported)
    desk.rows("a.csv", ROWS)
    assert not desk.is_due
    assert desk.run().sentence == "nothing to answer: no model is in service yet"
    assert not Path(desk.score.out).parent.exists()


def test_without_new_rows_the_last_answers_stay(desk: Desk) -> None:
    desk.run()
    shutil.rmtree(desk.folder / "new")
    assert not desk.is_due
    assert desk.run().nothing == f"{desk.score.path} matches no file"
    assert desk.answers.startswith("id,body")


def test_a_failure_leaves_the_last_answers(desk: Desk) -> None:
    desk.run()
    before = desk.answers
    desk.rows("a.csv", "id,body\n2,\n")
    with pytest.raises(DataError, match="none of the 1 rows can be classified"):
        desk.run()
    assert desk.answers == before and desk.is_due


def test_a_clean_file_removes_the_quarantine(desk: Desk) -> None:
    desk.run()
    desk.rows("a.csv", "id,body\n1,one\n")
    assert desk.run().bad == 0
    assert not Path(desk.score.quarantine).exists()


def test_answers_that_cannot_be_written_are_an_error(desk: Desk) -> None:
    (desk.folder / "answers").write_text("a file")
    with pytest.raises(NewsdeskError, match=r"cannot be .*; check score.out"):
        desk.run()


def test_a_damaged_model_answers_nothing(desk: Desk) -> None:
    (graph,) = desk.folder.glob("serving/*/saved_model.pb")
    graph.write_bytes(graph.read_bytes() + b"\0")
    with pytest.raises(NewsdeskError, match="saved_model.pb"):
        desk.run()
    assert not Path(desk.score.out).exists()


def test_the_newest_span_is_answered(tmp_path: Path, exported: Path) -> None:
    path = str(tmp_path / "new" / "{YYYY}-{MM}-{DD}.csv")
    desk = Desk(tmp_path, exported, path=path)
    desk.push()
    assert record.files_of(desk.score) == []
    for day in ("01", "02"):
        desk.rows(f"2026-01-{day}.csv", f"id,body\n{day},text\n")
    desk.run()
    assert desk.answers.splitlines()[1].startswith("02,")


def test_a_wrong_span_is_an_error(tmp_path: Path, exported: Path) -> None:
    desk = Desk(tmp_path, exported, path=str(tmp_path / "{YYYY}-{MM}.csv"))
    with pytest.raises(ConfigError, match="score.path .* needs {YYYY}, {MM} and {DD}"):
        record.files_of(desk.score)


def test_beam_gives_the_same_files_in_the_same_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.predict.batch import windows

    monkeypatch.setattr(windows, "WINDOW", 64)
    many = "".join(f"{number},{'x' * (number % 9)}\n" for number in range(1000))
    desk.rows("b.csv", f"id,body\n{many}")
    desk.rows("c.csv", ROWS)
    plain = desk.run()
    files = {file: Path(file).read_text() for file in desk.score.files}
    shutil.rmtree(desk.folder / "answers")
    # Threads of this process, with Beam's own translation of the pipeline.
    beam = Beam(runner="DirectRunner", mode="multi_threading", workers=2)
    assert desk.run(beam) == plain
    assert {file: Path(file).read_text() for file in desk.score.files} == files
    assert not list(desk.folder.glob("artifacts/*/parts"))


def test_answers_go_to_an_object_store(tmp_path: Path, exported: Path) -> None:
    import s3fs

    with s3.bucket() as bucket:
        out = f"{bucket}/answers/answers.csv"
        desk = Desk(tmp_path, exported, out=out)
        desk.rows("a.csv", ROWS)
        desk.push()
        desk.run()
        store = s3fs.S3FileSystem()
        assert store.cat_file(out).startswith(b"id,body,label,probability\n1,")
        assert not desk.is_due
        desk.rows("a.csv", "id,body\n1,one\n")
        assert desk.is_due
        desk.run()
        names = [name.rpartition("/")[2] for name in store.find(f"{bucket}/answers")]
        assert names == ["answers.csv", "answers.score.json"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("text,label\n")
    with pytest.raises(
        NewsdeskError, match="/proc/none/answers.csv: cannot be written"
    ):
        places.write(tmp_path / "answers.csv", "/proc/none/answers.csv")
