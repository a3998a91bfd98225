from pathlib import Path

import pytest
from fakes.policies import profile
from fakes.spawner_people import FakePerson

from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.walls import Isolation
from eohub_hub.spawner.decision import (
    blocked,
    canonical,
    chosen,
    chosen_text,
    claim_owner,
    decide,
    previous_request,
    read_owner,
    refused,
    subject_of,
)
from eohub_hub.spawner.settings import LAST_NUMBER
from eohub_profiles.decision import Plan, Reason, Refusal, Request, Rule, Subject, Usage
from eohub_profiles.model import Environment, Policy, Profile, Tier

SMALL = Profile.model_validate(
    {"name": "small", "title": "Small", "cpu": 2, "memory": "4 GiB", "price": "0.04 EUR/h"}
)
LARGE = Profile.model_validate(
    {
        "name": "large",
        "title": "Large",
        "cpu": 8,
        "memory": "64 GiB",
        "price": "0.98 EUR/h",
        "groups": ("big",),
    }
)
POLICY = Policy(
    support="the desk",
    tiers=(Tier(name="free", title="the free tier", servers_per_user=1),),
    environments=(Environment(id="eo", title="Earth"),),
    profiles=(SMALL, LARGE),
)
ALICE = Subject("https://issuer.example", "1", "alice")
CHOICE = {"profile": "small", "environment": "eo"}


class TestDecision:
    def test_form_and_rest_lead_to_the_same_plan(self) -> None:
        rest = decide(CHOICE, "", ALICE, Usage(), POLICY)
        form = decide(
            {"profile": ["small"], "environment": ["eo"], "server_name": [""]}, "", ALICE, Usage(), POLICY
        )
        assert rest == form
        assert not isinstance(rest, Refusal)
        assert isinstance(rest[1], Plan)
        assert (rest[1].profile, rest[1].memory_bytes) == ("small", 4 << 30)

    def test_what_is_stored_is_what_was_understood(self) -> None:
        assert canonical(Request("small", "eo", "big")) == CHOICE

    def test_the_name_in_the_options_may_repeat_the_address_and_nothing_else(self) -> None:
        assert not isinstance(decide(CHOICE | {"server_name": "big"}, "big", ALICE, Usage(), POLICY), Refusal)
        other = decide(CHOICE | {"server_name": "other"}, "big", ALICE, Usage(), POLICY)
        assert isinstance(other, Refusal)
        assert other.reasons[0].option == "server_name"
        assert "big" in other.reasons[0].change

    def test_a_server_does_not_count_against_its_own_restart(self) -> None:
        assert not isinstance(decide(CHOICE, "", ALICE, Usage(frozenset({""})), POLICY), Refusal)
        assert isinstance(decide(CHOICE, "big", ALICE, Usage(frozenset({""})), POLICY), Refusal)

    def test_groups_of_now_decide(self) -> None:
        person = FakePerson(1, "https://issuer.example", "1")
        wish = {"profile": "large", "environment": "eo"}
        assert isinstance(decide(wish, "", subject_of("alice", person, []), Usage(), POLICY), Refusal)
        assert not isinstance(
            decide(wish, "", subject_of("alice", person, ["big"]), Usage(), POLICY), Refusal
        )


class TestStoredChoice:
    def test_a_sound_one_is_read(self) -> None:
        assert previous_request(CHOICE, POLICY) == Request("small", "eo")

    @pytest.mark.parametrize(
        "stored", [None, {}, {"profile": ["a", "b"]}, {"anything": 1}, {"profile": "x" * 100_000}]
    )
    def test_any_other_is_none(self, stored: dict[str, object] | None) -> None:
        assert previous_request(stored, POLICY) is None


