"""Checks whether a version of Kubeflow Pipelines can run a compiled pipeline.

What each version accepts was read from its source, and is kept as a table with the
tests (tests/kubeflow/kfp_versions.json).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from kubeflow.cluster import rest
from newsdesk.config.cluster import Kubeflow
from newsdesk.errors import ClusterError

Version = tuple[int, int]

# Numbers 2.6 to 2.13 are versions of the SDK alone, not of the server.
OLDEST: Version = (2, 5)
NEWEST: Version = (2, 17)
_NUMBER = re.compile(r"v?(\d+)\.(\d+)")
_UNKNOWN = ("", "unknown")


@dataclass(frozen=True)
class Feature:
    """A field of compiled pipelines that not every supported version accepts.

    Attributes:
        field: its key in the compiled pipeline.
        since: the first version that accepts it.
        advice: what to change for an older server.
    """

    field: str
    since: Version
    advice: str


FEATURES = (
    Feature("taskFinalStatus", (2, 14), "leave output.notify out"),
    Feature("optional", (2, 15), "compile the pipeline again with this release"),
    Feature("securityContext", (2, 16), "leave kubeflow.hardened out"),
)


@dataclass(frozen=True)
class Server:
    """The version of a server, as far as it is known.

    Attributes:
        version: the oldest version that it can have.
        name: the version or versions that it can have, for messages.
    """

    version: Version
    name: str


def check_server(client: Any, settings: Kubeflow, spec: str) -> None:
    """Refuses a server that cannot run a pipeline.

    A server that does not give its version, or forbids the request, is not refused.

    Args:
        client: from `clients.connected`.
        settings: the kubeflow section.
        spec: YAML of the compiled pipeline.

    Raises:
        ClusterError: the server's version is too old or too new.
    """
    if settings.server_version:
        server = version_in({"tag_name": settings.server_version})
    else:
        server = version_in(_health(client))
    if server and (reason := refusal(server, spec)):
        raise ClusterError(
            f"{settings.host or 'the cluster'}: Kubeflow Pipelines {server.name} "
            f"{reason}"
        )


def version_in(health: Mapping[str, Any]) -> Server | None:
    """Finds the version in the health report of a server.

    Args:
        health: the response of /apis/v2beta1/healthz.

    Returns:
        The version; None if the server was built from a branch.
    """
    tag = str(health.get("tag_name", ""))
    if found := _NUMBER.match(tag):
        return Server((int(found[1]), int(found[2])), tag)
    if tag not in _UNKNOWN:
        return None
    # The images of 2.5 to 2.15 were built without their tag (.github/workflows of
    # kubeflow/pipelines); 2.14 added pipeline_store to the report.
    if "pipeline_store" in health:
        return Server((2, 14), "2.14 or 2.15")
    return Server((2, 5), "2.5 or older")


def refusal(server: Server, spec: str) -> str | None:
    """Explains why a server cannot run a compiled pipeline.

    Args:
        server: from `version_in`.
        spec: YAML of the compiled pipeline.

    Returns:
        A sentence without its subject, the server; None if the server can run it.
    """
    if server.version < OLDEST:
        return f"is too old; upgrade it to {_written(OLDEST)} or newer"
    if server.version > NEWEST:
        newest = _written(NEWEST)
        return (
            f"is newer than {newest}, the newest that was tested; use a newer release "
            f'of newsdesk, or set kubeflow.server_version = "{newest}" to try it'
        )
    fields = {key for document in yaml.safe_load_all(spec) for key in _keys(document)}
    for feature in FEATURES:
        if feature.field in fields and server.version < feature.since:
            return (
                f"does not accept {feature.field}, which needs "
                f"{_written(feature.since)} or newer; {feature.advice}, or upgrade the "
                "server (if it is newer than it reports, set kubeflow.server_version)"
            )
    return None


def _health(client: Any) -> dict[str, Any]:
    import kfp_server_api

    try:
        # The client's own method drops the fields that its version does not know.
        report = json.loads(rest.get(client, "v2beta1", "healthz"))
    except ValueError:
        # A page of a gateway.
        report = None
    except kfp_server_api.ApiException as error:
        if error.status == 401:
            raise
        # A gateway may forbid this path alone; if it forbids all, the next one fails.
        return {"tag_name": "not asked"}
    return report if isinstance(report, dict) else {"tag_name": "not asked"}


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _written(version: Version) -> str:
    return ".".join(map(str, version))
