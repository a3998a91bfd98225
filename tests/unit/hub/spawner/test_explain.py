import pytest
from fakes.policies import mount, profile, rules

from eohub_hub.spawner.explain import explain
from eohub_profiles.decision import ANYWHERE, ONE_MACHINE, Place, Refusal, Request, Subject, Usage
from eohub_profiles.model import Environment, Policy
from eohub_profiles.offers import offers
from eohub_profiles.resolve import resolve

WIDE = {"name": "wide", "title": "Wide", "cpu": 8, "memory": "16 GiB", "price": "0.28 EUR/h"}
POLICY = Policy.model_validate(
    rules()
    | {
        "environments": (
            Environment(id="secret", title="Secret", groups=("few",)),
            Environment(id="eo", title="Earth observation"),
        ),
        "profiles": (
            profile("small", sizes=(WIDE,)),
            profile("gpu", gpu={"title": "L4"}),
            profile("large", groups=("big",)),
        ),
        "mounts": (mount("climate"), mount("team", groups=("ice",))),
    }
)
ANN = Subject("", "", "ann", frozenset({"science"}))
NOTHING = Usage()


def said(*, place: Place = ANYWHERE, usage: Usage = NOTHING, **options: str | list[str]) -> tuple[bool, str]:
    raw = {name: value if isinstance(value, list) else [value] for name, value in options.items()}
    found = explain(ANN, usage, raw, POLICY, place)
    return found.is_allowed, "\n".join(found.lines)


def test_a_person_who_may_is_told_size_price_and_end() -> None:
    assert said(profile="small") == (
        True,
        "ann may start Small: 2 CPU, 4 GiB, 0.04 EUR/h.\n"
        "Stops after 1 h without activity, at the latest after 24 h.\n"
        "Groups, as the hub last saw them: science.\n"
        "Running servers: none.\n"
        "With the free tier you may run 2 servers at the same time.",
    )


def test_a_size_is_told_with_its_own_price() -> None:
    assert "Small: 8 CPU, 16 GiB, 0.28 EUR/h." in said(profile="small", size="wide")[1]


def test_nothing_is_promised_where_nothing_ends_servers() -> None:
    assert "Stops after" not in said(profile="small", place=Place(ends_servers=False))[1]


@pytest.mark.parametrize("name", ["large", "gpu"])
def test_a_refusal_has_the_very_words_of_the_form(name: str) -> None:
    allowed, text = said(profile=name, place=ONE_MACHINE)
    (offer,) = (each for each in offers(ANN, NOTHING, POLICY, ONE_MACHINE) if each.profile == name)
    assert not allowed
    assert offer.reasons
    assert all(f"  {reason}\n" in text for reason in offer.reasons)


def test_every_reason_is_told_in_the_words_of_the_decision() -> None:
    usage = Usage(frozenset({"", "b"}))
    allowed, text = said(profile="large", environment="secret", mounts=["team", "x"], usage=usage)
    answer = resolve(ANN, usage, Request("large", "secret", "another", mounts=("team", "x")), POLICY)
    assert not allowed
    assert isinstance(answer, Refusal)
    assert len(answer.reasons) == 5
    assert all(f"  {reason}\n" in text for reason in answer.reasons)
    assert "Running servers: the default server, b." in text


def test_beside_a_running_default_server_it_is_about_a_further_one() -> None:
    assert said(profile="small", usage=Usage(frozenset({""})))[0]
    assert not said(profile="small", usage=Usage(frozenset({"", "b"})))[0]


def test_a_server_of_a_name_is_not_counted_against_itself() -> None:
    usage = Usage(frozenset({"", "b"}))
    assert not said(profile="small", usage=usage, server_name="c")[0]
    assert said(profile="small", usage=usage, server_name="b")[0]


@pytest.mark.parametrize("name", ["", "huge", "small\n", "\x1b[2J", "x" * 10_000])
def test_whatever_is_asked_for_is_told_in_short_lines_that_move_no_cursor(name: str) -> None:
    allowed, text = said(profile=name)
    assert not allowed
    assert all(line.isprintable() for line in text.split("\n"))
    assert len(text) < 1_500
