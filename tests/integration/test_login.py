"""The whole login, with the real identity provider and a real JupyterHub."""

import json
import os
import secrets
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import jwt
import pytest
from integration.leaks import leaks
from integration.login_servers import (
    PASSWORDS,
    Browser,
    Stack,
    free_port,
    identity_environ,
    identity_process,
    query_of,
    write_test_accounts,
)
from tornado.web import create_signed_value, decode_signed_value

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("login")) as running:
        yield running
    assert "Traceback" not in running.hub.output()


@pytest.fixture
def browser() -> Browser:
    return Browser()


def callback_of(browser: Browser) -> str:
    return next(url for url in browser.visited if "/oauth_callback?" in url)


def test_a_person_logs_in_and_lands_where_they_wanted_to_go(stack: Stack, browser: Browser) -> None:
    page = browser.get(f"{stack.hub_url}/hub/token")
    assert "<title>Sign in - EOHub</title>" in page.text
    page = browser.submit(page, username="demo", password=PASSWORDS["demo"])
    assert page.status_code == 200
    assert str(page.url) == f"{stack.hub_url}/hub/token"
    user = stack.user("demo")
    assert user["groups"] == ["eo-users"]
    assert user["admin"] is False


def test_the_authorization_request_has_pkce_state_and_nonce(stack: Stack, browser: Browser) -> None:
    browser.get(f"{stack.hub_url}/hub/home")
    query = query_of(next(url for url in browser.visited if url.startswith(f"{stack.issuer}/identity/auth?")))
    assert query["code_challenge_method"] == "S256"
    assert len(query["code_challenge"]) == 43
    assert len(query["state"]) == 43
    assert len(query["nonce"]) == 43
    assert query["state"] != query["nonce"]
    assert query["scope"] == "openid profile email"


def test_the_id_token_is_rs256_lives_an_hour_and_names_person_and_groups(
    stack: Stack, browser: Browser
) -> None:
    browser.log_in(stack.hub_url, "demo")
    state = stack.auth_state("demo")
    keys = httpx2.get(f"{stack.issuer}/jwks", trust_env=False).json()["keys"]
    assert not {"d", "p", "q"} & keys[0].keys()
    claims = jwt.decode(
        state["id_token"], jwt.PyJWK(keys[0]), algorithms=["RS256"], audience="eohub", issuer=stack.issuer
    )
    assert claims["preferred_username"] == "demo"
    assert claims["groups"] == ["/eo-users"]
    assert claims["exp"] - claims["iat"] == 3600
    assert (state["issuer"], state["subject"], state["name"]) == (stack.issuer, "subject-of-demo", "demo")
    assert state["number"] >= 1
    assert state["groups"] == ["eo-users"]


def test_auth_state_is_encrypted_in_the_hubs_database(stack: Stack, browser: Browser) -> None:
    browser.log_in(stack.hub_url, "demo")
    refresh_token = stack.auth_state("demo")["refresh_token"]
    database = sqlite3.connect(stack.folder / "hub" / "jupyterhub.sqlite")
    stored = database.execute("SELECT encrypted_auth_state FROM users WHERE name = 'demo'").fetchone()[0]
    database.close()
    assert len(stored) > 500
    assert refresh_token.encode() not in stored


def test_a_member_of_the_admin_group_is_admin_and_a_bare_admin_group_is_not_enough(stack: Stack) -> None:
    admin, anna = Browser(), Browser()
    admin.log_in(stack.hub_url, "admin")
    anna.log_in(stack.hub_url, "anna")
    assert admin.get(f"{stack.hub_url}/hub/admin").status_code == 200
    assert anna.get(f"{stack.hub_url}/hub/admin").status_code == 403
    assert stack.user("admin")["admin"] is False, "that role opens every server"
    assert stack.user("admin")["groups"] == ["platform/admin"]
    assert stack.user("anna")["groups"] == ["admin"]


def test_a_user_name_is_kept(stack: Stack) -> None:
    Browser().log_in(stack.hub_url, "anna-b")
    first = stack.auth_state("anna-b")["number"]
    Browser().log_in(stack.hub_url, "anna-b")
    assert stack.auth_state("anna-b")["number"] == first


