import pytest

from eohub_hub.audit.acts import act, is_routine
from eohub_hub.audit.event import Action, Outcome

HUB = "/hub/api"


@pytest.mark.parametrize(
    ("method", "path", "action", "what"),
    [
        ("DELETE", "/users/bob", "admin.user_removed", "bob"),
        ("POST", "/users", "admin.user_added", "users"),
        ("PATCH", "/users/bob", "admin.user_changed", "bob"),
        ("POST", "/users/bob/server", "admin.server_added", "bob/"),
        ("DELETE", "/users/bob/server", "admin.server_removed", "bob/"),
        ("DELETE", "/users/bob/servers/big", "admin.server_removed", "bob/big"),
        ("POST", "/users/bob/tokens", "admin.token_added", "bob"),
        ("DELETE", "/users/bob/tokens/a7", "admin.token_removed", "bob"),
        ("POST", "/groups/staff/users", "admin.user_added", "staff"),
        ("DELETE", "/groups/staff", "admin.group_removed", "staff"),
        ("POST", "/shutdown", "admin.shutdown_added", "shutdown"),
        ("PATCH", "/proxy", "admin.proxy_changed", "proxy"),
        ("POST", "/users/b%C3%BCrger", "admin.user_added", "bürger"),
    ],
)
def test_what_is_changed_of_somebody_else_is_an_act(method: str, path: str, action: str, what: str) -> None:
    event = act(method, f"{HUB}{path}", "ada", 200)
    assert event is not None
    assert (str(event.action), event.actor, event.object, event.outcome) == (
        action,
        "ada",
        what,
        Outcome.ALLOWED,
    )


@pytest.mark.parametrize("owner", ["ada", "bob"])
@pytest.mark.parametrize(
    ("method", "path", "change", "server"),
    [
        ("POST", "/hub/api/shares/{owner}/", "share added", ""),
        ("POST", "/hub/api/shares/{owner}/big", "share added", "big"),
        ("PATCH", "/hub/api/shares/{owner}/server", "share changed", "server"),
        ("DELETE", "/hub/api/shares/{owner}", "share removed", ""),
        ("POST", "/hub/api/share-codes/{owner}/big", "code added", "big"),
        ("DELETE", "/base/hub/api/share-codes/{owner}/s%C3%BC", "code removed", "sü"),
        ("DELETE", "/hub/api/users/ada/shared/{owner}/big", "share removed", "big"),
        ("DELETE", "/hub/api/groups/staff/shared/{owner}/", "share removed", ""),
    ],
)
def test_who_may_open_a_server_is_told_also_when_its_owner_says_so(
    method: str, path: str, change: str, server: str, owner: str
) -> None:
    event = act(method, path.format(owner=owner), "ada", 200)
    assert event is not None
    assert (event.action, event.actor, event.object) == (Action.SHARE_CHANGED, "ada", f"{owner}/{server}")
    assert event.details["change"] == change


def test_whoever_uses_a_code_is_told() -> None:
    event = act("POST", "/hub/accept-share", "eve", 302)
    assert event is not None
    assert (event.action, event.actor, event.details["change"]) == (Action.SHARE_CHANGED, "eve", "code used")
    assert act("GET", "/hub/accept-share", "eve", 200) is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/shares/bob"),
        ("GET", "/share-codes/bob/big"),
        ("GET", "/users/bob"),
        ("HEAD", "/users"),
        ("OPTIONS", "/users"),
        ("DELETE", "/users/ada/server"),
        ("POST", "/users/ada/tokens"),
        ("POST", "/users/bob/activity"),
        ("POST", "/eohub/audit"),
        ("POST", "/oauth2/token"),
    ],
)
def test_reading_and_what_is_ones_own_is_none(method: str, path: str) -> None:
    assert act(method, f"{HUB}{path}", "ada", 200) is None


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(201, Outcome.ALLOWED), (204, Outcome.ALLOWED), (403, Outcome.REFUSED), (500, Outcome.FAILED)],
)
def test_an_act_has_the_outcome_that_the_answer_had(status: int, outcome: Outcome) -> None:
    event = act("DELETE", f"{HUB}/users/bob", "eve", status)
    assert event is not None
    assert event.outcome == outcome


@pytest.mark.parametrize("status", [400, 404, 405, 409, 422])
def test_a_request_that_made_no_sense_is_no_act(status: int) -> None:
    assert act("DELETE", f"{HUB}/users/bob", "ada", status) is None


@pytest.mark.parametrize("part", ["../x", "%00", "ÄÖ", "a" * 500, "tok-ens9", ""])
def test_whatever_an_address_holds_the_action_is_a_word(part: str) -> None:
    event = act("POST", f"{HUB}/users/bob/{part}", "ada", 200)
    assert event is None or event.action.startswith("admin.")


def test_only_what_services_read_all_the_time_is_left_out_of_the_hubs_log() -> None:
    told = [
        (kind, method, status)
        for kind in ("user", "service", "nobody")
        for method in ("GET", "POST", "DELETE")
        for status in (200, 302, 403, 500)
        if not is_routine(kind, method, status)
    ]
    assert len(told) == 3 * 3 * 4 - 2
    assert ("service", "GET", 403) in told
    assert ("user", "GET", 200) in told
