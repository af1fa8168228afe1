"""Applies Argo's rules for retries, without waiting.

Written after argo-workflows: workflow/controller/operator.go (processNodeRetries,
mergedTemplateDefaultsInto, retryStrategy, inferFailedReason), workflowpod.go
(getDeadline) and pkg/apis/workflow/v1alpha1 (RetryPolicyActual, ParseStringToDuration),
compared in v3.5.14, v3.6.7, v3.7.3 and v4.0.5, which Kubeflow Pipelines 2.5, 2.14, 2.15
and 2.16, and 2.17 install: for strategies without `cap`, `expression` and daemons they
decide alike. How a task becomes a strategy is written after kubeflow/pipelines 2.14.3
and 2.17.0, backend/src/v2/compiler/argocompiler/container.go
(getTaskRetryParametersWithValues, addParameterDefault, getTaskRetryStrategyFromInput).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What manifests/kustomize/third-party/argo of kubeflow/pipelines writes below
# workflowDefaults.spec.templateDefaults: 2.17 has an entry, 2.14.3 to 2.16.1 have none.
STOCK_2_16: Mapping[str, Any] = {}
STOCK_2_17: Mapping[str, Any] = {
    "retryStrategy": {"limit": "2", "retryPolicy": "OnError"}
}
SUCCEEDED, FAILED, ERROR = "Succeeded", "Failed", "Error"
_RETRIED = {
    "Always": (FAILED, ERROR),
    "OnError": (ERROR,),
    "OnFailure": (FAILED,),
}


@dataclass(frozen=True)
class Attempt:
    """What a pod would do if Argo did not end it.

    Attributes:
        seconds: how long it takes, including the time it waits for a machine.
        phase: SUCCEEDED; FAILED, if the main container ends with another code than 0
            or Kubernetes ends the pod at its deadline; ERROR, if the pod is deleted or
            a container of Argo itself fails.
    """

    seconds: float
    phase: str


@dataclass(frozen=True)
class Outcome:
    """How a node ended.

    Attributes:
        phase: the phase of the last attempt.
        message: Argo's reason for not retrying; "" for none.
        attempts: the number of pods.
        killed: whether Argo ended the last pod.
    """

    phase: str
    message: str
    attempts: int
    killed: bool = False


def strategy(task: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the strategy with which Argo runs a task of a compiled pipeline.

    Args:
        task: a task of the pipeline spec, with a `retryPolicy`.
        defaults: the templateDefaults of the cluster.

    Returns:
        A `retryStrategy`; {} for none.
    """
    own = _compiled(task.get("retryPolicy"))
    return _merged(defaults.get("retryStrategy", {}), own)


def run(given: Mapping[str, Any], attempts: Sequence[Attempt]) -> Outcome:
    """Runs a node until Argo does not retry it any more.

    Args:
        given: from `strategy`.
        attempts: what each pod does; all later pods do the same as the last one.

    Returns:
        How it ended.
    """
    now = 0.0
    deadline: float | None = None
    number = 0
    while True:
        attempt = attempts[min(number, len(attempts) - 1)]
        number += 1
        end = now + attempt.seconds
        now, phase, killed = end, attempt.phase, False
        if deadline is not None and end > deadline:
            now, phase, killed = deadline, FAILED, True
        if phase == SUCCEEDED or not given:
            return Outcome(phase, "", number, killed)
        if backoff := given.get("backoff"):
            deadline = None
            if backoff["maxDuration"]:
                deadline = float(_seconds(backoff["maxDuration"]))
                # The controller checks a little later, so the deadline is too late.
                if now >= deadline:
                    message = "Max duration limit exceeded"
                    return Outcome(phase, message, number, killed)
            try:
                factor = int(backoff["factor"])
            except ValueError as error:
                return Outcome(ERROR, str(error), number, killed)
            pause = _seconds(backoff["duration"])
            if factor > 0:
                pause *= factor ** (number - 1)
            if deadline is not None and now + pause > deadline:
                message = "Backoff would exceed max duration limit"
                return Outcome(phase, message, number, killed)
            if number <= int(given["limit"]):
                now += pause
        if phase not in _RETRIED[given.get("retryPolicy") or "OnFailure"]:
            return Outcome(phase, "", number, killed)
        if "limit" in given and number > int(given["limit"]):
            return Outcome(phase, "No more retries left", number, killed)


def _compiled(policy: Mapping[str, Any] | None) -> dict[str, Any]:
    """The retryStrategy that Pipelines' compiler writes for a task's retryPolicy."""
    if policy is None:
        return {}
    factor = float(policy.get("backoffFactor", 0))
    return {
        "limit": str(policy.get("maxRetryCount", 0)),
        "backoff": {
            # Go writes a float64 without a fraction as a whole number.
            "factor": str(int(factor) if factor.is_integer() else factor),
            # Only whole seconds of a duration are kept; a missing one becomes 0.
            "duration": policy.get("backoffDuration", "0s").removesuffix("s"),
            "maxDuration": policy.get("backoffMaxDuration", "0s").removesuffix("s"),
        },
    }


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Merges JSON objects; the template wins over the defaults."""
    merged = dict(below)
    for key, value in above.items():
        of = merged.get(key)
        nested = isinstance(of, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(of, value) if nested else value  # type: ignore[arg-type]
    return merged


def _seconds(text: str) -> int:
    """Reads a duration; one without a unit is in seconds."""
    return int(text)