def test_wrong_password_and_unknown_account_get_the_same_answer(stack: Stack) -> None:
    answers: list[httpx2.Response] = []
    for username in ("demo", "nobody"):
        visitor = Browser()
        page = visitor.get(f"{stack.hub_url}/hub/home")
        answers.append(visitor.submit(page, username=username, password="wrong"))
    wrong, unknown = answers
    assert wrong.status_code == unknown.status_code == 403
    assert "Invalid username or password." in wrong.text

    def plain(answer: httpx2.Response, username: str) -> str:
        return answer.text.replace(answer.url.path, "ACTION").replace(f'value="{username}"', "")

    assert plain(wrong, "demo") == plain(unknown, "nobody")
    assert {name.lower() for name in wrong.headers} == {name.lower() for name in unknown.headers}


def test_a_wrong_password_can_be_followed_by_the_right_one(stack: Stack, browser: Browser) -> None:
    page = browser.submit(browser.get(f"{stack.hub_url}/hub/home"), username="demo", password="wrong")
    page = browser.submit(page, username="DEMO", password=PASSWORDS["demo"])
    assert str(page.url) == f"{stack.hub_url}/hub/home"


def test_guessing_is_held_back_and_known_and_unknown_names_wait_alike(stack: Stack) -> None:
    waits: list[str] = []
    for username in ("anna", "stranger"):
        visitor = Browser()
        page = visitor.get(f"{stack.hub_url}/hub/home")
        for _ in range(5):
            page = visitor.submit(page, username=username, password="guess")
            assert page.status_code == 403
        page = visitor.submit(page, username=username, password=PASSWORDS["anna"])
        assert page.status_code == 429
        waits.append(page.text.split("Try again in ")[1].split(" s.")[0])
    assert all(25 <= int(wait) <= 30 for wait in waits)


class TestGuessing:
    """Strangers who guess at an account, and its owner."""

    @pytest.fixture
    def uncounted(self, stack: Stack) -> Iterator[Stack]:
        """The stack while its provider remembers no guess; later tests find none either."""
        self.restart(stack)
        yield stack
        self.restart(stack)

    def restart(self, stack: Stack) -> None:
        stack.identity.stop()
        stack.identity.start()

    def only_devices(self, browser: Browser, **values: str) -> Browser:
        """A browser long after its logout; `values` replace the number or the signature in its cookies."""
        later = Browser()
        for cookie in browser.http.cookies.jar:
            if cookie.name.startswith("eohub_device_"):
                part = "signature" if cookie.name.endswith(".sig") else "number"
                value = values.get(part, cookie.value or "")
                later.http.cookies.set(cookie.name, value, cookie.domain, cookie.path)
        assert len(later.http.cookies) >= 2
        return later

    def guess(self, stack: Stack, browser: Browser, username: str) -> list[int]:
        page = browser.get(f"{stack.hub_url}/hub/home")
        statuses: list[int] = []
        for _ in range(6):
            page = browser.submit(page, username=username, password="guess")
            statuses.append(page.status_code)
        return statuses

    def test_they_do_not_keep_the_owner_out_of_a_browser_of_hers(self, uncounted: Stack) -> None:
        own = Browser()
        own.log_in(uncounted.hub_url, "anna")
        assert self.guess(uncounted, Browser(), "anna") == [403] * 5 + [429]
        assert Browser().log_in(uncounted.hub_url, "anna").status_code == 429
        page = self.only_devices(own).log_in(uncounted.hub_url, "anna")
        assert str(page.url) == f"{uncounted.hub_url}/hub/home"
        assert Browser().log_in(uncounted.hub_url, "anna").status_code == 429

    def test_a_browser_of_hers_is_known_after_a_restart_and_beside_another_account(
        self, uncounted: Stack
    ) -> None:
        own = Browser()
        own.log_in(uncounted.hub_url, "anna")
        shared = self.only_devices(own)
        shared.log_in(uncounted.hub_url, "demo")
        self.restart(uncounted)
        self.guess(uncounted, Browser(), "anna")
        page = self.only_devices(shared).log_in(uncounted.hub_url, "anna")
        assert str(page.url) == f"{uncounted.hub_url}/hub/home"

    def test_who_guesses_in_a_browser_of_hers_waits_there(self, uncounted: Stack) -> None:
        own = Browser()
        own.log_in(uncounted.hub_url, "anna")
        assert self.guess(uncounted, self.only_devices(own), "anna") == [403] * 5 + [429]
        assert self.only_devices(own).log_in(uncounted.hub_url, "anna").status_code == 429

    def test_a_browser_is_a_stranger_to_the_accounts_of_others_and_with_a_made_up_cookie(
        self, uncounted: Stack
    ) -> None:
        own, other = Browser(), Browser()
        own.log_in(uncounted.hub_url, "anna")
        other.log_in(uncounted.hub_url, "demo")
        self.guess(uncounted, Browser(), "anna")
        strangers = [
            self.only_devices(other),
            self.only_devices(own, number="A" * 22),
            self.only_devices(own, signature="A" * 27),
        ]
        for stranger in strangers:
            assert stranger.log_in(uncounted.hub_url, "anna").status_code == 429

    def test_scripts_cannot_read_the_cookie(self, stack: Stack, browser: Browser) -> None:
        browser.log_in(stack.hub_url, "demo")
        found = [c for c in browser.http.cookies.jar if c.name.startswith("eohub_device_")]
        assert len(found) == 2
        for cookie in found:
            assert cookie.path == "/identity"
            assert cookie.has_nonstandard_attr("httponly")
            assert cookie.get_nonstandard_attr("samesite") == "lax"


