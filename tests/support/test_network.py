"""The guard against the network: what it refuses, what it lets through."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from tests.support.network import NetworkAccessError, is_local, network_forbidden

DOCUMENTATION_ADDRESS = "192.0.2.1"  # RFC 5737: belongs to nobody


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::1%lo", True),
        ("localhost", True),
        ("0.0.0.0", True),
        (DOCUMENTATION_ADDRESS, False),
        ("2001:db8::1", False),
        ("10.0.0.1", False),
        ("example.org", False),
    ],
)
def test_only_this_machine_is_local(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_connecting_outwards_is_refused_and_remembered() -> None:
    with network_forbidden() as refused, socket.socket() as connection, pytest.raises(NetworkAccessError):
        connection.connect((DOCUMENTATION_ADDRESS, 443))
    assert refused == [DOCUMENTATION_ADDRESS]


def test_looking_up_a_name_is_refused() -> None:
    with network_forbidden() as refused, pytest.raises(NetworkAccessError):
        socket.create_connection(("example.org", 443))
    assert refused == ["example.org"]


def test_a_datagram_is_refused() -> None:
    with (
        network_forbidden() as refused,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection,
        pytest.raises(NetworkAccessError),
    ):
        connection.sendto(b"x", (DOCUMENTATION_ADDRESS, 53))
    assert refused == [DOCUMENTATION_ADDRESS]


async def test_asyncio_is_guarded_too_even_if_the_error_is_swallowed() -> None:
    with network_forbidden() as refused, contextlib.suppress(OSError):
        await asyncio.open_connection("example.org", 443)
    assert refused == ["example.org"]


async def test_loopback_is_allowed() -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"ok")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b"ok"
        writer.close()
        await writer.wait_closed()


def test_the_fixture_fails_a_test_that_swallows_the_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        conftest="from tests.conftest import no_network",
        test_it="""
            import contextlib, socket

            def test_swallows() -> None:
                with contextlib.suppress(OSError):
                    socket.create_connection(("example.org", 443))

            def test_stays_here() -> None:
                socket.getaddrinfo("127.0.0.1", 80)
        """,
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "ignore")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*tests must not use the network; this one reached for example.org*"])
