"""A notebook becomes a page with its code, printed lines and pictures."""

import json

from pages import notebook

CELLS = [
    {"cell_type": "markdown", "source": ["# Tour\n", "Words."]},
    {
        "cell_type": "code",
        "source": ["print(1)\n", "2"],
        "outputs": [
            {"output_type": "stream", "text": ["1\n"]},
            {"output_type": "execute_result", "data": {"text/plain": ["2"]}},
        ],
    },
    {
        "cell_type": "code",
        "source": ["draw()"],
        "outputs": [{"data": {"image/png": "aGk=\n", "text/plain": ["<Image>"]}}],
    },
]


def test_cells_and_outputs_are_in_order() -> None:
    assert notebook.markdown(json.dumps({"cells": CELLS})).split("\n\n") == [
        "# Tour\nWords.",
        "```python\nprint(1)\n2\n```",
        "```text\n1\n```",
        "```text\n2\n```",
        "```python\ndraw()\n```",
        "![What the cell above draws](data:image/png;base64,aGk=)",
    ]
