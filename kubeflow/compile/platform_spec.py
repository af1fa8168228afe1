"""Builds the settings of tasks that only Kubernetes has: timeouts, volumes, secrets.

They are the second document of a compiled pipeline, in the form that kfp-kubernetes
writes (https://github.com/kubeflow/pipelines, kubernetes_platform/proto). Fields that
older servers do not know are left out if their value would be the default.
"""

from typing import Any

from newsdesk.config.cluster import Kubeflow
from newsdesk.nodes import NODES

# Writable folders, by the names of their volumes; the second is HOME in the image.
_SCRATCH = {"newsdesk-tmp": "/tmp", "newsdesk-home": "/home/newsdesk"}


def platform_spec(settings: Kubeflow, executors: dict[str, str]) -> dict[str, Any]:
    """Describes the platform of every task.

    Args:
        settings: the kubeflow section.
        executors: the name of each executor, by the id of its node.

    Returns:
        The document. Every task gets the secrets and the volumes, because the webhook's
        task reads the ledger; only nodes of the graph have a timeout.
    """
    described = {}
    for name, executor in executors.items():
        platform: dict[str, Any] = _hardened(settings) if settings.hardened else {}
        if settings.secrets:
            platform["secretAsEnv"] = _secrets(settings)
        if settings.volumes:
            platform["pvcMount"] = _volumes(settings)
        if name in NODES:
            seconds = settings.node(name).timeout_minutes * 60
            platform["activeDeadlineSeconds"] = str(seconds)
        described[executor] = platform
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": described}}}}


def _hardened(settings: Kubeflow) -> dict[str, Any]:
    # KFP has no field for a read-only root file system. A policy of the cluster may set
    # it, so the folders that nodes write to become volumes.
    scratch = [
        {"volumeName": name, "mountPath": folder}
        for name, folder in _SCRATCH.items()
        if folder not in settings.volumes
    ]
    return {"securityContext": {"runAsNonRoot": True}, "emptyDirMounts": scratch}


def _secrets(settings: Kubeflow) -> list[dict[str, Any]]:
    return [
        {
            "secretName": secret.name,
            "secretNameParameter": _constant(secret.name),
            "keyToEnv": [{"secretKey": secret.key, "envVar": variable}],
        }
        for variable, secret in sorted(settings.secrets.items())
    ]


def _volumes(settings: Kubeflow) -> list[dict[str, Any]]:
    return [
        {"constant": claim, "pvcNameParameter": _constant(claim), "mountPath": folder}
        for folder, claim in sorted(settings.volumes.items())
    ]


def _constant(text: str) -> dict[str, Any]:
    return {"runtimeValue": {"constant": text}}
