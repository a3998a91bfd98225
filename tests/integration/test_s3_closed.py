"""SeaweedFS's inner ports, tried by a stranger: somebody on the machine without the stack's keys."""

import os
import socket
import ssl
import subprocess
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
from fakes.storage_issuer import FakeIssuer
from fakes.storage_s3 import RunningS3, running_s3

from eohub_hub.local.s3.certificates import make_certificates
from eohub_hub.local.s3.strangers import open_ports

pytestmark = pytest.mark.real

HTTP_PARTS = ("master", "volume", "filer")
GRPC_PARTS = ("s3", "master", "volume", "filer")
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")
PATHS = {
    # Without TLS /dir/assign and /dir/lookup give anybody a token to write with.
    "master": (
        "/",
        "/dir/assign",
        "/dir/lookup?volumeId=1",
        "/vol/grow?count=1",
        "/cluster/status",
        "/col/delete",
    ),
    "volume": ("/", "/1,01637037d6", "/status", "/stats/disk", "/ui/index.html"),
    "filer": ("/", "/buckets/climate/shared", "/buckets/users/?pretty=y", "/etc/iam/", "/.tus/", "/healthz"),
}
HTTP2_START = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))


@pytest.fixture(scope="module")
def s3() -> Generator[RunningS3]:
    # pytest's own temporary folders are closed to other accounts, so they could not show whether ours is.
    with TemporaryDirectory() as name, FakeIssuer() as issuer, running_s3(Path(name), issuer) as running:
        Path(name).chmod(0o755)
        running.admin().put_object(Bucket="climate", Key="shared", Body=b"data")
        yield running


@pytest.fixture(scope="module")
def other_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that says the right name, signed by a stranger's authority of the right name."""
    folder = tmp_path_factory.mktemp("stranger")
    _, certificate, key = make_certificates(datetime.now(UTC))
    (folder / "crt").write_bytes(certificate)
    (folder / "key").write_bytes(key)
    return folder / "crt", folder / "key"


def port_of(s3: RunningS3, part: str) -> int:
    return int(getattr(s3.options.ports, part))


def http(method: str, path: str) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 0", "Connection: close", "", "")
    return "\r\n".join(lines).encode()


def tls(certificate: tuple[Path, Path] | None, *, protocol: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    if certificate is not None:
        context.load_cert_chain(*certificate)
    return context


def said_in_clear(port: int, request: bytes) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request)
            return connection.recv(4096)
    except OSError:
        return b""


def said_in_tls(port: int, request: bytes, certificate: tuple[Path, Path] | None, protocol: str) -> bytes:
    context = tls(certificate, protocol=protocol)
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as connection,
            context.wrap_socket(connection) as channel,
        ):
            channel.sendall(request)
            return channel.recv(4096)
    except OSError:
        return b""


