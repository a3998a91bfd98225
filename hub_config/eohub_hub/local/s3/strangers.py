"""Tries the inner ports of SeaweedFS as a stranger: one without its certificate.

SeaweedFS warns and goes on without TLS when it cannot read its certificates, so that its ports are
closed has to be seen, not believed. A script as well: python -I -S strangers.py PORT...; exit code 1
and a sentence when a port is open.
"""

import socket
import ssl
import sys
from collections.abc import Sequence

_LOOPBACK = "127.0.0.1"
_SECONDS = 15.0
"""A closed port refuses at once; only one that would answer may need this long."""
_HTTP = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
_HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""The preface of RFC 9113, section 3.4, with an empty SETTINGS frame; a gRPC server answers with its own."""

_REFUSED_PLAIN = b"HTTP/1.0 400 Bad Request"
"""What Go's HTTPS server says to a client without TLS before it hangs up."""


def open_ports(ports: Sequence[int]) -> list[int]:
    """Those of `ports` on 127.0.0.1 that answer a stranger: without TLS, or in TLS without a certificate."""
    return [port for port in ports if _answers(port)]


def _answers(port: int) -> bool:
    plain = any(spoke(_plain(port, said)) for said in (_HTTP, _HTTP2))
    return plain or any(_encrypted(port, said) for said in (_HTTP, _HTTP2))


def spoke(answer: bytes) -> bool:
    """Whether an answer without TLS comes from the part itself, not from the TLS before it."""
    settings_frame = len(answer) >= 9 and answer[3] == 4
    return settings_frame or (answer.startswith(b"HTTP/") and not answer.startswith(_REFUSED_PLAIN))


def _plain(port: int, said: bytes) -> bytes:
    try:
        with socket.create_connection((_LOOPBACK, port), timeout=_SECONDS) as connection:
            connection.sendall(said)
            return connection.recv(4096)
    except OSError:
        return b""


def _encrypted(port: int, said: bytes) -> bool:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"] if said is _HTTP2 else ["http/1.1"])
    try:
        with (
            socket.create_connection((_LOOPBACK, port), timeout=_SECONDS) as connection,
            context.wrap_socket(connection, server_hostname=_LOOPBACK) as channel,
        ):
            channel.sendall(said)
            # In TLS 1.3 the server's refusal of a missing certificate comes with the first read.
            return len(channel.recv(4096)) > 0
    except OSError:
        return False


def main(arguments: Sequence[str]) -> int:
    """Say which ports are open on standard error; 1 when there is one."""
    found = open_ports([int(port) for port in arguments])
    if found:
        sys.stderr.write(f"S3 is stopped: its inner port {found[0]} answers strangers.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
