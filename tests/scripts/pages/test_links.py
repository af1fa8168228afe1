"""Links between files of the clone lead to pages of the site, or become text."""

import pytest

from pages import links

PAGES = {"index.md", "python.md", "kubeflow.md", "design/README.md", "img/report.png"}


@pytest.mark.parametrize(
    "page, before, after",
    [
        ("index.md", "[a](docs/python.md)", "[a](python.md)"),
        ("index.md", "![a](docs/img/report.png)", "![a](img/report.png)"),
        ("index.md", "[a](docs/design/)", "[a](design/README.md)"),
        ("kubeflow.md", "[a](../docs/python.md#x-y)", "[a](python.md#x-y)"),
        ("python.md", "[a](../kubeflow/README.md)", "[a](kubeflow.md)"),
        ("design/README.md", "[a](../python.md)", "[a](../python.md)"),
        ("python.md", "[a](../newsdesk/config)", "a"),
        ("python.md", "[`b` and `c`](../newsdesk)", "`b` and `c`"),
        ("python.md", "[a](https://a.b/c) [d](#e)", "[a](https://a.b/c) [d](#e)"),
        ("python.md", "`[a](../kubeflow)`", "`[a](../kubeflow)`"),
        ("python.md", "```\n[a](../kubeflow)\n```", "```\n[a](../kubeflow)\n```"),
    ],
)
def test_a_link(page: str, before: str, after: str) -> None:
    assert links.rewrite(before, page, PAGES.__contains__) == after
