"""A run that came to its end, which tests of faults copy."""

import pytest

from benchmarks.reliability import unbroken
from benchmarks.reliability.unbroken import Unbroken
from tests.support.first_run import FirstRun


@pytest.fixture(scope="session")
def unbroken_run(
    first_run: FirstRun, tmp_path_factory: pytest.TempPathFactory
) -> Unbroken:
    """A second run of the sample, which trained anew; takes half a minute."""
    return unbroken.run(first_run, tmp_path_factory.mktemp("unbroken") / "kept")
