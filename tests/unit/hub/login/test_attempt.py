"""One attempt to log in: its secrets, its cookie, its single use."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from fakes.login_provider import Clock

from eohub_hub.login.attempt import COOKIE_PREFIX, LIFETIME_SECONDS, LoginAttempt, UsedStates, cookie_name


def test_the_secrets_of_an_attempt_are_long_and_differ() -> None:
    first, second = LoginAttempt.begin(None), LoginAttempt.begin(None)
    values = [first.state, first.nonce, first.code_verifier, second.state, second.nonce, second.code_verifier]
    assert len(set(values)) == 6
    assert {len(value) for value in values} == {43}


def test_the_authorization_request_carries_the_challenge_and_not_the_verifier() -> None:
    attempt = LoginAttempt.begin("/hub/home")
    url = attempt.url(
        "https://a.invalid/auth", client_id="c", redirect_uri="https://h.invalid/cb", scope="openid x"
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    digest = hashlib.sha256(attempt.code_verifier.encode()).digest()
    assert query == {
        "response_type": "code",
        "client_id": "c",
        "redirect_uri": "https://h.invalid/cb",
        "scope": "openid x",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    assert attempt.code_verifier not in url
    assert "/hub/home" not in url


def test_an_endpoint_with_a_query_keeps_it() -> None:
    attempt = LoginAttempt.begin(None)
    url = attempt.url("https://a.invalid/auth?tenant=7", client_id="c", redirect_uri="r", scope="openid")
    assert url.startswith("https://a.invalid/auth?tenant=7&response_type=code&")


def test_an_attempt_comes_back_from_its_cookie_as_it_was() -> None:
    attempt = LoginAttempt.begin("/hub/spawn?a=1")
    assert LoginAttempt.read(attempt.model_dump_json().encode()) == attempt


@pytest.mark.parametrize("cookie", [None, b"", b"{}", b"[]", b"null", b"\xff", b'{"state": 1}', b"[" * 5_000])
def test_a_cookie_of_another_kind_is_no_attempt(cookie: bytes | None) -> None:
    assert LoginAttempt.read(cookie) is None


def test_a_very_long_target_is_forgotten() -> None:
    assert LoginAttempt.begin("/" + "x" * 1_999).next_url == "/" + "x" * 1_999
    assert LoginAttempt.begin("/" + "x" * 2_000).next_url is None


def test_each_attempt_has_a_cookie_of_its_own() -> None:
    first, second = LoginAttempt.begin(None), LoginAttempt.begin(None)
    assert cookie_name(first.state) != cookie_name(second.state)
    assert cookie_name(first.state) == COOKIE_PREFIX + first.state[:12]


@pytest.mark.parametrize(
    "state", ["", "x", "a" * 42, "a" * 44, "é" * 43, "a" * 42 + "\n", "a" * 42 + ";", "a=" * 21]
)
def test_an_odd_state_names_no_cookie(state: str) -> None:
    assert cookie_name(state) is None


def test_a_state_is_used_once() -> None:
    used = UsedStates(Clock())
    assert used.use("a")
    assert not used.use("a")
    assert used.use("b")
    assert not used.use("a")


def test_used_states_are_kept_as_long_as_a_cookie_lives_and_no_longer() -> None:
    clock = Clock()
    used = UsedStates(clock)
    used.use("a")
    clock.now += LIFETIME_SECONDS - 1
    assert not used.use("a")
    clock.now += 2
    assert used.use("a")


def test_used_states_are_bounded() -> None:
    used = UsedStates(Clock())
    for number in range(10_050):
        assert used.use(str(number))
    assert not used.use("10049")
    assert used.use("0")