def test_a_callback_with_a_made_up_state_is_a_clear_page(stack: Stack, browser: Browser) -> None:
    for state in ("", "x", "é" * 43, secrets.token_urlsafe(32), "[]", "A" * 5000):
        query = urlencode({"code": "c", "state": state})
        page = browser.http.get(f"{stack.hub_url}/hub/oauth_callback?{query}")
        assert page.status_code == 400, state
        assert "This login has expired or was already used. Please log in again." in page.text


def test_an_attempt_from_another_browser_is_refused(stack: Stack, browser: Browser) -> None:
    other = Browser()
    page = other.get(f"{stack.hub_url}/hub/home")
    answer = other.http.post(
        str(page.url),
        data={"username": "demo", "password": PASSWORDS["demo"]},
        headers={"Origin": stack.issuer},
    )
    while "/oauth_callback" not in answer.headers["Location"]:
        answer = other.http.get(answer.headers["Location"])
    stolen = browser.http.get(answer.headers["Location"])
    assert stolen.status_code == 400
    assert "Please log in again" in stolen.text


def test_a_replayed_callback_is_a_clear_page_even_with_its_cookie(stack: Stack, browser: Browser) -> None:
    page = browser.get(f"{stack.hub_url}/hub/home")
    attempt = {c.name: c.value for c in browser.http.cookies.jar if c.name.startswith("eohub-login-")}
    assert len(attempt) == 1
    browser.submit(page, username="demo", password=PASSWORDS["demo"])
    callback = callback_of(browser)
    assert not [c.name for c in browser.http.cookies.jar if c.name.startswith("eohub-login-")]
    again = httpx2.get(callback, cookies={k: v or "" for k, v in attempt.items()}, trust_env=False)
    assert again.status_code == 400
    assert "already used" in again.text


def test_a_code_that_the_provider_does_not_know_is_a_clear_page(stack: Stack, browser: Browser) -> None:
    browser.get(f"{stack.hub_url}/hub/home")
    query = query_of(next(url for url in browser.visited if "/identity/auth?" in url))
    answer = urlencode({"code": "made-up", "state": query["state"], "iss": stack.issuer})
    page = browser.http.get(f"{stack.hub_url}/hub/oauth_callback?{answer}")
    assert page.status_code == 400
    assert "already used" in page.text


