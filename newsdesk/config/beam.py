"""The beam section: which Apache Beam runner makes the passes over rows."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from newsdesk.config.section import Section

DIRECT, DIRECT_MULTI, DATAFLOW = "direct", "direct_multi", "dataflow"
# Runners behind Beam's job API, which also start the workers.
PORTABLE = ("portable", "flink", "spark")
RUNNERS = (DIRECT, DIRECT_MULTI, *PORTABLE, DATAFLOW)
_JOB_SERVER = "job_endpoint", "environment"
_ENVIRONMENT = "worker_address", "image"
# The keys that each runner requires, and those that it may use.
_NEEDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(PORTABLE, _JOB_SERVER),
    DATAFLOW: ("project", "region", "temp_location", "image"),
}
_USES: Mapping[str, tuple[str, ...]] = {
    DIRECT_MULTI: ("workers",),
    "portable": _ENVIRONMENT,
    "flink": (*_ENVIRONMENT, "workers"),
    "spark": _ENVIRONMENT,
    DATAFLOW: ("workers", "service_account"),
}
_EXPLAINED: Mapping[str, str] = {
    "job_endpoint": "the address of its job server, such as flink:8099",
    "environment": "where the workers run: external, docker or loopback",
    "worker_address": "the address of the worker pool as the runner sees it, such as "
    "localhost:50000",
    "image": "the image of the workers",
    "project": "the Google Cloud project that pays",
    "region": "a region, such as europe-west1",
    "temp_location": "a folder for temporary files, such as gs://BUCKET/temp",
}
# Other names are those of Beam's classes, as in older configurations.
_CLASS = re.compile(r"[A-Za-z_][\w.]*runner", re.IGNORECASE)

Address = Annotated[str, Field(pattern=r"^[^\s/:]+:\d{1,5}$")]


class Beam(Section):
    """Which Apache Beam runner makes the passes over rows, and what it needs.

    Each of `options` is an argument of Beam that overrides what the other keys say.
    """

    # Files without a runner may have a mode, which `direct` does not use.
    runner: str = "DirectRunner"
    """The runner: `direct` is one process, `direct_multi` several processes here."""
    mode: Literal["in_memory", "multi_processing", "multi_threading"] = "in_memory"
    """How `DirectRunner`, the name in older files, works."""
    workers: int = Field(1, ge=0)
    """Number of workers; 0 takes one for each core."""
    job_endpoint: Address | None = None
    """Host and port of the job server."""
    environment: Literal["loopback", "external", "docker"] | None = None
    """Where the workers run."""
    worker_address: Address | None = None
    """Host and port of the worker pool, as the runner sees it."""
    image: str | None = Field(None, pattern=r"^[^\s]+$")
    """Image of the workers."""
    project: str | None = Field(None, min_length=1)
    """The Google Cloud project that pays."""
    region: str | None = Field(None, min_length=1)
    """Region of Dataflow, such as europe-west1."""
    temp_location: str | None = Field(None, pattern=r"^gs://[^\s/]+(/\S*)?$")
    """Address of a folder for temporary files."""
    service_account: str | None = Field(None, pattern=r"^[^\s@]+@[^\s@]+$")
    """E-mail address of the account that the workers use."""
    options: list[str] = []
    """Further arguments for Beam, which begin with `--`."""

    @property
    def is_class(self) -> bool:
        """Whether the runner is the name of a class of Beam, as in older files."""
        return self.runner not in RUNNERS

    @property
    def is_remote(self) -> bool:
        """Whether workers may run on other machines, and see no file of this one."""
        return self.runner in (*PORTABLE, DATAFLOW) and self.environment != "loopback"

    @model_validator(mode="after")
    def _the_runner_is_known(self) -> "Beam":
        if self.is_class and not _CLASS.fullmatch(self.runner):
            raise ValueError(
                f"beam.runner is {self.runner!r}; it must be one of "
                f"{', '.join(RUNNERS)}, or the name of a class of Beam that ends with "
                "Runner"
            )
        return self

    @model_validator(mode="after")
    def _the_runner_has_what_it_needs(self) -> "Beam":
        if self.is_class:
            return self
        needs = [*_NEEDS.get(self.runner, ())]
        for key in needs:
            if not getattr(self, key):
                raise ValueError(
                    f"beam.runner = {self.runner!r} requires beam.{key}: "
                    f"{_EXPLAINED[key]}"
                )
        extra = {"external": "worker_address", "docker": "image"}
        key = extra.get(self.environment or "", "")
        if key and not getattr(self, key):
            raise ValueError(
                f"beam.environment = {self.environment!r} requires beam.{key}: "
                f"{_EXPLAINED[key]}"
            )
        return self

    @model_validator(mode="after")
    def _the_runner_uses_what_it_has(self) -> "Beam":
        used = {"runner", "options", *_NEEDS.get(self.runner, ())}
        used |= {*_USES.get(self.runner, ("mode", "workers") if self.is_class else ())}
        defaults = type(self).model_fields
        for key in sorted(self.model_fields_set - used):
            if getattr(self, key) != defaults[key].default:
                raise ValueError(
                    f"beam.{key} is not used by beam.runner = {self.runner!r}; "
                    f"{_instead(key, self.runner)}"
                )
        return self


def _instead(key: str, runner: str) -> str:
    """What to do with a key that the runner does not use."""
    if key in ("workers", "mode") and runner == DIRECT:
        return "remove it, or choose the runner direct_multi, which uses processes"
    if key == "workers":
        return "remove it, because the job server decides how many workers there are"
    return "remove it"
