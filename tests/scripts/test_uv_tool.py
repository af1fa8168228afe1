"""uv is taken from PATH when it is new enough, and obeys the settings made for pip."""

import pytest

from lane import InstallError
from uv_tool import find_uv, other_index, uv_environment


def script(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_new_uv_on_path_is_used(tmp_path):
    uv = script(tmp_path / "bin" / "uv", "echo uv 99.0.0")
    assert find_uv(str(tmp_path / "own"), str(tmp_path / "bin"), []) == uv


def test_old_uv_on_path_gives_way_to_our_own(tmp_path):
    script(tmp_path / "bin" / "uv", "echo uv 0.1.0")
    own = script(tmp_path / "own" / "venv" / "bin" / "uv", "echo uv 99.0.0")
    assert find_uv(str(tmp_path / "own"), str(tmp_path / "bin"), []) == own


def test_python_without_venv_fetches_uv_by_pip(tmp_path):
    uv = tmp_path / "own" / "target" / "bin" / "uv"
    python = script(
        tmp_path / "python3",
        f'[ "$2" = pip ] || exit 1\nmkdir -p {uv.parent}\n'
        f"printf '#!/bin/sh\\necho uv 99.0.0\\n' > {uv}\nchmod +x {uv}",
    )
    assert find_uv(str(tmp_path / "own"), "", [python]) == str(uv)


def test_failure_to_fetch_quotes_the_reason_in_one_line(tmp_path):
    python = script(tmp_path / "python3", "echo noise\necho no such index\nexit 1")
    with pytest.raises(
        InstallError, match=r"\(no such index\).*python3-venv"
    ) as raised:
        find_uv(str(tmp_path / "own"), "", [python])
    assert "\n" not in str(raised.value)


def test_environment_keeps_uv_in_the_clone_and_obeys_pip_settings():
    user = {
        "PIP_CERT": "/certificates.pem",
        "PIP_DEFAULT_TIMEOUT": "180",
        "VIRTUAL_ENV": "/another",
    }
    environment = uv_environment(user, "/clone/.uv", "/clone/.venv")
    assert environment["UV_PROJECT_ENVIRONMENT"] == "/clone/.venv"
    assert environment["UV_PYTHON_INSTALL_DIR"] == "/clone/.uv/python"
    assert environment["SSL_CERT_FILE"] == "/certificates.pem"
    assert environment["UV_HTTP_TIMEOUT"] == "180"
    assert environment["UV_COMPILE_BYTECODE"] == "1"
    assert "VIRTUAL_ENV" not in environment


def test_settings_for_uv_win_over_those_for_pip():
    user = {"PIP_CERT": "/pip.pem", "SSL_CERT_FILE": "/uv.pem", "UV_SYSTEM_CERTS": "0"}
    user["UV_COMPILE_BYTECODE"] = "0"
    environment = uv_environment(user, "/clone/.uv", "/clone/.venv")
    assert environment["SSL_CERT_FILE"] == "/uv.pem"
    assert environment["UV_SYSTEM_CERTS"] == "0"
    assert environment["UV_COMPILE_BYTECODE"] == "0"


@pytest.mark.parametrize(
    ("environ", "index"),
    [
        ({}, None),
        ({"PIP_INDEX_URL": "https://pypi.org/simple/"}, None),
        ({"PIP_INDEX_URL": "https://pip.test/simple"}, "https://pip.test/simple"),
        (
            {"UV_DEFAULT_INDEX": "https://uv.test/", "PIP_INDEX_URL": "https://x.test"},
            "https://uv.test/",
        ),
    ],
)
def test_index_comes_from_the_environment(environ, index):
    assert other_index(environ, "/nowhere/python") == index


def test_index_comes_from_the_configuration_of_pip(tmp_path):
    lines = (
        "global.extra-index-url='https://extra.test'",
        "global.index-url='https://pip.test/simple'",
    )
    python = script(tmp_path / "python", "\n".join(f'echo "{line}"' for line in lines))
    assert other_index({}, python) == "https://pip.test/simple"
