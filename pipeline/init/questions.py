"""Asks the user what the columns mean, if the data leaves a choice."""

from collections.abc import Iterable, Sequence

import typer

from newsdesk.escaping import one_line
from newsdesk.rows.listed import shortened
from pipeline.init.choose_columns import candidates, propose
from pipeline.init.proposal import Proposal
from pipeline.init.survey import Survey
from pipeline.terminal.streams import say


def ask_label(survey: Survey, slices: Sequence[str] = ()) -> str:
    """Asks which column contains the label, if several may.

    Args:
        survey: the survey of the files.
        slices: the slice columns, which are not the label.

    Returns:
        The column as typed; "" if there was nothing to ask.
    """
    found = candidates(survey, slices)
    if len(found) < 2:
        return ""
    say("Which column says the class of a text (the label)?")
    _list(survey, found)
    return str(typer.prompt("Type its name (or use --label NAME)")).strip()


def ask_text(proposal: Proposal) -> Proposal:
    """Asks which columns contain the text, if several may.

    Args:
        proposal: what the columns mean, with every candidate as text.

    Returns:
        The proposal with the columns that the user chose.
    """
    found = proposal.text_columns
    if len(found) < 2:
        return proposal
    say("Which columns contain the text? Several are joined by a space.")
    _list(proposal.survey, found)
    typed = typer.prompt(
        "Type their names with commas between them; Enter takes all (or use --text "
        "NAME)",
        default="",
        show_default=False,
    )
    chosen = [name for column in typed.split(",") if (name := column.strip())]
    if not chosen:
        return proposal
    return propose(
        proposal.survey,
        chosen,
        proposal.label_column,
        proposal.name,
        proposal.slice_columns,
    )


def _list(survey: Survey, names: Iterable[str]) -> None:
    for name in names:
        example = shortened(survey.columns[name].example)
        say(f"  {one_line(name)}, for example: {one_line(example)}")