def test_an_answer_of_another_issuer_is_refused(stack: Stack, browser: Browser) -> None:
    browser.get(f"{stack.hub_url}/hub/home")
    query = query_of(next(url for url in browser.visited if "/identity/auth?" in url))
    answer = urlencode({"code": "c", "state": query["state"], "iss": "https://evil.invalid"})
    page = browser.http.get(f"{stack.hub_url}/hub/oauth_callback?{answer}")
    assert page.status_code == 400
    assert "another identity provider" in page.text


@pytest.mark.parametrize(("age_seconds", "sentence"), [(3_500, "(access_denied)"), (3_700, "has expired")])
def test_an_attempt_older_than_an_hour_has_expired(
    stack: Stack, browser: Browser, age_seconds: int, sentence: str
) -> None:
    browser.get(f"{stack.hub_url}/hub/home")
    (cookie,) = [one for one in browser.http.cookies.jar if one.name.startswith("eohub-login-")]
    secret = bytes.fromhex((stack.folder / "hub" / "cookie_secret").read_text().strip())
    attempt = decode_signed_value(secret, cookie.name, (cookie.value or "").strip('"'))
    assert attempt is not None
    made_then = create_signed_value(
        secret, cookie.name, attempt, clock=lambda: time.time() - age_seconds
    ).decode()
    query = urlencode({"error": "access_denied", "state": json.loads(attempt)["state"]})
    answer = httpx2.get(
        f"{stack.hub_url}/hub/oauth_callback?{query}", cookies={cookie.name: made_then}, trust_env=False
    )
    assert answer.status_code == 400
    assert sentence in answer.text


def test_an_error_of_the_provider_is_named_and_its_text_is_not_shown(stack: Stack, browser: Browser) -> None:
    browser.get(f"{stack.hub_url}/hub/home")
    query = query_of(next(url for url in browser.visited if "/identity/auth?" in url))
    answer = urlencode(
        {"error": "access_denied", "error_description": "call +1 555", "state": query["state"]}
    )
    page = browser.http.get(f"{stack.hub_url}/hub/oauth_callback?{answer}")
    assert page.status_code == 400
    assert "(access_denied)" in page.text
    assert "555" not in page.text


def test_two_tabs_log_in_at_once(stack: Stack, browser: Browser) -> None:
    first = browser.get(f"{stack.hub_url}/hub/home")
    second = browser.get(f"{stack.hub_url}/hub/token")
    assert browser.submit(second, username="demo", password=PASSWORDS["demo"]).status_code == 200
    page = browser.submit(first, username="demo", password=PASSWORDS["demo"])
    assert str(page.url) == f"{stack.hub_url}/hub/home"


def test_the_way_back_never_leaves_the_hub(stack: Stack, browser: Browser) -> None:
    for target in ("https://evil.invalid/x", "//evil.invalid/x", "/\\evil.invalid/x", "javascript:alert(1)"):
        visitor = Browser()
        page = visitor.get(f"{stack.hub_url}/hub/oauth_login?{urlencode({'next': target})}")
        visitor.submit(page, username="demo", password=PASSWORDS["demo"])
        assert all("evil.invalid" not in url.split("?")[0].split("/")[2] for url in visitor.visited)


def test_logout_ends_both_sessions_and_the_refresh_token(stack: Stack, browser: Browser) -> None:
    browser.log_in(stack.hub_url, "demo")
    refresh_token = stack.auth_state("demo")["refresh_token"]
    page = browser.get(f"{stack.hub_url}/hub/logout")
    assert "<title>Sign out - EOHub</title>" in page.text
    asked = query_of(next(url for url in browser.visited if "/identity/logout?" in url))
    assert asked["post_logout_redirect_uri"] == f"{stack.hub_url}/hub/logout"
    assert asked.keys() == {"client_id", "post_logout_redirect_uri"}
    assert leaks("\n".join(browser.visited), []) == []
    page = browser.submit(page, logout="yes")
    assert str(page.url) == f"{stack.hub_url}/hub/logout"
    assert "<h1>Logged out</h1>" in page.text
    assert "still signed in" not in page.text
    again = browser.get(f"{stack.hub_url}/hub/home")
    assert "<title>Sign in - EOHub</title>" in again.text
    refused = token_request(stack, grant_type="refresh_token", refresh_token=refresh_token)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


