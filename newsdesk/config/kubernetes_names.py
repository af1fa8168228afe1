"""Checks names that go into the pods that Kubeflow Pipelines creates.

Kubernetes refuses an invalid name only when the first pod is created, after the upload
and the drivers. So names are checked when the configuration is loaded.
"""

import re
from typing import Annotated

from pydantic import AfterValidator

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_IS_LABEL = re.compile(_LABEL)
_IS_SUBDOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_IS_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_IS_RESOURCE = re.compile(
    rf"{_LABEL}(\.{_LABEL})*/[A-Za-z0-9]([-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?"
)
# As AcceleratorType of google-cloud-aiplatform spells them.
VERTEX_GPU = re.compile(r"[A-Z][A-Z0-9_]+")
_LONGEST_SUBDOMAIN = 253
# Volumes and folders that every pod of a task has already (kubeflow/pipelines 2.17,
# argocompiler/container.go and common.go; argo-workflows 4.0, workflowpod.go).
_VOLUMES_OF_PIPELINES = (
    "custom-ca",
    "dot-cache-scratch",
    "dot-config-scratch",
    "dot-local-scratch",
    "gcs-scratch",
    "kfp-launcher",
    "kfp-workspace",
    "minio-scratch",
    "s3-scratch",
    "tmp-dir-argo",
    "var-run-argo",
)
_FOLDERS_OF_PIPELINES = (
    "/.cache",
    "/.config",
    "/.local",
    "/gcs",
    "/kfp-launcher",
    "/minio",
    "/s3",
    "/var/run/argo",
)


def _label(name: str) -> str:
    if not _IS_LABEL.fullmatch(name):
        raise ValueError(
            "is not a name that Kubernetes accepts here; use at most 63 lower-case "
            "letters, digits and dashes, with a letter or digit at both ends"
        )
    return name


def _subdomain(name: str) -> str:
    if not _IS_SUBDOMAIN.fullmatch(name) or len(name) > _LONGEST_SUBDOMAIN:
        raise ValueError(
            "is not a name that Kubernetes accepts; use lower-case letters, digits and "
            "dashes, in parts of at most 63 that are separated by single dots"
        )
    return name


def _claim(name: str) -> str:
    if name in _VOLUMES_OF_PIPELINES:
        raise ValueError(
            "is the name of a volume that Kubeflow Pipelines adds to every pod; give "
            "the PersistentVolumeClaim another name"
        )
    if not _IS_LABEL.fullmatch(name):
        raise ValueError(
            "cannot be mounted: Kubeflow Pipelines names the pod's volume like the "
            "PersistentVolumeClaim, and a volume's name has at most 63 lower-case "
            "letters, digits and dashes, but no dots; create a claim with such a name"
        )
    return name


def _secret_key(key: str) -> str:
    if not _IS_KEY.fullmatch(key) or key == "." or key.startswith(".."):
        raise ValueError(
            "is not a key that a Secret can have; use letters, digits, dashes, "
            "underscores and dots, but not `.` or a name that begins with `..`"
        )
    return key


def _gpu(name: str) -> str:
    if not _IS_RESOURCE.fullmatch(name) and not VERTEX_GPU.fullmatch(name):
        raise ValueError(
            "is not the name of a resource of Kubernetes; write DOMAIN/NAME, such as "
            "nvidia.com/gpu (or, for Vertex AI, a name such as NVIDIA_TESLA_T4)"
        )
    return name


Label = Annotated[str, AfterValidator(_label)]
Subdomain = Annotated[str, AfterValidator(_subdomain)]
Claim = Annotated[str, AfterValidator(_claim)]
SecretKeyName = Annotated[str, AfterValidator(_secret_key)]
GpuType = Annotated[str, AfterValidator(_gpu)]


def check_mount(folder: str) -> None:
    """Refuses a folder at which Kubernetes cannot mount a volume.

    Args:
        folder: an absolute path in a container.

    Raises:
        ValueError: another volume is mounted there, or the path is not valid.
    """
    if folder == "/" or folder.endswith("/") or ":" in folder or "//" in folder:
        raise ValueError(
            f"{folder!r} is not a folder to mount a volume at; write it without `:`, "
            "without empty parts and without a slash at its end, such as /checkpoints"
        )
    if folder in _FOLDERS_OF_PIPELINES:
        raise ValueError(
            f"{folder!r} holds a volume of Kubeflow Pipelines in every pod; choose "
            "another folder, such as /checkpoints"
        )
