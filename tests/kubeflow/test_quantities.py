"""Requests and limits are converted to the units of a pipeline spec."""

import pytest

from kubeflow.compile.quantities import cores, gigabytes
from newsdesk.config.cluster import Node


@pytest.mark.parametrize(
    ("quantity", "expected"), [("2", 2.0), ("0.5", 0.5), ("500m", 0.5)]
)
def test_cpu_is_in_cores(quantity: str, expected: float) -> None:
    assert cores(Node(cpu=quantity).cpu) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("2Gi", 2.147483648),
        ("8G", 8.0),
        ("1.5Mi", 0.001572864),
        ("512K", 0.000512),
        ("1Ti", 1099.511627776),
        ("1000000000", 1.0),
    ],
)
def test_memory_is_in_gigabytes(quantity: str, expected: float) -> None:
    assert gigabytes(Node(memory=quantity).memory) == expected
