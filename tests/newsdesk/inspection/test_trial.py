"""A model that hangs when it is called is refused after a limit."""

from pathlib import Path

import pytest

from newsdesk.errors import ModelError
from newsdesk.inspection import fresh, operations, trial
from tests.support import endless, model

pytestmark = pytest.mark.slow


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that no start of a process keeps."""
    monkeypatch.setattr(fresh.run, "__kwdefaults__", {"minutes": 0.001})
    monkeypatch.setattr(fresh, "MINUTES", 0.001)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("when", ["called", "loaded"])
def test_a_graph_that_loops_passes_the_list_but_not_the_trial(
    tmp_path: Path, when: str
) -> None:
    endless.export(tmp_path / "model", when)
    operations.check(tmp_path / "model")
    with pytest.raises(ModelError) as caught:
        trial.check(tmp_path / "model")
    assert str(caught.value).startswith(
        f"{tmp_path / 'model'}: the model did not load and answer within 0.001 "
        "minutes, so its graph may loop forever; nothing was published."
    )


@pytest.mark.usefixtures("short")
def test_a_graph_without_loops_is_not_tried(tmp_path: Path) -> None:
    model.export(tmp_path / "model")
    trial.check(tmp_path / "model")


def test_a_loop_that_ends_passes(tmp_path: Path) -> None:
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def answer(text: tf.Tensor) -> tf.Tensor:
        (found,) = tf.while_loop(lambda n: n < 3, lambda n: (n + 1,), (tf.size(text),))
        return found

    module = tf.Module()
    module.answer = answer
    tf.saved_model.save(module, str(tmp_path), {"serving_default": answer})
    trial.check(tmp_path)
