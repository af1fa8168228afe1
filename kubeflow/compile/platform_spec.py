"""What only Kubernetes knows of a task: timeouts, volumes, secrets.

It stands in the second document of a compiled pipeline, in the form that
kfp-kubernetes writes
(https://github.com/kubeflow/pipelines, kubernetes_platform/proto). Fields that older
servers do not know are left out where their default says the same.
"""

from typing import Any

from newsdesk.config.cluster import Kubeflow
from newsdesk.nodes import NODES

# By the names of their volumes; the second is HOME in the image.
_SCRATCH = {"newsdesk-tmp": "/tmp", "newsdesk-home": "/home/newsdesk"}


def platform_spec(settings: Kubeflow, executors: dict[str, str]) -> dict[str, Any]:
    """Describes the platform of every task.

    Args:
        settings: the kubeflow section.
        executors: the name of each executor, by its node.

    Returns:
        The document. Every task gets the secrets and the volumes, because the webhook's
        task reads the ledger; only nodes of the graph have a timeout.
    """
    told = {}
    for name, executor in executors.items():
        one: dict[str, Any] = _hardened(settings) if settings.hardened else {}
        if settings.secrets:
            one["secretAsEnv"] = _secrets(settings)
        if settings.volumes:
            one["pvcMount"] = _volumes(settings)
        if name in NODES:
            seconds = settings.node(name).timeout_minutes * 60
            one["activeDeadlineSeconds"] = str(seconds)
        told[executor] = one
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": told}}}}


def _hardened(settings: Kubeflow) -> dict[str, Any]:
    # KFP has no field for a read-only root file system: a policy of the cluster sets
    # it, and these folders stay writable.
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
