"""Checks which versions of Kubeflow Pipelines accept a compiled pipeline.

kfp_versions.json was read from the source of kubeflow/pipelines at the tags that it
names: api/v2alpha1/pipeline_spec.proto and
kubernetes_platform/proto/kubernetes_executor_config.proto, as far as our pipelines use
their messages. The server reads both strictly (protojson.Unmarshal in
backend/src/apiserver/template/v2_template.go and, for the platform, in
backend/src/v2/compiler/argocompiler/container.go from 2.14 and in
backend/src/v2/cmd/driver/main.go in 2.5). It drops unknown fields of deploymentSpec
(backend/src/v2/compiler/visitor.go); here they are refused, because a dropped setting
has no effect. `first` names the first version with a field or value: 2.5 has
taskFinalStatus in its proto, but refuses it in
backend/src/v2/compiler/argocompiler/dag.go. `health` is what the images of a release
answer (backend/src/apiserver/main.go, backend/Dockerfile, .github/workflows).

To add a version, compare the two protos of its tag with those of the newest tag here:
new fields go into `messages` and `first`, and `NEWEST` of kubeflow/cluster/versions.py
follows.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

TABLE: dict[str, Any] = json.loads(
    Path(__file__).with_name("kfp_versions.json").read_text()
)
VERSIONS: list[str] = list(TABLE["versions"])
_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "bool": (bool,),
    "number": (int, float),
    # Both forms are JSON's of a protocol buffer.
    "int64": (int, str),
}


def refused(documents: Sequence[Any], version: str) -> list[str]:
    """Lists what a version refuses in a compiled pipeline.

    Args:
        documents: the pipeline spec and the platform spec, if there is one.
        version: one of `VERSIONS`.

    Returns:
        One line for each field, value or type that it does not know.
    """
    spec, *platforms = documents
    found = list(_message(spec, "PipelineSpec", version, "spec"))
    for platform in platforms:
        found += _message(platform, "PlatformSpec", version, "platform")
    return found


def is_known(name: str, version: str) -> bool:
    """Checks whether a version knows a field or value, `MESSAGE.FIELD`."""
    first = TABLE["first"].get(name, VERSIONS[0])
    return VERSIONS.index(first) <= VERSIONS.index(version)


def _message(value: Any, kind: str, version: str, place: str) -> Iterator[str]:
    fields = TABLE["messages"][kind]
    if not isinstance(value, dict):
        yield f"{place}: is not a {kind}"
        return
    for key, inner in value.items():
        if key not in fields or not is_known(f"{kind}.{key}", version):
            yield f"{place}.{key}: unknown field of {kind}"
        else:
            yield from _value(inner, fields[key], version, f"{place}.{key}")


def _value(value: Any, kind: str, version: str, place: str) -> Iterator[str]:
    if kind == "any":
        return
    if kind.startswith("["):
        for index, inner in enumerate(value):
            yield from _value(inner, kind[1:-1], version, f"{place}[{index}]")
    elif kind.startswith("{"):
        for key, inner in value.items():
            yield from _value(inner, kind[1:-1], version, f"{place}.{key}")
    elif kind.startswith("enum "):
        name = kind.removeprefix("enum ")
        known = value in TABLE["enums"][name]
        if not known or not is_known(f"{name}.{value}", version):
            yield f"{place}: {value} is not a {name}"
    elif kind in _SCALARS:
        if type(value) not in _SCALARS[kind]:
            yield f"{place}: {value!r} is not a {kind}"
    else:
        yield from _message(value, kind, version, place)
