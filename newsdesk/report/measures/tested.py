"""The rows that all figures of a report are measured on."""

from newsdesk.evaluation.tested import Tested

__all__ = ["Tested"]
