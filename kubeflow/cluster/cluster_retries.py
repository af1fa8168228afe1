"""Finds out whether Argo on the cluster retries containers that fail.

Argo merges the `templateDefaults` of its ConfigMap into every workflow. A user who may
submit runs usually may not read that ConfigMap. But Argo stores the merged workflow,
and Kubeflow Pipelines keeps a copy with the run, which version 1 of its API returns
(argo-workflows, workflow/controller/operator.go, setExecWorkflow; kubeflow/pipelines,
backend/src/apiserver, ReportWorkflowResource and toApiRunDetailV1).
"""

from typing import Any

from kubeflow.cluster import pods

# Any other policy, and none, retries containers that end with an error.
_WITHOUT_FAILURES = ("OnError", "OnTransientError")


def note(client: Any, experiment: str) -> str | None:
    """Warns if Argo on this cluster does not retry failed containers.

    Args:
        client: from `clients.connected`.
        experiment: the id of an experiment; its newest run shows Argo's policy.

    Returns:
        A sentence; None if Argo retries them, or if there is no run to read it from.
    """
    found = client.list_runs(
        page_size=1, sort_by="created_at desc", experiment_id=experiment
    )
    policies = [_policy(client, run.run_id) for run in found.runs or ()]
    if not policies or policies[0] not in _WITHOUT_FAILURES:
        return None
    return (
        f"Argo on this cluster does not retry containers that fail (retryPolicy "
        f"{policies[0]}); `retries` applies only to lost pods, and inside the pod to "
        "stores that cannot be reached; to change this, edit the ConfigMap "
        'workflow-controller-configmap as "Retries" in kubeflow/README.md describes'
    )


def _policy(client: Any, run: str) -> str | None:
    """The retryPolicy that Argo put into the workflow of a run."""
    import kfp_server_api

    try:
        workflow = pods.manifest(client, run)
        found: str = workflow["spec"]["templateDefaults"]["retryStrategy"][
            "retryPolicy"
        ]
    # Workflows without a default policy lack these keys, and the right may be missing.
    except (kfp_server_api.ApiException, KeyError, TypeError, ValueError):
        return None
    return found
