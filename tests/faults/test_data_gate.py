"""Clean data pass the gate, and each broken rule is the one that is named."""

import pytest

from benchmarks.reliability.counted import Judge, false_alarms, read
from benchmarks.reliability.data_gate import BREAKS, RULES, SAMPLE, clean, stops
from newsdesk.config.gate import Gate

LABELS = ["World", "Sports", "Business", "Sci/Tech"]


@pytest.mark.slow
def test_clean_data_raise_no_alarm() -> None:
    assert false_alarms(read(SAMPLE), 5) == []


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted(BREAKS.keys() & Gate.model_fields.keys()))
def test_broken_data_break_one_rule(rule: str) -> None:
    rules = RULES.get(rule, Gate())
    found = Judge(LABELS, clean()).judge(BREAKS[rule](clean()), rules)
    assert {one.rule for one in found if one.holds is False} == {rule}


@pytest.mark.e2e
def test_a_broken_rule_stops_the_run_before_transform() -> None:
    (outcome,) = stops(["max_unknown_share"])
    assert outcome.in_time, outcome
    assert "the data of version" in outcome.told
