"""Binds the server's socket, by default only on the loopback interface."""

import ipaddress
import socket

from newsdesk.errors import ConfigError, NewsdeskError


def is_loopback(address: str) -> bool:
    """Decides whether only this machine can reach an address.

    Args:
        address: an IPv4 or IPv6 address; a name is never one.
    """
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def bound(host: str, port: int, allow_network: bool = False) -> socket.socket:
    """Binds a socket, which does not listen yet.

    Args:
        host: an address or a name.
        port: its port; 0 for any free one.
        allow_network: whether other machines may reach the server.

    Returns:
        The socket, which the caller closes.

    Raises:
        ConfigError: the host is not known, or other machines could reach it.
        NewsdeskError: the address is in use, or cannot be used.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise ConfigError(
            f"--host {host}: is not an address of this machine; use 127.0.0.1 or an "
            "address that `ip addr` shows"
        ) from None
    if not is_loopback(str(address[0])) and not allow_network:
        raise ConfigError(
            f"--host {host}: other machines could reach the server, which has neither "
            "passwords nor encryption; add --allow-network if they should"
        )
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(address)
    except OSError as error:
        made.close()
        raise NewsdeskError(
            f"{host}:{port}: cannot be used: {error.strerror}; choose another --port, "
            "or stop the process that uses it"
        ) from None
    return made


def url(made: socket.socket) -> str:
    """Writes the address of a bound socket for a browser.

    Args:
        made: from `bound`.
    """
    host, port = made.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
