"""What the rules find: sentences that refuse a model, and sentences that do not."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Verdict:
    """The findings of one or more rules.

    Attributes:
        refusals: why the model must not be pushed, one sentence for each limit.
        shown: figures beyond a limit that rest on too few rows to decide.
    """

    refusals: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(self.refusals + other.refusals, self.shown + other.shown)
