"""Shows a notebook with its outputs as a page of Markdown."""

import json
from collections.abc import Iterator
from typing import Any


def markdown(text: str) -> str:
    """Converts a notebook, with the outputs that it was saved with.

    Args:
        text: the JSON of the notebook.

    Returns:
        Its cells in order: text as it is, code and printed lines in blocks, pictures as
        `data:` addresses.
    """
    return "\n\n".join(
        block for cell in json.loads(text)["cells"] for block in _blocks(cell)
    )


def _blocks(cell: Any) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield source
        return
    yield f"```python\n{source}\n```"
    for output in cell["outputs"]:
        data = output.get("data", {})
        lines = "".join(output.get("text", data.get("text/plain", [])))
        if "image/png" in data:
            picture = "".join(data["image/png"]).replace("\n", "")
            yield f"![What the cell above draws](data:image/png;base64,{picture})"
        elif lines:
            yield f"```text\n{lines.rstrip()}\n```"
