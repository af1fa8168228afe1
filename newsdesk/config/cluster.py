"""The kubeflow section: the cluster, the resources of nodes, and the schedule."""

import re
from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    field_validator,
    model_validator,
)

from newsdesk.config import cron, kubernetes_names
from newsdesk.config.kubernetes_names import (
    Claim,
    GpuType,
    Label,
    SecretKeyName,
    Subdomain,
)
from newsdesk.config.paths import LocalPath
from newsdesk.config.section import Section
from newsdesk.nodes import NODES

_LONGEST_PAUSES = 7 * 24 * 3600

Cpu = Annotated[str, Field(pattern=r"^([1-9]\d*m|\d*[1-9]\d*(\.\d+)?|0\.\d*[1-9]\d*)$")]
Memory = Annotated[str, Field(pattern=r"^[1-9]\d*(\.\d+)?([KMGT]i?)?$")]
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
_SECRET = re.compile(r"SECRET|TOKEN|PASSW|CREDENTIAL|API_?KEY|ACCESS_?KEY", re.I)


def _is_a_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            "is not a time zone; use an IANA name such as Europe/Berlin"
        ) from None
    return name


def _is_cron(expression: str) -> str:
    cron.parse(expression)
    return expression


def _is_whole(factor: object) -> object:
    if isinstance(factor, float) and not factor.is_integer():
        raise ValueError(
            "is not a whole number, which Argo requires: use 1 for pauses of equal "
            "length, or 2 to double each pause"
        )
    return factor


def _is_a_node(name: str) -> str:
    if name not in NODES:
        raise ValueError(f"must be one of {', '.join(NODES)}")
    return name


TimeZone = Annotated[str, AfterValidator(_is_a_zone)]
Factor = Annotated[int, BeforeValidator(_is_whole), Field(ge=1)]
NodeName = Annotated[str, AfterValidator(_is_a_node)]


