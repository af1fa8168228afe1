"""The result of `newsdesk check`: facts, notes, and problems that would stop a run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from newsdesk.errors import ExitCode, NewsdeskError

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Problem:
    """Something that would stop a run.

    Attributes:
        part: what was checked, such as `data`.
        sentence: what is wrong, where, and what to do.
        exit_code: how `run` would end.
    """

    part: str
    sentence: str
    exit_code: ExitCode


@dataclass
class Findings:
    """Everything that was found, in the order in which a run would find it.

    Attributes:
        facts: sentences by the part that was checked.
        notes: sentences that need attention, but would not stop a run, by part.
        problems: what would stop a run.
        values: the figures behind the sentences, for `--json`.
    """

    facts: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> ExitCode:
        """How `run` would end: by the first problem that it meets."""
        return self.problems[0].exit_code if self.problems else ExitCode.DONE

    def say(self, part: str, sentence: str) -> None:
        """Adds a fact.

        Args:
            part: what was checked.
            sentence: what was found.
        """
        self.facts.setdefault(part, []).append(sentence)

    def note(self, part: str, sentence: str) -> None:
        """Adds something that needs attention, but would not stop a run.

        Args:
            part: what was checked.
            sentence: what was found, and what to do.
        """
        self.notes.setdefault(part, []).append(sentence)

    def stop(
        self, part: str, sentence: str, code: ExitCode = ExitCode.STOPPED_BY_GATE
    ) -> None:
        """Adds a problem.

        Args:
            part: what was checked.
            sentence: what is wrong, where, and what to do.
            code: how `run` would end.
        """
        self.problems.append(Problem(part, sentence, code))

    def has_problem(self, part: str) -> bool:
        """Returns whether a part has a problem.

        Args:
            part: what was checked.
        """
        return any(problem.part == part for problem in self.problems)

    def attempt(self, part: str, check: Callable[[], _Result]) -> _Result | None:
        """Calls a check, and adds its error as a problem.

        Args:
            part: what is checked.
            check: any function.

        Returns:
            Its result; None if it raised an expected error.
        """
        try:
            return check()
        except NewsdeskError as error:
            self.stop(part, str(error), ExitCode(error.exit_code))
            return None

    def as_json(self) -> dict[str, Any]:
        """Gives the result for programs.

        Returns:
            `exit_code`, `problems`, `notes` and the figures, as JSON values.
        """
        return {
            "exit_code": int(self.exit_code),
            "problems": [
                {
                    "part": problem.part,
                    "problem": problem.sentence,
                    "exit_code": int(problem.exit_code),
                }
                for problem in self.problems
            ],
            "notes": self.notes,
            **self.values,
        }
