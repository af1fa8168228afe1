"""The Trainer trains with the values that the Tuner has found."""

from types import SimpleNamespace
from typing import Any

from trainer.custom_config import TrainerSettings
from trainer.training.job import Job

SETTINGS: dict[str, Any] = {
    "text": {},
    "model": {"dropout": 0.2},
    "optimizer": {},
    "train": {"epochs": 3},
    "labels": ["a", "b"],
    "text_columns": ["text"],
    "fingerprint": "",
}


def job(hyperparameters: dict[str, Any] | None) -> Job:
    """The job that TFX's Trainer would start."""
    return Job.of(
        SimpleNamespace(
            train_files=["train*"],
            eval_files=["eval*"],
            transform_graph_path="graph",
            serving_model_dir="model",
            model_run_dir="logs",
            custom_config=SETTINGS,
            hyperparameters=hyperparameters,
        )
    )


def test_tuned_values_replace_those_of_the_configuration() -> None:
    values = {"optimizer.learning_rate": 0.02, "model.encoder.blocks": 2}
    found = job({"space": [], "values": values})
    settings = TrainerSettings.model_validate(found.custom_config)
    assert settings.optimizer.learning_rate == 0.02
    assert settings.model.encoder.blocks == 2  # type: ignore[union-attr]
    assert (settings.model.dropout, settings.train.epochs) == (0.2, 3)
    assert settings.tuned == values


def test_without_a_tuner_the_settings_are_those_of_the_configuration() -> None:
    assert job(None).custom_config == SETTINGS
