"""The tables of a run, beside the script that does the same work, and of start-up."""

from benchmarks.pipeline import against
from benchmarks.start_up import rows


def test_the_ratio_is_that_of_all_seconds() -> None:
    summary = {
        "nodes": [
            {"name": "Transform", "seconds": 9},
            {"name": "Trainer", "seconds": 20},
        ],
        "metrics": {"accuracy": 0.9},
    }
    hand = {"training": 25.0, "metrics": {"accuracy": 0.91}}

    assert against(summary, 45.0, hand, 36.0) == [
        ["script", "36.0", "25.0", "11.0", "1.00", "0.9100"],
        ["newsdesk run", "45.0", "20.0", "25.0", "1.25", "0.9000"],
    ]


def test_commands_are_compared_with_the_script_that_loads_the_model() -> None:
    script = "load the SavedModel in a script, and classify"
    found = rows({"newsdesk runs": [1.0, 3.0, 2.0], script: [4.0, 4.0, 5.0]})

    assert found == [
        ["`newsdesk runs`", "2.00", "1.00", "0.50"],
        [script, "4.00", "4.00", "1.00"],
    ]
