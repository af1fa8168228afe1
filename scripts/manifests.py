"""Builds kubeflow/manifests with kustomize and checks them against schemas.

Run it as python scripts/manifests.py. It installs both tools into .tools/ if they are
missing.
"""

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from typing import Any, Dict, List, Mapping

import custom_kinds
from installer import ROOT, only_one
from lane import InstallError
from uv_tool import find_uv, other_index, uv_environment

KUSTOMIZE = "v5.8.1"
# The oldest and the newest version whose schemas are used.
KUBERNETES = ("1.30", "1.37")
TOOLS = os.path.join(ROOT, ".tools")
MANIFESTS = os.path.join(ROOT, "kubeflow", "manifests")
FOLDERS = (".", "flink", "serving", "training", "secrets")
_PIN = os.path.join(ROOT, "scripts", "manifests.txt")


class ManifestError(Exception):
    """A manifest is not valid; the message is one line."""


def kustomize_file() -> str:
    """Gives the path of kustomize's executable, which may not exist yet."""
    return os.path.join(TOOLS, "kustomize-" + KUSTOMIZE, "kustomize")


def schema_folder() -> str:
    """Gives the folder of kubernetes_validate, which may not exist yet."""
    return os.path.join(TOOLS, "kubernetes-validate")


def kustomize(environ: Mapping[str, str]) -> str:
    """Builds kustomize from the Go module proxy, if it is missing.

    Args:
        environ: the environment, with settings of Go.

    Returns:
        The path of the executable.

    Raises:
        InstallError: Go is missing, or could not build it.
    """
    file = kustomize_file()
    if os.path.exists(file):
        return file
    go = shutil.which("go", path=environ.get("PATH", ""))
    if not go:
        raise InstallError(
            "go is missing, which builds kustomize; install Go 1.24 or newer from "
            "https://go.dev/dl"
        )
    print(f"manifests: building kustomize {KUSTOMIZE}, which takes minutes")
    folder = os.path.dirname(file)
    partial = folder + ".partial"
    package = "sigs.k8s.io/kustomize/kustomize/v5@" + KUSTOMIZE
    env = {**environ, "GOBIN": partial}
    if subprocess.run([go, "install", package], env=env, check=False).returncode:
        raise InstallError(
            "kustomize could not be built, see the output of go above; fix the cause "
            "and run `make manifests` again"
        )
    os.rename(partial, folder)
    return file


def schemas(environ: Mapping[str, str]) -> str:
    """Downloads kubernetes_validate with its schemas, if it is missing.

    Args:
        environ: the environment, with settings of uv and pip.

    Returns:
        The folder of the package.

    Raises:
        InstallError: the package could not be downloaded.
    """
    folder = schema_folder()
    if os.path.isdir(folder):
        return folder
    own = os.path.join(ROOT, ".uv")
    uv = find_uv(own, environ.get("PATH", ""), [sys.executable])
    partial = folder + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    # --no-deps, because the environment already has the packages that it needs.
    command = [uv, "pip", "install", "--quiet", "--target", partial, "--no-deps"]
    command += ["--python", sys.executable, "--require-hashes", "-r", _PIN]
    index = other_index(environ, sys.executable)
    if index:
        command += ["--default-index", index]
    env = uv_environment(environ, own, os.path.join(ROOT, ".venv"))
    if subprocess.run(command, env=env, check=False).returncode:
        raise InstallError(
            "the schemas could not be downloaded, see the output of uv above; fix the "
            "cause and run `make manifests` again"
        )
    os.rename(partial, folder)
    return folder


def build(tool: str, folder: str) -> str:
    """Builds one kustomization with the examples as secrets.

    Args:
        tool: the executable of kustomize.
        folder: one of `FOLDERS`.

    Returns:
        YAML of several documents.

    Raises:
        ManifestError: kustomize refuses the kustomization.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = os.path.join(scratch, "manifests")
        ignored = shutil.ignore_patterns("*.env")
        shutil.copytree(MANIFESTS, copy, ignore=ignored)
        secrets = os.path.join(copy, "secrets")
        for name in os.listdir(secrets):
            if name.endswith(".env.example"):
                file = os.path.join(secrets, name)
                os.rename(file, file[: -len(".example")])
        done = subprocess.run(
            [tool, "build", os.path.join(copy, folder)],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it failed silently"])[-1]
        raise ManifestError(f"{folder}: kustomize: {last}")
    return done.stdout


def validate(documents: List[Dict[str, Any]], folder: str) -> None:
    """Checks manifests against the schemas, which allow no unknown field.

    Args:
        documents: the manifests.
        folder: the folder of kubernetes_validate.

    Raises:
        ManifestError: a manifest is not valid; names the manifest and the field.
    """
    import jsonschema

    if folder not in sys.path:
        sys.path.append(folder)
    package = importlib.import_module("kubernetes_validate")
    for document in documents:
        name = f"{document['kind']}/{document['metadata']['name']}"
        try:
            if custom_kinds.is_custom(document):
                custom_kinds.check(document)
                objects = custom_kinds.parts(document)
            else:
                objects = [document]
            for version in KUBERNETES:
                for each in objects:
                    package.validate(each, version, strict=True)
        except (jsonschema.ValidationError, package.SchemaNotFoundError) as error:
            field = ".".join(map(str, getattr(error, "path", ())))
            raise ManifestError(f"{name}: {field}: {error.message}") from None


def main(environ: Mapping[str, str]) -> None:
    """Builds and checks all manifests, and prints the result.

    Args:
        environ: the environment.

    Raises:
        InstallError: a tool is missing.
        ManifestError: a manifest is not valid.
    """
    import yaml

    with only_one(TOOLS):
        tool, folder = kustomize(environ), schemas(environ)
    for name in FOLDERS:
        built = yaml.safe_load_all(build(tool, name))
        documents = [document for document in built if document]
        validate(documents, folder)
        path = os.path.relpath(os.path.join(MANIFESTS, name), ROOT)
        kinds = ", ".join(sorted({document["kind"] for document in documents}))
        print(f"{path}: {len(documents)} valid: {kinds}")
    print(f"checked against the schemas of Kubernetes {' and '.join(KUBERNETES)}")


if __name__ == "__main__":
    try:
        main(os.environ)
    except (InstallError, ManifestError) as error:
        sys.exit(f"manifests: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
