"""A real hub at a provider that says anything: groups that change, people at once, names of every kind."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fakes.provider_of_people import SECRET, ProviderOfPeople, provider_of_people
from integration.login_servers import Browser, Process, free_port, hub_process

pytestmark = pytest.mark.real
TOKEN = "token-of-the-tests-0123456789abcdef"
POLICY = {
    "policy.yaml": (
        "support: the test desk\n"
        "tiers: [{name: free, title: the free tier, servers_per_user: 9}]\n"
        "environments: [{id: eo, title: Earth}]\n"
    ),
    "profiles/small.yaml": "name: small\ntitle: Small\ncpu: 1\nmemory: 1 GiB\nprice: 0.04 EUR/h\n",
    "profiles/large.yaml": (
        "name: large\ntitle: Large\ncpu: 1\nmemory: 1 GiB\nprice: 0.98 EUR/h\ngroups: [big-machines]\n"
    ),
}
SMALL, LARGE = ({"profile": name, "environment": "eo"} for name in ("small", "large"))
UGLY = {
    "a name of 10,000 characters": "Anna" * 2_500,
    "lines": "anna\n2026-11-25 [I] User logged in: root",
    "a terminal's escapes": "\x1b[2J\x1b]0;owned\x07anna\x9b31m",
    "HTML": "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>",
    "a template": "{{ config }}{% raw %}",
    "a path": "../../etc/passwd",
    "text that runs backwards": "\u202eanna\u2066",
    "nothing at all": "",
    "no text": 7,
}


@dataclass
class Site:
    """The provider, the hub, and the people who come."""

    provider: ProviderOfPeople
    hub: Process
    url: str
    folder: Path

    def browser(self, subject: str, **claims: Any) -> Browser:
        """A browser whose person the provider knows as `subject`; a second one changes their claims."""
        self.provider.people[subject] = {"preferred_username": subject, "groups": [], **claims}
        browser = Browser()
        browser.http.cookies.set("person", subject, domain="127.0.0.1", path="/auth")
        return browser

    def logged_in(self, subject: str, **claims: Any) -> Browser:
        """The same after the login."""
        browser = self.browser(subject, **claims)
        page = browser.get(f"{self.url}/hub/home")
        assert page.status_code == 200, page.text
        return browser

    def api(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Ask the hub as the service of the tests."""
        headers = {"Authorization": f"token {TOKEN}"}
        return httpx2.request(
            method, f"{self.url}/hub/api{path}", headers=headers, trust_env=False, timeout=60, **options
        )

    def groups(self, name: str) -> list[str]:
        """What the hub thinks; it has them in no order."""
        return sorted(self.api("GET", f"/users/{name}").json()["groups"])

    def start(
        self, browser: Browser, name: str, options: dict[str, str], server: str = ""
    ) -> httpx2.Response:
        """Start a server as a script on the hub's page does."""
        token = next(
            c.value or "" for c in browser.http.cookies.jar if c.name == "_xsrf" and "/hub" in c.path
        )
        where = f"/users/{name}/servers/{server}" if server else f"/users/{name}/server"
        return browser.http.post(
            f"{self.url}/hub/api{where}",
            json={"user_options": options},
            headers={"X-XSRFToken": token, "Sec-Fetch-Mode": "cors"},
        )

    def wait(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, self.hub.output()[-3_000:]
            time.sleep(0.1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("people")
    for name, text in POLICY.items():
        path = folder / "policy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "client_secret").write_text(SECRET)
    url = f"http://127.0.0.1:{free_port()}"
    with provider_of_people() as provider:
        hub = hub_process(
            folder,
            url,
            TOKEN,
            issuer=provider.issuer,
            secret_file=folder / "client_secret",
            period_seconds=2.0,
            policy=str(folder / "policy"),
            scopes=["admin:users", "admin:auth_state", "admin:servers", "tokens"],
        )
        try:
            hub.start()
            yield Site(provider, hub, url, folder)
        finally:
            hub.stop()
    assert "Traceback" not in hub.output()


@pytest.mark.parametrize("sent", ["/platform/admin", "admin", "adimnplt/or"])
def test_groups_as_one_string_are_one_group_and_never_letters(site: Site, sent: str) -> None:
    name = f"one-string-{sum(sent.encode())}"
    browser = site.logged_in(name, groups=sent)
    assert site.groups(name) == [sent.strip("/")]
    status = browser.get(f"{site.url}/hub/admin").status_code
    assert status == (200 if sent == "/platform/admin" else 403)
    with closing(sqlite3.connect(site.folder / "hub" / "jupyterhub.sqlite")) as database:
        names = {row[0] for row in database.execute("SELECT name FROM groups")}
    assert not {name for name in names if len(name) == 1}


class TestChangedGroups:
    """The provider takes a group away from somebody who is logged in, and gives one."""

    def test_no_new_server_at_once_and_a_new_group_counts_at_once(self, site: Site) -> None:
        browser = site.logged_in("changing", groups=["/big-machines"])
        assert site.start(browser, "changing", SMALL).status_code in (201, 202)
        assert "not available" not in browser.get(f"{site.url}/hub/spawn/changing/a").text
        site.provider.people["changing"]["groups"] = []
        refused = site.start(browser, "changing", LARGE, "b")
        assert refused.status_code == 403
        assert "big-machines" in refused.text
        site.provider.people["changing"]["groups"] = ["big-machines"]
        page = browser.get(f"{site.url}/hub/spawn/changing/b")
        assert page.status_code == 200
        assert "big-machines" not in page.text
        assert site.start(browser, "changing", LARGE, "b").status_code in (201, 202)

    def test_the_form_shows_what_was_lost(self, site: Site) -> None:
        browser = site.logged_in("losing", groups=["/big-machines"])
        assert "big-machines" not in browser.get(f"{site.url}/hub/spawn").text
        site.provider.people["losing"]["groups"] = []
        assert "big-machines" in browser.get(f"{site.url}/hub/spawn").text

    def test_the_hub_knows_while_a_server_runs_and_nobody_looks(self, site: Site) -> None:
        browser = site.logged_in("running", groups=["/big-machines"])
        assert site.start(browser, "running", SMALL).status_code in (201, 202)
        site.wait(lambda: site.api("GET", "/users/running").json()["servers"][""]["ready"])
        site.provider.people["running"]["groups"] = ["other"]
        site.wait(lambda: site.groups("running") == ["other"])
        site.provider.people["running"]["groups"] = ["other", "big-machines"]
        site.wait(lambda: site.groups("running") == ["big-machines", "other"])
        assert site.api("GET", "/users/running").json()["servers"][""]["ready"]

    def test_who_only_looks_at_pages_is_asked_about_once_a_minute(self, site: Site) -> None:
        browser = site.logged_in("looking")
        site.provider.people["looking"]["groups"] = ["late"]
        browser.get(f"{site.url}/hub/home")
        assert site.groups("looking") == []


class TestEndedLogins:
    """A refresh that the provider refuses."""

    def test_a_page_leads_to_a_new_login_and_back(self, site: Site) -> None:
        browser = site.logged_in("ending")
        site.provider.ended.add("ending")
        page = browser.http.get(f"{site.url}/hub/spawn")
        assert page.status_code == 302
        page = browser.http.get(f"{site.url}/hub/spawn/ending")
        assert page.headers["Location"] == "/hub/oauth_login?next=%2Fhub%2Fspawn%2Fending"
        site.provider.ended.remove("ending")
        page = browser.get(f"{site.url}/hub/spawn/ending")
        assert page.status_code == 200
        assert "Choose" in page.text or "Start" in page.text

    def test_neither_a_token_nor_somebody_else_starts_a_server_for_it(self, site: Site) -> None:
        browser = site.logged_in("gone", groups=["big-machines"])
        token = site.api("POST", "/users/gone/tokens", json={}).json()["token"]
        site.provider.ended.add("gone")
        body = {"user_options": SMALL}
        by_token = httpx2.post(
            f"{site.url}/hub/api/users/gone/server",
            json=body,
            headers={"Authorization": f"token {token}"},
            trust_env=False,
        )
        for answer in (by_token, site.api("POST", "/users/gone/server", json=body)):
            assert answer.status_code == 403
            assert "The login of gone has ended. Log in again, then start the server." in answer.text
        assert site.start(browser, "gone", SMALL).status_code == 403
        assert site.api("GET", "/users/gone").json()["servers"] == {}

    def test_the_log_says_it_without_a_traceback(self, site: Site) -> None:
        browser = site.logged_in("quiet")
        site.provider.ended.add("quiet")
        assert browser.http.get(f"{site.url}/hub/spawn/quiet").status_code == 302
        assert site.hub.output().count("The login of quiet has ended; a new one is needed.") == 1
        assert "AttributeError" not in site.hub.output()


def test_a_provider_that_is_down_is_one_line_in_the_log_and_people_stay(site: Site) -> None:
    browser = site.logged_in("patient", groups=["big-machines"])
    assert site.start(browser, "patient", SMALL).status_code in (201, 202)
    before = site.hub.output().count("The provider cannot be asked")
    site.provider.is_down = True
    try:
        for _ in range(3):
            assert browser.get(f"{site.url}/hub/spawn/patient/other").status_code == 200
        assert site.start(browser, "patient", LARGE, "other").status_code in (201, 202)
        assert site.groups("patient") == ["big-machines"]
        assert site.hub.output().count("The provider cannot be asked") == before + 1
    finally:
        site.provider.is_down = False


def test_first_logins_with_the_same_new_group_and_the_same_name_at_once(site: Site) -> None:
    subjects = [f"twin-{letter}" for letter in "abcdefghijkl"]
    browsers = [
        site.browser(each, preferred_username="twin", groups=["/brand/new", f"/own/{each}"])
        for each in subjects
    ]
    with ThreadPoolExecutor(len(browsers)) as pool:
        pages = list(pool.map(lambda browser: browser.get(f"{site.url}/hub/home"), browsers))
    assert [page.status_code for page in pages] == [200] * len(subjects)
    names = ["twin", *(f"twin-{number}" for number in range(2, len(subjects) + 1))]
    found = {name: site.api("GET", f"/users/{name}").json()["auth_state"]["subject"] for name in names}
    assert sorted(found.values()) == subjects
    for name, subject in found.items():
        assert site.groups(name) == ["brand/new", f"own/{subject}"]
    with closing(sqlite3.connect(site.folder / "hub" / "jupyterhub.sqlite")) as database:
        count = database.execute("SELECT count(*) FROM groups WHERE name = 'brand/new'").fetchone()
    assert count == (1,)


class TestNames:
    """Who somebody is, whatever they are called."""

    def test_people_whose_names_differ_in_case_are_two_and_renaming_changes_nobody(self, site: Site) -> None:
        subjects = {"case-1": "Case.Sensitive", "case-2": "case.sensitive", "case-3": "CASE.SENSITIVE"}
        for subject, name in subjects.items():
            site.logged_in(subject, preferred_username=name)
        site.logged_in("case-1", preferred_username="Married.Name")
        site.logged_in("case-4", preferred_username="Married.Name")
        found = {
            name: site.api("GET", f"/users/{name}").json()["auth_state"]["subject"]
            for name in ("case-sensitive", "case-sensitive-2", "case-sensitive-3", "married-name")
        }
        assert list(found.values()) == ["case-1", "case-2", "case-3", "case-4"]

    @pytest.mark.parametrize("kind", UGLY)
    def test_a_name_is_harmless_wherever_it_is_shown_or_logged(self, site: Site, kind: str) -> None:
        sent, subject = UGLY[kind], f"ugly-{list(UGLY).index(kind)}"
        groups = [str(sent), f"/a/{sent}", "b"]
        length = len(site.hub.output())
        browser = site.logged_in(subject, preferred_username=sent, name=sent, groups=groups)
        page = browser.get(f"{site.url}/hub/home")
        name = re.search(r'title="([^"]*)"[^>]*>', page.text)
        assert name is not None
        pages = (
            page.text + browser.get(f"{site.url}/hub/spawn").text + browser.get(f"{site.url}/hub/token").text
        )
        text = str(sent)
        if text and escape(text) != text:
            assert text not in pages
        assert not re.search(r"<img src=x|<script>alert|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]", pages)
        assert text[:2_000] not in pages or len(text) < 61
        added = site.hub.output()[length:]
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", added)
        assert not any(line.startswith("2026-11-25 [I] User logged in: root") for line in added.splitlines())
        assert max(map(len, added.splitlines())) < 2_000

    def test_a_subject_that_is_no_subject_is_refused_with_a_page(self, site: Site) -> None:
        for subject in ("x" * 256, "lines-\n", "\x1b[2J"):
            browser = site.browser("odd-subject")
            site.provider.people["odd-subject"]["sub"] = subject
            site.provider.tokens_tell = {"sub": subject}
            try:
                page = browser.get(f"{site.url}/hub/home")
            finally:
                site.provider.tokens_tell = {}
            assert page.status_code == 403, subject
            assert "no usable subject" in page.text


class TestKeysAndClocks:
    """A provider that changes its keys, or whose clock goes wrong."""

    def test_new_keys_are_found_without_a_restart(self, site: Site) -> None:
        site.logged_in("before-rotation")
        fresh = ProviderOfPeople(site.provider.issuer)
        time.sleep(5.1)  # an unknown key is looked for at most every 5 s
        site.provider.keys["rotated"] = fresh.keys["rsa"]
        site.provider.signing = "rotated"
        try:
            site.logged_in("after-rotation")
            del site.provider.keys["rsa"]
            site.logged_in("after-the-old-one-has-gone")
        finally:
            site.provider.keys["rsa"] = site.provider.keys["rotated"]
            site.provider.signing = "rotated"

    @pytest.mark.parametrize(("skew", "status"), [(-59, 200), (59, 200), (75, 400), (-3_675, 400)])
    def test_clocks_may_differ_by_a_minute(self, site: Site, skew: int, status: int) -> None:
        browser = site.browser(f"skewed-{skew + 4_000}")
        now = int(time.time())
        site.provider.tokens_tell = {"iat": now + skew, "exp": now + skew + 3_600}
        try:
            assert browser.get(f"{site.url}/hub/home").status_code == status
        finally:
            site.provider.tokens_tell = {}


def test_a_logout_gives_the_refresh_token_back(site: Site) -> None:
    browser = site.logged_in("leaving")
    token = site.api("GET", "/users/leaving").json()["auth_state"]["refresh_token"]
    answer = browser.http.get(f"{site.url}/hub/logout")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{site.provider.issuer}/logout?")
    assert site.provider.revoked[-1] == token
