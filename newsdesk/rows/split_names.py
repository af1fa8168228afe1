"""The words that name a split, in a column or in the name of a file."""

MEANINGS = {
    "train": "train",
    "training": "train",
    "validation": "eval",
    "valid": "eval",
    "val": "eval",
    "dev": "eval",
    "eval": "eval",
    "test": "test",
    "testing": "test",
}


def split_named(word: str) -> str:
    """Reads the name of a split as people spell it.

    Args:
        word: such as `validation` or `Dev`.

    Returns:
        train, eval or test; "" for any other word.
    """
    return MEANINGS.get(word.strip().lower(), "")