def test_whoever_stays_signed_in_at_the_provider_needs_no_password_and_is_told_so(
    stack: Stack, browser: Browser
) -> None:
    browser.log_in(stack.hub_url, "demo")
    asked = browser.get(f"{stack.hub_url}/hub/logout")
    assert "needs no password" in " ".join(asked.text.split())
    page = browser.submit(asked)
    assert "<h1>Logged out of EOHub only</h1>" in page.text
    assert "You are still signed in at the identity provider" in page.text
    assert f'href="{stack.issuer}/identity/logout?' in page.text
    assert 'href="/hub/home">Log in again</a>' in page.text
    page = browser.get(f"{stack.hub_url}/hub/home")
    assert str(page.url) == f"{stack.hub_url}/hub/home"


def test_a_logout_that_the_provider_never_heard_of_does_not_say_that_all_is_over(
    tmp_path: Path, browser: Browser
) -> None:
    with Stack(tmp_path) as alone:
        browser.log_in(alone.hub_url, "demo")
        alone.hub.stop()
        alone.identity.stop()
        alone.hub.start()
        page = browser.get(f"{alone.hub_url}/hub/logout")
        assert page.status_code == 200
        assert "Logged out of EOHub only" in page.text


def test_the_logout_page_alone_logs_nobody_in(stack: Stack, browser: Browser) -> None:
    page = browser.get(f"{stack.hub_url}/hub/logout")
    assert "<h1>Logged out</h1>" in page.text
    assert str(page.url) == f"{stack.hub_url}/hub/logout"


def test_a_refused_login_offers_another(stack: Stack, browser: Browser) -> None:
    page = browser.http.get(f"{stack.hub_url}/hub/oauth_callback?state=x&code=c")
    assert 'href="/hub/home">Log in</a>' in page.text


def test_the_header_names_the_person_as_the_provider_does(stack: Stack, browser: Browser) -> None:
    page = browser.log_in(stack.hub_url, "anna-b")
    assert ">Anna-B</span>" in page.text
    assert 'title="anna-b"' in page.text


def token_request(stack: Stack, **form: str) -> httpx2.Response:
    secret = (stack.folder / "client_secret").read_text().strip()
    return httpx2.post(f"{stack.issuer}/identity/token", data=form, auth=("eohub", secret), trust_env=False)


def test_a_refresh_token_works_once_and_its_reuse_ends_the_grant(stack: Stack, browser: Browser) -> None:
    browser.log_in(stack.hub_url, "demo")
    first = stack.auth_state("demo")["refresh_token"]
    answer = token_request(stack, grant_type="refresh_token", refresh_token=first)
    second = answer.json()["refresh_token"]
    assert second != first
    assert answer.json()["expires_in"] == 600
    assert token_request(stack, grant_type="refresh_token", refresh_token=first).status_code == 400
    assert token_request(stack, grant_type="refresh_token", refresh_token=second).status_code == 400


def test_a_code_without_pkce_is_not_given(stack: Stack, browser: Browser) -> None:
    query = {
        "client_id": "eohub",
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": f"{stack.hub_url}/hub/oauth_callback",
    }
    answer = browser.http.get(f"{stack.issuer}/identity/auth?{urlencode(query)}")
    assert query_of(answer.headers["Location"])["error"] == "invalid_request"
    other = {**query, "redirect_uri": "http://127.0.0.1:1/hub/oauth_callback"}
    answer = browser.http.get(f"{stack.issuer}/identity/auth?{urlencode(other)}")
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_a_login_form_from_another_site_is_refused(stack: Stack, browser: Browser) -> None:
    page = browser.get(f"{stack.hub_url}/hub/home")
    answer = browser.http.post(
        str(page.url),
        data={"username": "demo", "password": PASSWORDS["demo"]},
        headers={"Origin": "http://127.0.0.1:1"},
    )
    assert answer.status_code == 403
    assert "This form was sent from another site." in answer.text
    assert "Location" not in answer.headers


