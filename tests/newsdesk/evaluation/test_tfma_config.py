"""The metrics and slices that TFMA gets do not depend on the number of classes."""

from collections.abc import Callable

from newsdesk.config.sections import Config
from newsdesk.evaluation import tfma_config


def test_more_classes_add_no_metric(make_config: Callable[..., Config]) -> None:
    few = make_config()
    many = make_config(data={"labels": [f"class {n}" for n in range(400)]})
    assert tfma_config.eval_config(many) == tfma_config.eval_config(few)


def test_slices_are_the_configured_columns(
    make_config: Callable[..., Config],
) -> None:
    specs = tfma_config.eval_config(
        make_config(data={"slice_columns": ["source"]})
    ).slicing_specs
    assert [list(one.feature_keys) for one in specs] == [[], ["source"]]
