"""Checks kinds that Kubernetes' own schemas do not contain.

The fields come from the types that the projects publish, as far as our manifests use
them: TFJob from kubeflow/training-operator 1.9, pkg/apis/kubeflow.org/v1;
InferenceService from kserve/kserve 0.16, pkg/apis/serving/v1beta1; FlinkDeployment from
apache/flink-kubernetes-operator at 6e9caeb4 (Apache-2.0), in
helm/flink-kubernetes-operator/crds, flinkdeployments.flink.apache.org-v1.yml. The pods
inside are returned, so that they can be checked as pods.
"""

from typing import Any, Dict, List

_COUNT = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string", "minLength": 1}


def _closed(required: List[str], **properties: Any) -> Dict[str, Any]:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


_ANY_OBJECT: Dict[str, Any] = {"type": "object"}
_REPLICA = _closed(
    ["replicas", "restartPolicy", "template"],
    replicas=_COUNT,
    restartPolicy={"enum": ["Always", "ExitCode", "Never", "OnFailure"]},
    template=_ANY_OBJECT,
)
_TFJOB = _closed(
    ["tfReplicaSpecs"],
    runPolicy=_closed(
        [],
        activeDeadlineSeconds=_COUNT,
        backoffLimit=_COUNT,
        cleanPodPolicy={"enum": ["All", "None", "Running"]},
        ttlSecondsAfterFinished=_COUNT,
    ),
    tfReplicaSpecs=_closed(["Chief", "Worker"], Chief=_REPLICA, Worker=_REPLICA),
)
_FLINK_VERSIONS = ["v1_18", "v1_19", "v1_20", "v2_0", "v2_1", "v2_2"]
_RESOURCE = _closed(
    ["cpu", "memory"],
    cpu={"type": "number"},
    ephemeralStorage=_TEXT,
    memory=_TEXT,
)
_MANAGER = _closed(
    ["podTemplate", "resource"],
    podTemplate=_ANY_OBJECT,
    replicas=_COUNT,
    resource=_RESOURCE,
    resources=_ANY_OBJECT,
)
_FLINK = _closed(
    ["flinkVersion", "image", "jobManager", "serviceAccount", "taskManager"],
    # Of any settings; Flink reads each value as a string.
    flinkConfiguration={"type": "object", "additionalProperties": _TEXT},
    flinkVersion={"enum": _FLINK_VERSIONS},
    image=_TEXT,
    imagePullPolicy=_TEXT,
    jobManager=_MANAGER,
    logConfiguration=_ANY_OBJECT,
    mode={"enum": ["native", "standalone"]},
    podTemplate=_ANY_OBJECT,
    restartNonce={"type": "integer"},
    serviceAccount=_TEXT,
    taskManager=_MANAGER,
)
_MODEL = {
    "modelFormat": _closed(["name"], name=_TEXT, version=_TEXT),
    "runtime": _TEXT,
    "runtimeVersion": _TEXT,
    "storageUri": {"type": "string", "pattern": "^(gs|s3|pvc)://"},
}
_EXTENSION = {
    "deploymentStrategy": _ANY_OBJECT,
    "maxReplicas": _COUNT,
    "minReplicas": _COUNT,
}
SPECS = {
    ("flink.apache.org/v1beta1", "FlinkDeployment"): _FLINK,
    ("kubeflow.org/v1", "TFJob"): _TFJOB,
    ("serving.kserve.io/v1beta1", "InferenceService"): _closed(
        ["predictor"],
        predictor={
            "type": "object",
            # Other fields are those of a PodSpec; in the model, those of a Container.
            "properties": {
                **_EXTENSION,
                "model": {
                    "type": "object",
                    "properties": _MODEL,
                    "required": sorted(_MODEL),
                },
            },
            "required": ["model"],
        },
    ),
}


def is_custom(document: Dict[str, Any]) -> bool:
    """Checks whether `SPECS` has the kind and version of a manifest."""
    return (document["apiVersion"], document["kind"]) in SPECS


def check(document: Dict[str, Any]) -> None:
    """Refuses fields that the custom resource does not have.

    Args:
        document: the manifest.

    Raises:
        jsonschema.ValidationError: names the field.
    """
    import jsonschema

    jsonschema.validate(
        document["spec"], SPECS[(document["apiVersion"], document["kind"])]
    )


def parts(document: Dict[str, Any]) -> List[Dict[str, Any]]:
    """Extracts the objects of Kubernetes from a custom resource.

    Args:
        document: a manifest that `check` has accepted.

    Returns:
        The pods of a TFJob or FlinkDeployment; the Deployment of an InferenceService.
    """
    if document["kind"] == "FlinkDeployment":
        return _flink_pods(document["spec"])
    if document["kind"] == "TFJob":
        replicas = document["spec"]["tfReplicaSpecs"].values()
        return [_pod(**replica["template"]) for replica in replicas]
    predictor = document["spec"]["predictor"]
    container = _without(predictor["model"], _MODEL)
    spec = _without(predictor, {**_EXTENSION, "model": {}})
    pod = {"spec": {**spec, "containers": [{**container, "name": "kserve-container"}]}}
    labels = {"app": "x"}
    deployment = {
        "strategy": predictor.get("deploymentStrategy", {}),
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, **pod},
    }
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "x"},
            "spec": deployment,
        }
    ]


def _flink_pods(spec: Dict[str, Any]) -> List[Dict[str, Any]]:
    """Merges the templates as the operator does: containers by their position."""
    common = spec["podTemplate"]
    (main,) = common["spec"]["containers"]
    # Flink sets it when it creates a pod.
    main = {**main, "image": spec["image"]}
    pods = []
    for manager in ("jobManager", "taskManager"):
        own = spec[manager]["podTemplate"]["spec"]
        first, *others = own["containers"]
        containers = [{**main, **first}, *others]
        merged = {**common["spec"], **own, "containers": containers}
        pods.append(_pod(metadata=common["metadata"], spec=merged))
    return pods


def _pod(**fields: Any) -> Dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", **fields}


def _without(values: Dict[str, Any], keys: Dict[str, Any]) -> Dict[str, Any]:
    return {name: value for name, value in values.items() if name not in keys}