class Schedule(Section):
    """When runs begin: at the times of a cron expression, or at a fixed interval.

    Kubeflow Pipelines reads cron by the clock of its controller, without a time zone
    (cron.py). So `time_zone` must be the zone of that clock: UTC, unless the cluster
    sets CRON_SCHEDULE_TIMEZONE on ml-pipeline-scheduledworkflow. In that case, set
    `controller_time_zone` to the same zone.
    """

    cron: Annotated[str, AfterValidator(_is_cron)] | None = None
    """Six fields, seconds first, such as `0 0 3 * * *`; either this or `every_minutes`.
    """
    every_minutes: int | None = Field(None, ge=1)
    """Minutes between two runs."""
    time_zone: TimeZone = "UTC"
    """The zone in which `cron` is meant; it must be `controller_time_zone`."""
    controller_time_zone: TimeZone = "UTC"
    """The zone of the clock of Kubeflow Pipelines' controller."""
    catchup: bool = False
    """Runs every interval since `start` that was missed, instead of the latest one
    alone."""
    max_concurrency: int = Field(1, ge=1, le=10)
    """Runs that may work at the same time."""
    start: AwareDatetime | None = None
    """First moment, with a time zone."""
    end: AwareDatetime | None = None
    """Last moment, with a time zone."""

    @model_validator(mode="after")
    def _runs_can_begin(self) -> "Schedule":
        if (self.cron is None) == (self.every_minutes is None):
            raise ValueError("needs either cron or every_minutes")
        if self.start and self.end and self.start >= self.end:
            raise ValueError("ends before it starts")
        if self.catchup and not self.start:
            raise ValueError("with catchup needs a start, from which intervals count")
        if self.cron and self.time_zone != self.controller_time_zone:
            raise ValueError(
                f"cron cannot be read in {self.time_zone}: Kubeflow Pipelines reads it "
                f"by its controller's clock, {self.controller_time_zone}; write it for "
                "that zone, or set CRON_SCHEDULE_TIMEZONE on "
                "ml-pipeline-scheduledworkflow, and controller_time_zone to the same"
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The clock by which the cron is read."""
        return ZoneInfo(self.time_zone)


class Node(Section):
    """The resources, retries and environment of a node on the cluster.

    `retries` is used twice: inside the container, for a store that cannot be reached,
    and by Argo, with a new pod, for other failures (`kubeflow/container/retries.py`).
    """

    cpu: Cpu = "1"
    """Requested cores, such as `2`, `0.5` or `500m`."""
    memory: Memory = "2Gi"
    """Requested memory, such as `4Gi`."""
    cpu_limit: Cpu | None = None
    """Most cores; by default the request."""
    memory_limit: Memory | None = None
    """Most memory; by default the request."""
    gpus: int = Field(0, ge=0)
    """GPUs; only for nodes that use them."""
    gpu_type: GpuType = "nvidia.com/gpu"
    """The cluster's resource of the GPUs."""
    retries: int = Field(2, ge=0, le=20)
    """How often the node is tried again."""
    backoff_seconds: int = Field(60, ge=0)
    """Pause before the first retry."""
    backoff_factor: Factor = 2
    """Factor by which each pause is longer than the one before."""
    timeout_minutes: int = Field(60, ge=1, le=366 * 24 * 60)
    """Minutes that one pod may take."""
    cache: bool = False
    """Whether Pipelines may take the outputs of an earlier task."""
    environment: dict[VariableName, str] = {}
    """Environment variables; secrets belong into `kubeflow.secrets`."""

    @property
    def pauses(self) -> list[int]:
        """The seconds before each retry."""
        return [
            self.backoff_seconds * self.backoff_factor**number
            for number in range(self.retries)
        ]

    @field_validator("environment")
    @classmethod
    def _holds_no_secret(cls, environment: dict[str, str]) -> dict[str, str]:
        for name in environment:
            if _SECRET.search(name):
                raise ValueError(
                    f"{name} sounds like a secret, and a compiled pipeline must not "
                    "contain secrets; name its Kubernetes Secret in kubeflow.secrets"
                )
        return environment


class SecretKey(Section):
    """One key of a Kubernetes Secret."""

    name: Subdomain
    """Name of the Kubernetes Secret."""
    key: SecretKeyName
    """Key in the Secret."""


class Kubeflow(Section):
    """Where runs are sent, and how their nodes run."""

    host: str | None = Field(None, pattern=r"^https?://[^/\s]+")
    """Address of Kubeflow Pipelines; by default `KF_PIPELINES_ENDPOINT`, or the service
    of the cluster that this runs in."""
    ui: str | None = Field(None, pattern=r"^https?://[^/\s]+")
    """Address of its pages, if that differs from `host`."""
    namespace: Label | None = None
    """Namespace of the runs."""
    experiment: str | None = Field(None, min_length=1)
    """Experiment of the runs; by default the name of the pipeline."""
    service_account: Subdomain | None = None
    """Service account of the pods."""
    token_file: LocalPath | None = None
    """File with the token for `submit` and `schedule`."""
    ca_file: LocalPath | None = None
    """Certificates that the server's certificate is checked with."""
    image: str | None = Field(None, pattern=r"^[^\s]+$")
    """Image of the nodes, which `make image` builds."""
    root: Annotated[str, Field(pattern=r"^(gs|s3|minio)://[^\s]+$")] | None = None
    """Where artifacts are stored; by default the store of the cluster."""
    schedule: Schedule | None = None
    """When runs begin."""
    defaults: Node = Node()
    """Settings of all nodes."""
    nodes: dict[NodeName, Node] = {}
    """Settings of one node, by its id: the keys of `defaults`, which they override."""
    secrets: dict[VariableName, SecretKey] = {}
    """Environment variables of the nodes, each from a key of a Kubernetes Secret."""
    volumes: dict[str, Claim] = {}
    """Folders in the pods, each from a PersistentVolumeClaim."""
    addresses: dict[LocalPath, Annotated[str, Field(min_length=1)]] = {}
    """For local paths, where containers find the same content: an address in a store,
    or a path in the image or a volume."""
    hardened: bool = False
    """Forbids root in every pod, and lets the root file system be read-only; needs
    Kubeflow Pipelines 2.16."""
    server_version: Annotated[str, Field(pattern=r"^\d+\.\d+$")] | None = None
    """Replaces the version that the server reports."""
    fail_when_not_pushed: bool = False
    """Lets a run fail whose model is not good enough or was rolled back."""
    alarm_without_push: int | None = Field(None, ge=1)
    """Intervals without a push after which `schedule status` ends with 1."""

    @field_validator("volumes")
    @classmethod
    def _are_mounted_at_folders(cls, volumes: dict[str, str]) -> dict[str, str]:
        for folder in volumes:
            if not is_absolute(folder):
                raise ValueError(f"{folder!r} is not an absolute path in the container")
            kubernetes_names.check_mount(folder)
        return volumes

    @field_validator("addresses")
    @classmethod
    def _can_be_read_there(cls, addresses: dict[str, str]) -> dict[str, str]:
        for address in addresses.values():
            remote = address.startswith(("gs://", "s3://", "minio://"))
            if not remote and not is_absolute(address):
                raise ValueError(
                    f"{address!r} must begin with gs://, s3://, minio:// or /"
                )
        return addresses

    @model_validator(mode="after")
    def _gpus_go_where_they_are_used(self) -> "Kubeflow":
        if self.defaults.gpus:
            raise ValueError(
                "defaults.gpus would give every node a GPU; use nodes.<node>.gpus"
            )
        may_have_gpus = [name for name, facts in NODES.items() if facts.may_have_gpus]
        for name in NODES:
            if self.node(name).gpus and name not in may_have_gpus:
                raise ValueError(
                    f"nodes.{name}.gpus: only {', '.join(may_have_gpus[:-1])} and "
                    f"{may_have_gpus[-1]} use GPUs; "
                    "remove the key"
                )
        return self

    @model_validator(mode="after")
    def _pauses_end(self) -> "Kubeflow":
        for name in NODES:
            seconds = sum(self.node(name).pauses)
            if seconds > _LONGEST_PAUSES:
                raise ValueError(
                    f"nodes.{name}: the pauses before its retries add up to "
                    f"{seconds:,} seconds, which is more than {_LONGEST_PAUSES:,} (a "
                    "week); lower retries, backoff_seconds or backoff_factor"
                )
        return self

    def node(self, name: str) -> Node:
        """Combines the settings of one node.

        Args:
            name: the id of a node of the graph.

        Returns:
            Its own settings, else those of `defaults`, else the built-in defaults of
            the node. Environments are merged.
        """
        own = self.nodes.get(name, Node())
        given: list[Mapping[str, Any]] = [_given(self.defaults), _given(own)]
        environment = self.defaults.environment | own.environment
        merged = {**NODES[name].resources, **given[0], **given[1]}
        return Node.model_validate({**merged, "environment": environment})


def is_absolute(folder: str) -> bool:
    """Decides whether a path in a container is absolute and has no `..`."""
    return folder.startswith("/") and ".." not in folder.split("/")


def _given(section: Section) -> dict[str, Any]:
    """Gives the settings in the file, without defaults."""
    return section.model_dump(include=section.model_fields_set)
