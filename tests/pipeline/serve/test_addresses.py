"""Only this machine reaches the server, unless two options say otherwise."""

import pytest

from newsdesk.errors import ConfigError, NewsdeskError
from pipeline.serve.addresses import bound, is_loopback, url


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.9.9.9"])
def test_the_loopback_is_free_to_use(host: str) -> None:
    with bound(host, 0) as made:
        assert is_loopback(made.getsockname()[0])
        assert url(made).startswith("http://127.")


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_the_network_needs_a_second_option(host: str) -> None:
    with pytest.raises(ConfigError, match="neither passwords nor encryption; add --al"):
        bound(host, 0)


def test_the_second_option_opens_the_network() -> None:
    with bound("0.0.0.0", 0, allow_network=True) as made:
        assert made.getsockname()[0] == "0.0.0.0"
        assert "0.0.0.0" not in url(made)


def test_wrong_addresses_are_named() -> None:
    with pytest.raises(ConfigError, match="--host no.such.host.invalid: is not an"):
        bound("no.such.host.invalid", 0)
    with pytest.raises(NewsdeskError, match="192.0.2.1:0: cannot be used: Cannot as"):
        bound("192.0.2.1", 0, allow_network=True)


def test_a_port_in_use_is_named() -> None:
    with bound("127.0.0.1", 0) as first:
        first.listen()
        port = first.getsockname()[1]
        with pytest.raises(NewsdeskError, match=f"{port}: cannot be used: Address al"):
            bound("127.0.0.1", port)
