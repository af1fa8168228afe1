"""Checks everything that a run checks before it trains, in the order of a run."""

from collections.abc import Callable

from components.text_example_gen import named_splits
from newsdesk.config.sections import Config
from newsdesk.identity.recipe import recipe
from pipeline.check import contract, reading, rules, service
from pipeline.check.findings import Findings
from pipeline.check.lengths import CHARACTERS
from pipeline.check.reading import Rows

# Above this share of cut texts, `Lengths.enough` is above text.max_length.
_CUT = 0.05


def check(config: Config, inspect: Callable[[Config], list[str]]) -> Findings:
    """Checks configuration, folders, encoder, data and the model in service.

    Args:
        config: the whole configuration.
        inspect: checks the files of the encoder, and returns notes about them.

    Returns:
        The findings; one problem does not hide the others.
    """
    found = Findings()
    service.check_folders(config, found)
    _check_encoder(config, inspect, found)
    data = found.attempt("data", lambda: named_splits.find(config.data))
    if data:
        config = config.model_copy(update={"data": data})
    rows = found.attempt("data", lambda: reading.read(config)) if data else None
    found.attempt("schema", lambda: recipe(config))
    if not found.has_problem("schema"):
        contract.check_schema(config, found)
    current = service.check_baseline(config, found)
    if rows is None:
        return found
    _describe(config, rows, found)
    rules.check_bad_rows(config, rows, found)
    rules.check_splits(config, rows, found)
    reference = found.attempt("gate", lambda: service.reference_of(config, current))
    if reference and all(one.rows for one in rows.splits.values()):
        rules.check_gate(config, rows, *reference, found)
    if current and not found.problems:
        service.note_repetition(config, current, found)
    return found


def _check_encoder(
    config: Config, inspect: Callable[[Config], list[str]], found: Findings
) -> None:
    notes = found.attempt("encoder", lambda: inspect(config))
    for note in notes or ():
        found.note("encoder", note)
    if notes is None:
        return
    encoder = config.model.encoder
    if encoder.is_pretrained:
        places = ", ".join(encoder.places.values())
        found.say("encoder", f"{places} can be used")
    else:
        found.say("encoder", "trained from scratch")


def _describe(config: Config, rows: Rows, found: Findings) -> None:
    """Says how many rows there are, and how many are in each split and label."""
    files = f"{len(rows.files):,} {'file' if len(rows.files) == 1 else 'files'}"
    found.say("data", f"{files}, {rows.read:,} rows, of which {rows.used:,} are used")
    if rows.left_out:
        found.say("data", f"data.drop_labels leaves out {rows.left_out:,}")
    for split, source in rows.sources.items():
        found.say("data", f"{split}: {source}")
    found.values["files"] = rows.files
    found.values["rows"] = {
        "read": rows.read,
        "used": rows.used,
        "bad": rows.bad,
        "left_out": rows.left_out,
    }
    found.values["bad_rows"] = rows.shown
    found.values["splits"] = {
        name: {
            "rows": one.rows,
            "labels": {
                label: one.labels.get(number, 0)
                for number, label in enumerate(config.data.labels)
            },
        }
        for name, one in rows.splits.items()
    }
    _describe_lengths(config, rows, found)


def _describe_lengths(config: Config, rows: Rows, found: Findings) -> None:
    """Compares the lengths of the texts with text.max_length."""
    lengths, limit = rows.lengths, config.text.max_length
    exact = config.text.tokenizer == "words"
    unit = "words" if exact else f"tokens (estimated: {CHARACTERS} characters each)"
    cut = lengths.cut_share
    share = f"{cut:.1%} of the texts are longer" if cut else "no text is longer"
    found.say(
        "lengths",
        f"{lengths.mean:.0f} {unit} in the mean text, {lengths.longest:,} in the "
        f"longest; {share} than text.max_length = {limit}",
    )
    found.values["lengths"] = {
        "exact": exact,
        "mean": round(lengths.mean, 1),
        "longest": lengths.longest,
        "cut_share": round(cut, 4),
    }
    if cut > _CUT:
        enough = lengths.enough()
        # A checkpoint has a table of positions of fixed size.
        is_limited = config.model.encoder.is_pretrained
        condition = ", if the encoder reads so many" if is_limited else ""
        unread = "ends" if config.text.truncation == "head" else "middles"
        found.note(
            "lengths",
            f"the {unread} of {cut:.1%} of the texts are not read; 95% of the texts "
            f"have at most {enough:,}: set text.max_length = {enough}{condition}, or "
            "put what matters first",
        )