def said_on_socket(path: Path, request: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(request)
        return connection.recv(4096)


def own_certificate(s3: RunningS3) -> tuple[Path, Path]:
    folder = s3.options.folder / "certificates"
    return folder / "inner.crt", folder / "inner.key"


@pytest.mark.parametrize("part", HTTP_PARTS)
def test_http_without_tls_is_told_to_use_tls_and_nothing_else(s3: RunningS3, part: str) -> None:
    answers = {said_in_clear(port_of(s3, part), http(m, p)) for m in METHODS for p in PATHS[part]}
    assert {answer.splitlines()[0] if answer else b"" for answer in answers} <= {
        b"HTTP/1.0 400 Bad Request",
        b"",
    }
    assert not any(b"fid" in answer or b"auth" in answer for answer in answers)


@pytest.mark.parametrize("part", HTTP_PARTS)
def test_https_without_a_certificate_is_not_answered(s3: RunningS3, part: str) -> None:
    port = port_of(s3, part)
    for method in METHODS:
        for path in PATHS[part]:
            assert said_in_tls(port, http(method, path), None, "http/1.1") == b"", f"{method} {path}"


@pytest.mark.parametrize("part", HTTP_PARTS)
def test_https_with_a_strangers_certificate_is_not_answered(
    s3: RunningS3, part: str, other_certificate: tuple[Path, Path]
) -> None:
    for path in PATHS[part]:
        assert said_in_tls(port_of(s3, part), http("GET", path), other_certificate, "http/1.1") == b""


@pytest.mark.parametrize("part", HTTP_PARTS)
def test_https_with_the_stacks_own_certificate_is_answered_so_the_tests_above_can_fail(
    s3: RunningS3, part: str
) -> None:
    path = {"master": "/dir/assign", "volume": "/status", "filer": "/"}[part]
    answer = said_in_tls(port_of(s3, part), http("GET", path), own_certificate(s3), "http/1.1")
    assert answer.startswith(b"HTTP/1.1 ")


def test_behind_its_certificate_the_filer_still_wants_a_signed_token(s3: RunningS3) -> None:
    port = port_of(s3, "filer")
    for method in ("GET", "PUT", "POST", "DELETE"):
        answer = said_in_tls(port, http(method, "/buckets/climate/shared"), own_certificate(s3), "http/1.1")
        assert answer.startswith(b"HTTP/1.1 401 "), method


def test_behind_its_certificate_the_volume_still_wants_a_signed_token(s3: RunningS3) -> None:
    for method in ("GET", "PUT", "POST", "DELETE"):
        request = http(method, "/1,01637037d6")
        answer = said_in_tls(port_of(s3, "volume"), request, own_certificate(s3), "http/1.1")
        assert answer.startswith(b"HTTP/1.1 401 "), method


@pytest.mark.parametrize("part", GRPC_PARTS)
def test_grpc_does_not_answer_a_stranger(
    s3: RunningS3, part: str, other_certificate: tuple[Path, Path]
) -> None:
    port = port_of(s3, part) + 10_000
    # A gRPC server that listens answers the preface with a SETTINGS frame (type 4); a TLS alert is none.
    assert said_in_clear(port, HTTP2_START)[3:4] != b"\x04"
    assert not said_in_clear(port, http("GET", "/")).startswith(b"HTTP/1.1")
    assert said_in_tls(port, HTTP2_START, None, "h2") == b""
    assert said_in_tls(port, HTTP2_START, other_certificate, "h2") == b""


@pytest.mark.parametrize("part", GRPC_PARTS)
def test_grpc_answers_the_stacks_own_certificate_so_the_test_above_can_fail(s3: RunningS3, part: str) -> None:
    answer = said_in_tls(port_of(s3, part) + 10_000, HTTP2_START, own_certificate(s3), "h2")
    assert answer[3:4] == b"\x04"


def test_these_are_all_ports_that_seaweedfs_listens_on(s3: RunningS3) -> None:
    listening = {
        (connection.laddr.ip, connection.laddr.port)
        for connection in s3.weed.net_connections("inet")
        if connection.status in (psutil.CONN_LISTEN, psutil.CONN_NONE)
    }
    tested = {port_of(s3, part) for part in HTTP_PARTS} | {port_of(s3, part) + 10_000 for part in GRPC_PARTS}
    assert listening == {("127.0.0.1", port) for port in tested | {s3.options.ports.s3}}


def test_these_are_all_sockets_and_only_their_owner_may_open_them(s3: RunningS3) -> None:
    ports = s3.options.ports
    grpc = {Path(f"/tmp/seaweedfs-{part}-grpc-{getattr(ports, part) + 10_000}.sock") for part in GRPC_PARTS}
    local = {s3.options.folder / name for name in ("filer.sock", "s3.sock")}
    named = {Path(connection.laddr) for connection in s3.weed.net_connections("unix") if connection.laddr}
    assert {s3.options.folder / path for path in named} == grpc | local
    assert {oct(path.stat().st_mode & 0o777) for path in grpc | local} == {"0o700"}
    assert oct(s3.options.folder.stat().st_mode & 0o777) == "0o700"


@pytest.mark.parametrize("part", GRPC_PARTS)
def test_the_grpc_sockets_want_the_certificate_too(s3: RunningS3, part: str) -> None:
    path = Path(f"/tmp/seaweedfs-{part}-grpc-{getattr(s3.options.ports, part) + 10_000}.sock")
    assert said_on_socket(path, HTTP2_START)[3:4] != b"\x04"


@pytest.mark.parametrize("path", ["/buckets/climate/shared", "/buckets/", "/etc/iam/", "/.tus/"])
def test_the_filers_socket_wants_a_signed_token_even_of_its_owner(s3: RunningS3, path: str) -> None:
    for method in ("GET", "PUT", "POST", "DELETE"):
        answer = said_on_socket(s3.options.folder / "filer.sock", http(method, path))
        assert answer.startswith(b"HTTP/1.1 401 "), method


def test_the_s3_socket_wants_keys_like_the_port(s3: RunningS3) -> None:
    answer = said_on_socket(s3.options.folder / "s3.sock", http("GET", "/climate/shared"))
    assert answer.startswith(b"HTTP/1.1 403 ")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(
    "name", ["filer.sock", "keys.json", "security.toml", "identities.json", "access.json"]
)
def test_another_account_cannot_reach_into_the_folder(s3: RunningS3, name: str) -> None:
    assert not seen_by_nobody(s3.options.folder / name)
    assert seen_by_nobody(s3.options.folder)


def seen_by_nobody(path: Path) -> bool:
    stranger = {"user": 65534, "group": 65534, "extra_groups": []}
    return subprocess.run(["stat", path], capture_output=True, check=False, **stranger).returncode == 0


def test_no_secret_is_in_the_command_line_or_the_environment_or_the_log(s3: RunningS3) -> None:
    seen = " ".join([*s3.weed.cmdline(), *s3.weed.environ().values()]) + s3.log.read_text()
    assert s3.admin_keys.secret_access_key not in seen
    for line in (s3.options.folder / "keys.json").read_text().splitlines():
        if ":" in line:
            assert line.split('"')[3] not in seen


def test_the_products_own_check_calls_all_inner_ports_closed_and_the_s3_port_open(s3: RunningS3) -> None:
    every = s3.options.ports.every
    assert open_ports(every) == [s3.options.ports.s3]


@pytest.mark.parametrize(
    "path", ["/", "/climate", "/climate/shared", "/metrics", "/debug/pprof/", "/ui/index.html"]
)
def test_the_s3_port_gives_a_stranger_nothing(s3: RunningS3, path: str) -> None:
    port = s3.options.ports.s3
    for method in ("GET", "PUT", "POST", "DELETE"):
        status = said_in_clear(port, http(method, path)).split(b" ")[1]
        assert status in (b"400", b"403", b"405"), method
