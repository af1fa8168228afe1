"""Measures the figures of a report from the predictions for the tested rows."""

from newsdesk.evaluation.tested import Tested
from newsdesk.report.measures.calibration_bins import calibration
from newsdesk.report.measures.class_figures import classes
from newsdesk.report.measures.confusions import confusion, pairs
from newsdesk.report.measures.coverage_points import coverage
from newsdesk.report.measures.overall_figures import overall
from newsdesk.report.measures.slice_figures import slices

__all__ = [
    "Tested",
    "calibration",
    "classes",
    "confusion",
    "coverage",
    "overall",
    "pairs",
    "slices",
]
