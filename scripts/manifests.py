"""Builds kubeflow/manifests with kustomize and holds them against the schemas.

python scripts/manifests.py; both tools come into .tools/, once.
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
# The oldest and the newest that manifests are held against.
KUBERNETES = ("1.30", "1.37")
TOOLS = os.path.join(ROOT, ".tools")
MANIFESTS = os.path.join(ROOT, "kubeflow", "manifests")
FOLDERS = (".", "serving", "training", "secrets")
_PIN = os.path.join(ROOT, "scripts", "manifests.txt")


class ManifestError(Exception):
    """What is wrong with a manifest, in one line."""


def kustomize_file() -> str:
    """Where the executable of kustomize lies, once it is there."""
    return os.path.join(TOOLS, "kustomize-" + KUSTOMIZE, "kustomize")


def schema_folder() -> str:
    """Where kubernetes_validate can be imported from, once it is there."""
    return os.path.join(TOOLS, "kubernetes-validate")


def kustomize(environ: Mapping[str, str]) -> str:
    """Builds kustomize through the Go module proxy, once.

    Args:
        environ: the environment; the settings of Go count.

    Returns:
        `kustomize_file`.

    Raises:
        InstallError: Go is missing, or could not build it.
    """
    file = kustomize_file()
    if os.path.exists(file):
        return file
    go = shutil.which("go", path=environ.get("PATH", ""))
    if not go:
        raise InstallError(
            "go is missing, which builds kustomize; install Go 1.24 or newer, as "
            "https://go.dev/dl says"
        )
    print(f"manifests: building kustomize {KUSTOMIZE}, minutes the first time")
    folder = os.path.dirname(file)
    partial = folder + ".partial"
    package = "sigs.k8s.io/kustomize/kustomize/v5@" + KUSTOMIZE
    env = {**environ, "GOBIN": partial}
    if subprocess.run([go, "install", package], env=env, check=False).returncode:
        raise InstallError("kustomize could not be built, as go says above")
    os.rename(partial, folder)
    return file


def schemas(environ: Mapping[str, str]) -> str:
    """Downloads Kubernetes' schemas with the package that applies them, once.

    Args:
        environ: the environment; the settings of uv and pip count.

    Returns:
        `schema_folder`.

    Raises:
        InstallError: they could not be downloaded.
    """
    folder = schema_folder()
    if os.path.isdir(folder):
        return folder
    own = os.path.join(ROOT, ".uv")
    uv = find_uv(own, environ.get("PATH", ""), [sys.executable])
    partial = folder + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    # What it needs, the environment has for others.
    command = [uv, "pip", "install", "--quiet", "--target", partial, "--no-deps"]
    command += ["--python", sys.executable, "--require-hashes", "-r", _PIN]
    index = other_index(environ, sys.executable)
    if index:
        command += ["--default-index", index]
    env = uv_environment(environ, own, os.path.join(ROOT, ".venv"))
    if subprocess.run(command, env=env, check=False).returncode:
        raise InstallError("the schemas could not be downloaded, as uv says above")
    os.rename(partial, folder)
    return folder


def build(tool: str, folder: str) -> str:
    """Builds one kustomization; the example's values stand in for secrets.

    Args:
        tool: the executable of kustomize.
        folder: one of `FOLDERS`.

    Returns:
        YAML of several documents.

    Raises:
        ManifestError: kustomize refuses it.
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
    """Holds manifests against the schemas, strictly.

    Args:
        documents: the manifests.
        folder: with kubernetes_validate.

    Raises:
        ManifestError: names the manifest, the field and the fault.
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
                ours = custom_kinds.parts(document)
            else:
                ours = [document]
            for version in KUBERNETES:
                for one in ours:
                    package.validate(one, version, strict=True)
        except (jsonschema.ValidationError, package.SchemaNotFoundError) as error:
            place = ".".join(map(str, getattr(error, "path", ())))
            raise ManifestError(f"{name}: {place}: {error.message}") from None


def main(environ: Mapping[str, str]) -> None:
    """Builds and validates all of them, and says so.

    Args:
        environ: the environment.

    Raises:
        InstallError: a tool is missing.
        ManifestError: a manifest is wrong.
    """
    import yaml

    with only_one(TOOLS):
        tool, folder = kustomize(environ), schemas(environ)
    for name in FOLDERS:
        documents = [one for one in yaml.safe_load_all(build(tool, name)) if one]
        validate(documents, folder)
        place = os.path.relpath(os.path.join(MANIFESTS, name), ROOT)
        kinds = ", ".join(sorted({one["kind"] for one in documents}))
        print(f"{place}: {len(documents)} valid: {kinds}")
    print(f"held against Kubernetes {' and '.join(KUBERNETES)}, strictly")


if __name__ == "__main__":
    try:
        main(os.environ)
    except (InstallError, ManifestError) as error:
        sys.exit(f"manifests: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
