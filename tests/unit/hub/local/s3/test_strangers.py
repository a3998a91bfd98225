"""How an answer on an inner port is judged: bytes only, no socket."""

import pytest

from eohub_hub.local.s3.strangers import spoke

SETTINGS = bytes((0, 0, 18, 4, 0, 0, 0, 0, 0)) + bytes(18)
TLS_ALERT = bytes((21, 3, 1, 0, 2, 2, 22))


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 401 Unauthorized\r\n", b"HTTP/1.1 404 Not Found\r\n", SETTINGS],
)
def test_any_answer_of_a_part_itself_is_an_open_port(answer: bytes) -> None:
    assert spoke(answer)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        TLS_ALERT,
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
        b"\x00",
    ],
)
def test_silence_a_tls_alert_and_the_demand_for_tls_are_a_closed_port(answer: bytes) -> None:
    assert not spoke(answer)
