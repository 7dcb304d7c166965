"""No network in tests: the guard that stops sockets to anything but this machine.

It covers what Python's own sockets do in the test process. Child processes are not covered; a test that starts one
gives it addresses of this machine only.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

LOCAL_NAMES = frozenset({"", "localhost", "ip6-localhost", socket.gethostname().lower()})


class NetworkAccessError(OSError):
    """A test reached for the network. An OSError, so that the code under test behaves as if the line were down."""


@contextlib.contextmanager
def network_forbidden() -> Iterator[list[str]]:
    """Refuse sockets and look-ups beyond this machine while the block runs. Yields the refused hosts, as they come."""
    refused: list[str] = []

    def guard(original: Callable[..., Any], host_of: Callable[..., str | None]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            host = host_of(*args, **kwargs)
            if host is not None and not is_local(host):
                refused.append(host)
                raise NetworkAccessError(f"tests must not use the network, this one reached for {host!r}")
            return original(*args, **kwargs)

        return guarded

    # Its own MonkeyPatch: a test that calls monkeypatch.undo() must not lift the guard.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guard(getattr(socket.socket, name), _host_of_address))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            patch.setattr(socket, name, guard(getattr(socket, name), _host_of_name))
        yield refused


def is_local(host: str) -> bool:
    """Whether a host name or an address means this machine."""
    if host.lower() in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _host_of_address(_socket: socket.socket, *args: object) -> str | None:
    """The host in `connect(address)` or `sendto(data[, flags], address)`; None for a Unix socket and the like."""
    match args[-1] if args else None:
        case (str(host), *_):
            return host
        case _:
            return None


def _host_of_name(host: object, *_args: object, **_kwargs: object) -> str | None:
    """The host that is looked up; None when there is none (a listening socket's address)."""
    if isinstance(host, bytes):
        return host.decode(errors="replace")
    return host if isinstance(host, str) else None
