import pytest

from components.one_process import is_one_process
from newsdesk.config.sections import Beam
from pipeline.beam import beam_args


def test_the_default_is_one_process():
    assert is_one_process(beam_args(Beam()))


@pytest.mark.parametrize(
    "beam, extra",
    [
        (Beam(workers=2, mode="multi_processing"), []),
        (Beam(runner="PortableRunner"), []),
        (Beam(), ["--runner=FlinkRunner"]),
        (Beam(), ["--runner", "FlinkRunner"]),
    ],
)
def test_other_engines_are_not(beam, extra):
    assert not is_one_process(beam_args(beam, extra))


def test_no_runner_is_not():
    assert not is_one_process([])
