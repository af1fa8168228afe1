"""Proposes the values of trials, and decides which trials are pruned, with Optuna.

Everything depends only on the finished trials, the number of the trial and the seed. So
a tuning that was killed proposes the same values again.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from newsdesk.config.tune import Searched, Tune, Value
from newsdesk.errors import ConfigError
from newsdesk.tuning import Trial, TrialState

if TYPE_CHECKING:
    import optuna


class Proposals:
    """Proposes trials.

    Args:
        tune: the tune section.
        whole: the keys of ranges of whole numbers.

    Raises:
        ConfigError: Optuna is not installed.
    """

    def __init__(self, tune: Tune, whole: frozenset[str]) -> None:
        self._optuna: Any = load_optuna()
        self._tune = tune
        self._distributions = {
            key: self._distribution(searched, key in whole)
            for key, searched in tune.space.items()
        }

    def begin(
        self,
        finished: Sequence[Trial],
        number: int,
        values: dict[str, Value | None] | None = None,
    ) -> "Proposed":
        """Begins a trial.

        Args:
            finished: the trials before it.
            number: of the trial, counted from 1.
            values: its values; None to get a proposal.

        Returns:
            The trial.
        """
        study = self._study(number)
        for trial in finished:
            if known := self._known(trial):
                study.add_trial(known)
        if values is not None:
            return Proposed(values, None)
        asked = study.ask(self._distributions)
        return Proposed(dict(asked.params), asked if self._tune.prune else None)

    def _study(self, number: int) -> "optuna.Study":
        found: optuna.Study = self._optuna.create_study(
            sampler=self._optuna.samplers.TPESampler(seed=self._tune.seed + number),
            pruner=self._optuna.pruners.MedianPruner(),
            direction="minimize" if self._tune.metric == "loss" else "maximize",
        )
        return found

    def _distribution(self, searched: Searched, is_whole: bool) -> Any:
        kinds = self._optuna.distributions
        if searched.values is not None:
            return kinds.CategoricalDistribution(searched.values)
        kind = kinds.IntDistribution if is_whole else kinds.FloatDistribution
        step = searched.step or (1 if is_whole else None)
        return kind(searched.low, searched.high, log=searched.log, step=step)

    def _known(self, trial: Trial) -> "optuna.trial.FrozenTrial | None":
        """The trial as Optuna's; None if its values are outside of the space."""
        states = {
            TrialState.DONE: self._optuna.trial.TrialState.COMPLETE,
            TrialState.PRUNED: self._optuna.trial.TrialState.PRUNED,
            TrialState.FAILED: self._optuna.trial.TrialState.FAIL,
        }
        course = enumerate(trial.course, 1)
        try:
            found: optuna.trial.FrozenTrial = self._optuna.trial.create_trial(
                state=states[trial.state],
                value=trial.metric,
                params=trial.values,
                distributions=self._distributions,
                intermediate_values={
                    epoch: math.nan if figure is None else figure
                    for epoch, figure in course
                },
            )
        except (TypeError, ValueError):
            # Only the values of the configuration can be outside.
            return None
        return found


class Proposed:
    """The values of a trial, and whether it is worth another epoch.

    Args:
        values: by dotted key.
        asked: Optuna's trial; None if the trial is never pruned.
    """

    def __init__(
        self, values: dict[str, Value | None], asked: "optuna.Trial | None"
    ) -> None:
        self.values = values
        self._asked = asked

    def is_bad(self, epoch: int, figure: float | None) -> bool:
        """Decides after an epoch whether the trial is pruned.

        Args:
            epoch: counted from 1.
            figure: on the eval split; None if it is not finite.

        Returns:
            Whether the trial is worse than half of those before it.
        """
        if self._asked is None:
            return False
        self._asked.report(math.nan if figure is None else figure, epoch)
        return self._asked.should_prune()


def load_optuna() -> Any:
    """Imports Optuna, which an extra installs.

    Returns:
        The module.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise ConfigError(
            "tune: the package that tunes is missing; run `pip install newsdesk[tune]`,"
            " or remove the tune section"
        ) from None
    # Each trial has a line of ours.
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