def test_an_old_login_page_leads_back_to_the_hub(stack: Stack, browser: Browser) -> None:
    page = browser.http.get(f"{stack.issuer}/identity/login/{'x' * 43}")
    assert page.status_code == 400
    assert "has expired" in page.text
    assert f'href="{stack.hub_url}/hub/"' in page.text


def test_a_huge_login_form_is_refused(stack: Stack, browser: Browser) -> None:
    page = browser.get(f"{stack.hub_url}/hub/home")
    answer = browser.http.post(str(page.url), data={"username": "demo", "password": "x" * 100_000})
    assert answer.status_code == 413
    assert "too large" in answer.text


@pytest.mark.parametrize("length", ["Content-Length: 20000000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", ["login/x", "token", "logout/confirm", "revoke"])
def test_what_is_too_large_is_refused_while_it_is_sent(
    stack: Stack, browser: Browser, path: str, length: str
) -> None:
    page = browser.get(f"{stack.hub_url}/hub/home")
    target = page.url.path if path == "login/x" else f"/identity/{path}"
    cookies = "; ".join(f"{c.name}={c.value}" for c in browser.http.cookies.jar)
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\n{length}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    # Of the announced body, nothing but a first part ever comes.
    part = b"20000\r\n" + b"x" * 0x20000 if "chunked" in length else b""
    with socket.create_connection(("127.0.0.1", stack.identity_port), timeout=30) as connection:
        connection.sendall(head.encode() + part)
        answer = connection.makefile("rb").read().lower()
    assert answer.split(b" ")[1] in (b"413", b"400")
    assert b"connection: close" in answer


def test_pages_ask_nothing_of_other_hosts_and_cannot_be_framed(stack: Stack, browser: Browser) -> None:
    page = browser.get(f"{stack.hub_url}/hub/home")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert f"form-action 'self' {stack.hub_url}" in policy
    assert "<script" not in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    assert '<label for="password">' in page.text


def test_cookies_of_the_login_are_for_the_paths_of_the_provider_and_the_hub(
    stack: Stack, browser: Browser
) -> None:
    browser.log_in(stack.hub_url, "demo")
    for cookie in browser.http.cookies.jar:
        ours = cookie.name.startswith(("eohub", "jupyterhub-hub-login"))
        assert not ours or cookie.path.startswith(("/identity", "/hub/")), cookie.name


def test_a_hub_without_encryption_key_does_not_start(stack: Stack, tmp_path: Path) -> None:
    environ = {name: value for name, value in stack.hub.environ.items() if name != "JUPYTERHUB_CRYPT_KEY"}
    environ["LOGIN_TEST_OPTIONS"] = environ["LOGIN_TEST_OPTIONS"].replace(
        str(stack.folder / "hub"), str(tmp_path)
    )
    ended = subprocess.run(
        [sys.executable, *stack.hub.command[1:]],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "JUPYTERHUB_CRYPT_KEY" in ended.stderr


class TestRefresh:
    """A hub that refreshes at each request."""

    @pytest.fixture(scope="class")
    @classmethod
    def running(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
        with Stack(tmp_path_factory.mktemp("eager"), refresh_age=1) as running:
            yield running
        assert "Traceback" not in running.hub.output()

    @pytest.fixture
    def eager(self, running: Stack) -> Stack:
        write_test_accounts(running.folder)
        return running

    def test_a_changed_group_is_seen_without_a_new_login(self, eager: Stack, browser: Browser) -> None:
        browser.log_in(eager.hub_url, "demo")
        assert eager.user("demo")["groups"] == ["eo-users"]
        write_test_accounts(eager.folder, demo=["/eo-users", "/platform/admin"])
        time.sleep(1.1)
        assert browser.http.get(f"{eager.hub_url}/hub/home").status_code == 200
        assert sorted(eager.user("demo")["groups"]) == ["eo-users", "platform/admin"]
        assert browser.http.get(f"{eager.hub_url}/hub/admin").status_code == 200
        write_test_accounts(eager.folder, demo=[])
        time.sleep(1.1)
        assert browser.http.get(f"{eager.hub_url}/hub/home").status_code == 200
        assert eager.user("demo")["groups"] == []
        assert browser.http.get(f"{eager.hub_url}/hub/admin").status_code == 403

    def test_a_removed_account_has_to_log_in_again_and_cannot(self, eager: Stack, browser: Browser) -> None:
        browser.log_in(eager.hub_url, "demo")
        write_test_accounts(eager.folder)
        accounts = (eager.folder / "accounts.json").read_text().replace("subject-of-demo", "someone-else")
        (eager.folder / "accounts.json").write_text(accounts)
        time.sleep(1.1)
        page = browser.get(f"{eager.hub_url}/hub/home")
        assert "<title>Sign in - EOHub</title>" in page.text
        # The reused name is another person: another hub user with a number of its own.
        page = browser.submit(page, username="demo", password=PASSWORDS["demo"])
        assert "<title>Submitting Callback</title>" in page.text, "the old session is ended first"
        page = browser.submit(page)
        assert page.status_code == 200
        assert eager.auth_state("demo-2")["subject"] == "someone-else"
        assert eager.auth_state("demo-2")["number"] != eager.auth_state("demo")["number"]

    def test_a_dead_provider_keeps_people_with_their_last_groups(
        self, eager: Stack, browser: Browser
    ) -> None:
        browser.log_in(eager.hub_url, "demo")
        eager.identity.stop()
        time.sleep(5.1)
        assert browser.http.get(f"{eager.hub_url}/hub/home").status_code == 200
        assert eager.user("demo")["groups"] == ["eo-users"]
        page = Browser().get(f"{eager.hub_url}/hub/home")
        assert page.status_code == 503
        assert "cannot be reached" in page.text
        eager.identity.start()
        assert Browser().log_in(eager.hub_url, "demo").status_code == 200

    def test_sessions_and_refresh_tokens_survive_a_restart_of_the_provider(
        self, eager: Stack, browser: Browser
    ) -> None:
        browser.log_in(eager.hub_url, "demo")
        token = eager.auth_state("demo")["refresh_token"]
        keys = httpx2.get(f"{eager.issuer}/jwks", trust_env=False).json()
        eager.identity.stop()
        eager.identity.start()
        assert httpx2.get(f"{eager.issuer}/jwks", trust_env=False).json() == keys
        assert token_request(eager, grant_type="refresh_token", refresh_token=token).status_code == 200
        visitor = Browser()
        visitor.http.cookies = browser.http.cookies
        for cookie in list(visitor.http.cookies.jar):
            if cookie.path.startswith("/hub"):
                visitor.http.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)
        assert str(visitor.get(f"{eager.hub_url}/hub/home").url) == f"{eager.hub_url}/hub/home"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a file system needs root")
class TestFullDisk:
    """A provider whose state folder has no room left."""

    @pytest.fixture
    def alone(self, tmp_path: Path) -> Iterator[str]:
        """The address of a provider whose hub is not there, and whose disk has 512 KiB."""
        environ = identity_environ(tmp_path, free_port(), "http://127.0.0.1:18198")
        state = tmp_path / "state"
        state.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(state)], check=True)
        process = identity_process(tmp_path, environ)
        try:
            process.start()
            yield f"http://127.0.0.1:{environ['EOHUB_IDENTITY_PORT']}"
        finally:
            process.stop()
            subprocess.run(["umount", str(state)], check=True)

    def fill(self, folder: Path) -> None:
        with (folder / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 512)

    def test_a_login_says_that_the_disk_is_full(self, tmp_path: Path, alone: str, browser: Browser) -> None:
        query = {
            "client_id": "eohub",
            "response_type": "code",
            "scope": "openid",
            "redirect_uri": "http://127.0.0.1:18198/hub/oauth_callback",
            "code_challenge": "x" * 43,
            "code_challenge_method": "S256",
        }
        address = f"{alone}/identity/auth?{urlencode(query)}"
        form = browser.get(address)
        self.fill(tmp_path / "state")
        for page in (
            browser.submit(form, username="demo", password=PASSWORDS["demo"]),
            Browser().get(address),
        ):
            assert page.status_code == 503
            assert "EOHub cannot store your login: its disk is full." in page.text
        (tmp_path / "state" / "ballast").unlink()
        assert "<title>Sign in - EOHub</title>" in Browser().get(address).text