class TestException:
    @pytest.mark.parametrize(
        ("wish", "usage", "status", "label"),
        [
            ({"profile": "nope", "environment": "eo"}, Usage(), 400, "unknown-profile"),
            ({"environment": "eo"}, Usage(), 400, "missing-option"),
            ({"profile": "large", "environment": "eo"}, Usage(), 403, "group"),
            (CHOICE, Usage(frozenset({"other"})), 409, "servers-per-user"),
        ],
    )
    def test_each_kind_has_its_status_and_its_label_for_metrics(
        self, wish: object, usage: Usage, status: int, label: str
    ) -> None:
        refusal = decide(wish, "", ALICE, usage, POLICY)
        assert isinstance(refusal, Refusal)
        error = refused(refusal)
        assert (error.status_code, error.reason) == (status, label)
        assert "Ask: the desk" in error.jupyterhub_message

    def test_a_wrong_request_that_is_also_forbidden_is_a_wrong_request(self) -> None:
        reasons = tuple(
            Reason(rule, "No.", "Change.", "desk") for rule in (Rule.GROUP, Rule.UNKNOWN_ENVIRONMENT)
        )
        assert refused(Refusal(reasons)).status_code == 400


class TestWalls:
    SINGLE = Isolation(Mode.SINGLE, ("bubblewrap does not work.",))

    def test_with_walls_everybody_may_start(self) -> None:
        for mode in (Mode.ACCOUNTS, Mode.BUBBLEWRAP):
            assert blocked(Isolation(mode), "bob", "alice", 1) is None

    def test_without_walls_the_first_may_and_the_second_is_told_why_not(self) -> None:
        assert blocked(self.SINGLE, None, "alice", 1) is None
        assert blocked(self.SINGLE, "alice", "alice", 1) is None
        why = blocked(self.SINGLE, "alice", "bob", 2) or ""
        assert why.startswith("Only alice may start servers on this machine")
        assert "bubblewrap does not work." in why

    def test_nobody_may_start_where_nothing_runs(self) -> None:
        assert "No Python." in (blocked(Isolation(Mode.NOBODY, ("No Python.",)), None, "alice", 1) or "")

    @pytest.mark.parametrize("number", [0, -1, LAST_NUMBER + 1])
    def test_a_number_outside_the_range_gets_no_account(self, number: int) -> None:
        assert "no system accounts left" in (blocked(Isolation(Mode.ACCOUNTS), None, "alice", number) or "")
        assert blocked(Isolation(Mode.BUBBLEWRAP), None, "alice", number) is None

    def test_the_first_claim_stands(self, tmp_path: Path) -> None:
        path = tmp_path / "only-account"
        assert read_owner(path) is None
        assert claim_owner(path, "alice") == "alice"
        assert claim_owner(path, "bob") == "alice"
        assert read_owner(path) == "alice"
        assert [file.name for file in tmp_path.iterdir()] == ["only-account"]


class TestChosen:
    def test_a_stored_choice_is_told_with_its_price_of_now(self) -> None:
        assert chosen_text({"profile": "small", "environment": "eo"}, POLICY).startswith("Small, ")
        assert chosen({"profile": "small", "environment": "eo"}, POLICY) == (SMALL, SMALL)

    def test_a_size_is_told_beside_the_profile(self) -> None:
        wide = {"name": "wide", "title": "wide", "cpu": 4, "memory": "8 GiB", "price": "0.09 EUR/h"}
        policy = POLICY.model_copy(update={"profiles": (profile("small", sizes=(wide,)),)})
        stored = {"profile": "small", "environment": "eo", "size": "wide"}
        assert chosen_text(stored, policy) == "Small (wide), 0.09 EUR/h"

    @pytest.mark.parametrize(
        "stored",
        [None, {}, {"profile": "gone", "environment": "eo"}, CHOICE | {"size": "gone"}],
    )
    def test_what_is_no_longer_there_has_no_text(self, stored: dict[str, object] | None) -> None:
        assert chosen(stored, POLICY) is None
        assert chosen_text(stored, POLICY) == ""
