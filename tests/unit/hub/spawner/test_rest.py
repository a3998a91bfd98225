import json

import pytest

from eohub_hub.spawner.decision import CannotStart
from eohub_hub.spawner.rest import ServerCall, read_call
from eohub_profiles.model import Environment, Policy, Profile, Tier

POLICY = Policy(
    support="the desk",
    tiers=(Tier(name="free", title="the free tier", servers_per_user=1),),
    environments=(Environment(id="eo", title="Earth"),),
    profiles=(
        Profile.model_validate(
            {"name": "small", "title": "Small", "cpu": 2, "memory": "4 GiB", "price": "0.04 EUR/h"}
        ),
    ),
)
SMALL: dict[str, object] = {"profile": "small", "environment": "eo"}


@pytest.mark.parametrize(
    ("body", "call"),
    [
        (SMALL, ServerCall(user_options=SMALL)),
        ({"user_options": SMALL}, ServerCall(user_options=SMALL)),
        ({"display_name": "Big one"}, ServerCall(display_name="Big one")),
        ({"display_name": "", "user_options": None}, ServerCall()),
        ({"user_options": {}}, ServerCall(user_options={})),
        ({}, ServerCall()),
        (None, ServerCall()),
    ],
)
def test_options_stand_in_a_field_or_are_the_body(body: object, call: ServerCall) -> None:
    assert read_call(json.dumps(body).encode(), POLICY) == call


def test_an_empty_body_says_nothing() -> None:
    assert read_call(b"", POLICY) == ServerCall()


def test_a_change_may_say_a_new_name_and_has_no_options_of_its_own() -> None:
    body = json.dumps({"name": "new", "user_options": SMALL}).encode()
    assert read_call(body, POLICY, is_change=True) == ServerCall("new", None, SMALL)
    with pytest.raises(CannotStart, match="There is no field 'profile'"):
        read_call(json.dumps(SMALL).encode(), POLICY, is_change=True)


@pytest.mark.parametrize("call", [ServerCall(), ServerCall("a", "A", SMALL), ServerCall(user_options={})])
def test_what_is_written_is_read_again(call: ServerCall) -> None:
    assert read_call(call.dump(), POLICY, is_change=True) == call


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "The body is not JSON."),
        (b"\xff", "The body is not JSON."),
        (b"[" * 60_000, "The body is not JSON."),
        (b"9" * 5_000, "The body is not JSON."),
        (b"[]", "The body must be a JSON object."),
        (b'"small"', "The body must be a JSON object."),
        (b"0", "The body must be a JSON object."),
        (b'{"user_options": []}', "The field user_options must be an object."),
        (b'{"display_name": 1}', "The field display_name must be text."),
        (b'{"display_name": "a  b"}', "The field display_name is not a name."),
        (b'{"display_name": "\\ud800"}', "The field display_name is not a name."),
        (b'{"user_options": {}, "image": 1}', "There is no field 'image'."),
    ],
)
def test_a_wrong_body_is_refused_with_what_is_allowed_and_whom_to_ask(body: bytes, sentence: str) -> None:
    with pytest.raises(CannotStart) as caught:
        read_call(body, POLICY)
    assert caught.value.status_code == 400
    assert caught.value.jupyterhub_message.startswith(sentence)
    assert "Allowed fields: display_name, user_options." in caught.value.jupyterhub_message
    assert caught.value.jupyterhub_message.endswith("Ask: the desk")


def test_a_long_field_is_not_repeated_in_full() -> None:
    body = json.dumps({"user_options": {}, "x" * 60_000: 1}).encode()
    with pytest.raises(CannotStart) as caught:
        read_call(body, POLICY)
    assert len(caught.value.jupyterhub_message) < 500
