import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from eohub_toolkit.logs import HIDDEN, configure_logs, get_logger, redact, redact_text


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    yield
    logging.basicConfig(handlers=[], force=True)
    structlog.reset_defaults()


JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdefgh12345678",
        "token 0123456789abcdef0123",
        f"id_token is {JWT}",
        "GET /x?X-Amz-Signature=deadbeef&y=1",
        "http://127.0.0.1/cb?code=abcdef123&state=1",
        "postgresql://eohub:hunter2deadbeef@db/eohub",
        "-----BEGIN RSA PRIVATE KEY-----\nabcdefgh\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_secret_looking_text_is_hidden(text: str) -> None:
    cleaned = redact_text(text)
    assert HIDDEN in cleaned
    for secret in ("abcdefgh", "0123456789abcdef", "eyJ", "deadbeef", "abcdef123", "hunter2"):
        assert secret not in cleaned


@pytest.mark.parametrize("text", ["opened s3://climate/a1b.zarr in 3 requests", "bbox=1,2,3,4&limit=10", ""])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "name",
    ["password", "client_secret", "api_token", "Authorization", "cookie", "SecretAccessKey", "api_key"],
)
def test_values_of_secret_names_are_hidden_at_any_depth(name: str) -> None:
    event = redact(None, "info", {"event": "x", "outer": {name: "abc"}, "list": [{name: "abc"}], name: "abc"})
    assert "abc" not in json.dumps(event)


def test_long_values_are_cut() -> None:
    assert len(redact(None, "info", {"event": "x" * 100_000})["event"]) < 2_100


def test_a_line_in_a_cluster_is_json_with_feature_and_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("catalogue", as_json=True)
    get_logger().info("search", token="abcdefgh12345678", hits=3)
    logging.getLogger("other").warning("Bearer abcdefgh12345678")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["feature"] for line in lines] == ["catalogue", "catalogue"]
    assert lines[0]["hits"] == 3
    assert "abcdefgh" not in json.dumps(lines)


def test_a_line_on_a_terminal_is_readable(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("storage", as_json=False)
    try:
        raise RuntimeError("password=hunter2 Bearer abcdefgh12345678")
    except RuntimeError:
        get_logger().exception("failed", user="u-1")
    text = capsys.readouterr().err
    assert "failed" in text
    assert "user=u-1" in text
    assert "abcdefgh" not in text
