"""Finds out whether the cluster's Argo retries containers that fail.

Argo merges the `templateDefaults` of its ConfigMap into every workflow. Who may submit
runs may not read that ConfigMap. But Argo stores the merged workflow, and Kubeflow
Pipelines keeps a copy with the run, which version 1 of its API still returns
(argo-workflows, workflow/controller/operator.go, setExecWorkflow; kubeflow/pipelines,
backend/src/apiserver, ReportWorkflowResource and toApiRunDetailV1).
"""

from typing import Any

from kubeflow.cluster import pods

# The others, and no policy, retry containers that end with an error.
_WITHOUT_FAILURES = ("OnError", "OnTransientError")


def note(client: Any, experiment: str) -> str | None:
    """Warns about an Argo that does not retry a failed container.

    Args:
        client: from `clients.connected`.
        experiment: the id of one that may have had runs.

    Returns:
        A sentence; None if its newest run was retried as configured, or shows nothing.
    """
    found = client.list_runs(
        page_size=1, sort_by="created_at desc", experiment_id=experiment
    )
    policies = [_policy(client, run.run_id) for run in found.runs or ()]
    if not policies or policies[0] not in _WITHOUT_FAILURES:
        return None
    return (
        f"Argo on this cluster retries no container that fails (retryPolicy "
        f"{policies[0]}), so `retries` only counts for pods that are lost, and inside "
        "the pod for stores that cannot be reached; kubeflow/README.md says how to "
        "change the ConfigMap workflow-controller-configmap"
    )


def _policy(client: Any, run: str) -> str | None:
    """The retryPolicy that Argo put into the workflow of a run."""
    import kfp_server_api

    try:
        workflow = pods.manifest(client, run)
        found: str = workflow["spec"]["templateDefaults"]["retryStrategy"][
            "retryPolicy"
        ]
    # Without it, or without the right to see it, there is nothing to warn about.
    except (kfp_server_api.ApiException, KeyError, TypeError, ValueError):
        return None
    return found