class TestStart:
    """The provider's start: refused with one sentence, or private files."""

    def run(self, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
        command = identity_process(Path(), environ).command
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30, check=False)

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "::ffff:192.0.2.1"])
    def test_a_public_address_is_refused(self, tmp_path: Path, host: str) -> None:
        environ = identity_environ(tmp_path, 18199, "http://127.0.0.1:18198")
        ended = self.run({**environ, "EOHUB_IDENTITY_HOST": host})
        assert ended.returncode == 1
        assert ended.stderr.count("\n") == 1
        assert f'EOHUB_IDENTITY_HOST is "{host}"' in ended.stderr

    def test_a_misspelt_setting_is_named(self, tmp_path: Path) -> None:
        environ = identity_environ(tmp_path, 18199, "http://127.0.0.1:18198")
        ended = self.run({**environ, "EOHUB_IDENTITY_PROT": "1"})
        assert ended.returncode == 1
        assert ended.stderr.startswith("EOHUB_IDENTITY_PROT is not a setting")

    def test_a_port_in_use_is_one_sentence(self, tmp_path: Path, stack: Stack) -> None:
        environ = identity_environ(tmp_path, stack.identity_port, stack.hub_url)
        ended = self.run(environ)
        assert ended.returncode == 1
        assert ended.stderr.count("\n") == 1
        assert "in use" in ended.stderr

    def test_a_broken_accounts_file_is_one_sentence(self, tmp_path: Path) -> None:
        environ = identity_environ(tmp_path, 18199, "http://127.0.0.1:18198")
        (tmp_path / "accounts.json").write_text("{")
        ended = self.run(environ)
        assert ended.returncode == 1
        assert ended.stderr == f"The accounts file is not JSON: {tmp_path}/accounts.json.\n"

    def test_keys_and_sessions_are_readable_by_the_owner_only(self, stack: Stack) -> None:
        state = stack.folder / "state"
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()}
        assert {"keys.json", "sessions.sqlite"} <= modes.keys()
        assert set(modes.values()) == {0o600}

    def test_the_log_holds_no_password_token_or_key(self, stack: Stack, browser: Browser) -> None:
        browser.log_in(stack.hub_url, "demo")
        state = stack.auth_state("demo")
        token = next(one.value or "" for one in browser.http.cookies.jar if one.name == "_xsrf")
        for path in ("spawn/demo/no.such.name", "oauth_callback", "no-such-page"):
            query = urlencode({"_xsrf": token, "state": "x", "anything": token})
            assert browser.http.get(f"{stack.hub_url}/hub/{path}?{query}").status_code in (400, 404)
        browser.get(f"{stack.hub_url}/hub/logout")
        logs = stack.identity.output() + stack.hub.output()
        assert '"subject-of-demo"' in logs
        secrets_seen = [*PASSWORDS.values(), state["access_token"], state["refresh_token"], state["id_token"]]
        secrets_seen += [stack.token, (stack.folder / "client_secret").read_text().strip()]
        assert "anything=[hidden]" in logs
        assert leaks(logs, [*secrets_seen, token]) == []

    def test_a_password_that_was_typed_as_the_name_is_not_in_the_log(self, stack: Stack) -> None:
        visitor, typed = Browser(), "Correct-Horse-Battery"
        page = visitor.get(f"{stack.hub_url}/hub/home")
        for _ in range(5):
            page = visitor.submit(page, username=typed, password="x")
            assert page.status_code == 403
        assert visitor.submit(page, username=typed, password="x").status_code == 429
        log = stack.identity.output()
        assert "login refused" in log
        assert "login held back" in log
        assert typed.lower() not in log.lower()

    @pytest.mark.parametrize(
        "said", ["eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "-----BEGIN PRIVATE KEY-----", "s3cret-word"]
    )
    def test_what_must_not_be_in_a_log_is_found_where_it_is(self, said: str) -> None:
        assert len(leaks(f"a line\nwith {said} in it\n", ["s3cret-word", "another-one"])) == 1
        with pytest.raises(AssertionError):
            leaks("", [""])
