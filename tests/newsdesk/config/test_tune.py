"""A search space names keys of the configuration, and values that they may have."""

from collections.abc import Callable
from pathlib import Path

import pytest
import tomlkit

from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.config.tunable import whole_keys
from newsdesk.config.tune import value_of, with_values
from newsdesk.errors import ConfigError
from newsdesk.identity.recipe import recipe
from tests.newsdesk.config.test_load import GOOD

SPACE = """
[tune.space]
"optimizer.learning_rate" = { low = 1e-5, high = 1e-3, log = true }
model.dropout = { low = 0.0, high = 0.3 }
train.batch_size.values = [16, 32, 64]
model.encoder.blocks = { low = 1, high = 3 }
"""


def loaded(folder: Path, text: str) -> Config:
    """Reads a configuration with more lines."""
    file = folder / "newsdesk.toml"
    file.write_text(GOOD + text)
    return load(file)


def test_keys_may_have_quotes_or_not(tmp_path: Path) -> None:
    tune = loaded(tmp_path, SPACE).tune
    assert tune is not None
    assert set(tune.space) == {
        "optimizer.learning_rate",
        "model.dropout",
        "train.batch_size",
        "model.encoder.blocks",
    }
    assert tune.space["train.batch_size"].values == [16, 32, 64]
    assert (tune.trials, tune.metric, tune.prune, tune.seed) == (
        *(20, "accuracy"),
        *(True, 42),
    )


def test_ranges_of_whole_numbers_are_known(tmp_path: Path) -> None:
    whole = whole_keys(loaded(tmp_path, SPACE))
    assert {"train.batch_size", "model.encoder.blocks"} <= whole
    assert not {"optimizer.learning_rate", "model.dropout"} & whole


def test_the_configuration_of_a_run_can_be_read_again(tmp_path: Path) -> None:
    config = loaded(tmp_path, SPACE)
    file = tmp_path / "again.toml"
    file.write_text(tomlkit.dumps(config.model_dump(mode="json", exclude_none=True)))
    assert load(file).tune == config.tune


def test_an_absent_section_changes_no_recipe(
    make_config: Callable[..., Config],
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schema = {"schema_file": str(repository / "schemas" / "ag_news.pbtxt")}
    dumped: list[set[str]] = []
    dump = Config.model_dump

    def noted(self: Config, **options: object) -> object:
        found = dump(self, **options)  # type: ignore[arg-type]
        dumped.append(set(found))
        return found

    monkeypatch.setattr(Config, "model_dump", noted)
    space = {"space": {"model.dropout": {"low": 0.0, "high": 0.3}}}
    before = recipe(make_config(data=schema)).digest
    assert recipe(make_config(data=schema, tune=space)).digest != before
    assert ["tune" in keys for keys in dumped] == [False, True]


@pytest.mark.parametrize(
    ("space", "fault"),
    [
        ("", "tune.space = {}: must not be empty"),
        (
            '"optimizer.learning_rat" = {low = 1, high = 2}',
            "did you mean 'optimizer.learning_rate'?",
        ),
        (
            '"data.path" = {values = ["a"]}',
            "'data.path' is not a key of optimizer, train or model; use a key of",
        ),
        (
            '"text.max_length" = {low = 32, high = 64}',
            "'text.max_length' cannot be tuned: it decides the token ids, which are "
            "made once before all trials; compare runs with --set text.max_length",
        ),
        (
            '"model.encoder.kind" = {values = ["transformer"]}',
            "'model.encoder.kind' cannot be tuned: it decides the token ids",
        ),
        ('"train.seed" = {values = [1, 2]}', "'train.seed' cannot be tuned: it is cha"),
        (
            '"model.dropout" = {low = 0.5, high = 1.5}',
            "'model.dropout': high = 1.5: must be below 1",
        ),
        (
            '"train.batch_size" = {low = 0.5, high = 3}',
            "'train.batch_size': low = 0.5: must be a whole number",
        ),
        (
            '"train.batch_size" = {low = 1, high = 8, step = 0.5}',
            "'train.batch_size': low + step = 1.5: must be a whole number",
        ),
        (
            '"train.batch_size" = {low = 3, high = 3}',
            "tune.space.train.batch_size: low = 3 must be below high = 3",
        ),
        (
            '"optimizer.learning_rate" = {low = 0, high = 1, log = true}',
            "low = 0 must be above 0, because log is true",
        ),
        (
            '"optimizer.learning_rate" = {low = 1, high = 2, log = true, step = 1}',
            "has log and step; remove one of the two",
        ),
        ('"model.dropout" = {low = 0.1}', "needs low and high, or values"),
        ('"model.dropout" = {values = []}', "must not be empty"),
        (
            '"model.pooling" = {values = ["mean"], low = 1}',
            "has values and a part of a range; keep either",
        ),
        (
            '"model.pooling" = {low = 1, high = 2}',
            "'model.pooling' has no range, because its values are not numbers",
        ),
        (
            '"model.pooling" = {values = ["mean", "min"]}',
            "'model.pooling': value 2 = 'min': must be 'mean', 'cls' or 'max'",
        ),
        ('"model.dropout" = {lo = 1}', "unknown key; did you mean 'low'?"),
    ],
)
def test_a_wrong_space_is_explained(tmp_path: Path, space: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, f"[tune.space]\n{space}\n")
    assert str(caught.value).startswith(f"{tmp_path / 'newsdesk.toml'}: tune.space")
    assert fault in str(caught.value)


def test_epochs_are_given_once(tmp_path: Path) -> None:
    space = '[tune]\nepochs = 2\nspace = {"train.epochs" = {low = 1, high = 9}}'
    with pytest.raises(ConfigError, match=r"tune\.epochs is the number .* remove one"):
        loaded(tmp_path, space)


def test_trials_are_one_process(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"but a trial of tune is one proc"):
        loaded(tmp_path, f"{SPACE}\n[train]\nstrategy = 'multi_worker'")


def test_values_are_put_and_found_by_dotted_keys() -> None:
    sections = {"a": {"b": {"c": 1, "d": 2}}, "e": 3}
    changed = with_values(sections, {"a.b.c": 9, "f.g": "x"})
    assert changed == {"a": {"b": {"c": 9, "d": 2}}, "e": 3, "f": {"g": "x"}}
    assert sections["a"] == {"b": {"c": 1, "d": 2}}
    assert value_of(changed, "a.b.c") == 9
    assert value_of(changed, "a.x.y") is None
