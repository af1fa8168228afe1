"""Tries the first commands of a new user on data sets unlike the sample.

`init`, `check`, `run` and `predict` run without any change of a file by hand. Each data
set must end with a pushed model, or with a sentence that says what to do.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.table import keep, machine, markdown
from tests.support.newcomer import Attempt, attempt
from tests.support.own_data import DATA_SETS

_HEAD = (
    *("data set", "rows", "labels", "result", "accuracy", "macro F1", "predicted"),
    *("seconds of init", "of check", "of run"),
)


def main() -> int:
    """Reads the command line, tries the data sets, and keeps the table.

    Returns:
        The exit code: 1 if a data set was refused without a way on.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(DATA_SETS)}")
    parser.add_argument(
        "--screens", action="store_true", help="print what each command printed"
    )
    arguments = parser.parse_args()
    where = machine()
    print(where)
    rows, refused, is_lost = [], [], False
    for name in arguments.names or DATA_SETS:
        with tempfile.TemporaryDirectory(prefix=f"newsdesk-{name}-") as folder:
            found = attempt(DATA_SETS[name], Path(folder))
        rows.append(_row(name, found))
        refused += [
            f"- {DATA_SETS[name].title}: `{step.command.split()[0]}` ends with "
            f"{step.code}: {step.refusal or 'without a sentence'}"
            for step in found.refusals
        ]
        is_lost |= not all(step.says_what_to_do for step in found.refusals)
        print(" | ".join(rows[-1]), flush=True)
        if arguments.screens:
            for step in found.steps:
                print(f"\n$ newsdesk {step.command}", step.screen, sep="\n", flush=True)
    table = markdown(_HEAD, rows)
    print(table, *refused, sep="\n")
    if not arguments.names:
        about = (__doc__ or "").partition("\n\n")[2].strip()
        keep("Own data", [about, table, *_joined(refused), f"{where}."])
    return int(is_lost)


def _joined(lines: list[str]) -> list[str]:
    return ["\n".join(lines)] if lines else []


def _row(name: str, found: Attempt) -> list[str]:
    splits = found.checked.get("splits", {})
    labels = next(iter(splits.values()), {}).get("labels", {})
    metrics = found.summary.get("metrics") or {}
    answers = [answer.get("label") == DATA_SETS[name].label for answer in found.answers]
    steps = (_seconds(found, command) for command in ("init", "check", "run"))
    return [
        DATA_SETS[name].title,
        f"{found.checked.get('rows', {}).get('read', 0):,}",
        f"{len(labels):,}",
        _result(found),
        *(
            f"{metrics[key]:.4f}" if metrics else "-"
            for key in ("accuracy", "macro_f1")
        ),
        ("right" if all(answers) else "wrong") if answers else "-",
        *steps,
    ]


def _result(found: Attempt) -> str:
    if not found.summary:
        return f"refused by {found.steps[-1].command.split()[0]}"
    return str(found.summary["state"])


def _seconds(found: Attempt, command: str) -> str:
    spent = [step.seconds for step in found.steps if step.command.split()[0] == command]
    return " + ".join(f"{seconds:.0f}" for seconds in spent) or "-"


if __name__ == "__main__":
    sys.exit(main())
