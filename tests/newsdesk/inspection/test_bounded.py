"""A graph that may loop forever is recognized by its structure."""

import pytest

from newsdesk.inspection.bounded import is_bounded
from newsdesk.inspection.parsed import Parsed


def _model(functions: dict[str, list[str]]) -> Parsed:
    """A graph of functions, each a list of operations or of functions that it calls."""
    from tensorflow.core.protobuf import meta_graph_pb2

    meta = meta_graph_pb2.MetaGraphDef()
    for name, operations in functions.items():
        function = meta.graph_def.library.function.add()
        function.signature.name = name
        for number, operation in enumerate(operations):
            node = function.node_def.add(name=f"node{number}", op=operation)
            if operation in functions:
                node.op = "PartitionedCall"
                node.attr["f"].func.name = operation
    return Parsed(meta)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("functions", "bounded"),
    [
        ({"f": ["MatMul", "Add"]}, True),
        ({"f": ["g", "g"], "g": ["Add"]}, True),
        ({"f": ["While"]}, False),
        ({"f": ["g"], "g": ["StatelessWhile"]}, False),
        ({"f": ["f"]}, False),
        ({"f": ["g"], "g": ["Add", "f"]}, False),
        ({f"f{n}": [f"f{n + 1}"] * 2 for n in range(40)} | {"f40": ["Add"]}, False),
        ({f"f{n}": [f"f{n + 1}"] for n in range(20_000)} | {"f20000": ["Add"]}, False),
    ],
    ids=["plain", "calls", "loop", "inner", "self", "circle", "doubling", "deep"],
)
def test_loops_recursion_and_too_many_nested_calls_are_not_bounded(
    functions: dict[str, list[str]], bounded: bool
) -> None:
    assert is_bounded(_model(functions)) is bounded
