"""Asks the user what the columns mean, if the data leaves a choice."""

from collections.abc import Iterable

import typer

from newsdesk.escaping import one_line
from pipeline.init.misplaced import shortened
from pipeline.init.proposal import Proposal, propose
from pipeline.init.survey import Survey
from pipeline.terminal.streams import say


def ask_label(survey: Survey) -> str:
    """Asks which column contains the label, if several may.

    Args:
        survey: the survey of the files.

    Returns:
        The column as typed; "" if there was nothing to ask.
    """
    candidates = survey.label_candidates
    if len(candidates) < 2:
        return ""
    say("Which column says the class of a text (the label)?")
    _list(survey, candidates)
    return str(typer.prompt("Type its name (or use --label NAME)")).strip()


def ask_text(proposal: Proposal) -> Proposal:
    """Asks which columns contain the text, if several may.

    Args:
        proposal: what the columns mean, with every candidate as text.

    Returns:
        The proposal with the columns that the user chose.
    """
    candidates = proposal.text_columns
    if len(candidates) < 2:
        return proposal
    say("Which columns contain the text? Several are joined by a space.")
    _list(proposal.survey, candidates)
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
