"""Constraints documents over the guarded way out: asked for once, and said where they cannot be read."""

import httpx2
import pytest
from fakes.catalogue_web import Answers, JumpingClock, open_web
from fakes.twin_constraints import CLIMATE, EXTREMES

from eohub_catalogue.server.settings import settings_of
from eohub_catalogue.server.twins import WebTwins
from eohub_catalogue.twin_contract import TwinQuery, TwinSource
from eohub_toolkit.errors import Unavailable, Upstream
from eohub_toolkit.settings import SettingsError


def twin(title: str) -> TwinSource:
    address = f"https://data.example.org/{title.lower()}.json"
    return TwinSource(title=title, constraints=address, polytope="polytope.example.org")


async def test_a_lone_twin_is_chosen_and_its_document_is_kept_for_an_hour() -> None:
    answers, clock = Answers(httpx2.Response(200, json=CLIMATE)), JumpingClock()
    twins = WebTwins(lambda: [twin("Climate")], lambda: open_web(answers, clock))
    for _ in range(3):
        form = await twins.form(TwinQuery())
        assert (form.twin, form.missing) == ("Climate", "activity")
    assert len(answers.asked) == 1
    clock.at += 3601
    await twins.form(TwinQuery())
    assert len(answers.asked) == 2


async def test_of_several_twins_one_is_chosen_first() -> None:
    answers = Answers(httpx2.Response(200, json=EXTREMES))
    twins = WebTwins(lambda: [twin("Climate"), twin("Extremes")], lambda: open_web(answers))
    form = await twins.form(TwinQuery())
    assert (form.twins, form.twin, form.fields) == (("Climate", "Extremes"), None, ())
    assert answers.asked == []
    assert (await twins.form(TwinQuery(twin="Extremes"))).fields
    assert [str(each.url) for each in answers.asked] == ["https://data.example.org/extremes.json"]


async def test_where_none_is_configured_nothing_is_asked() -> None:
    answers = Answers(httpx2.Response(500))
    form = await WebTwins(lambda: [], lambda: open_web(answers)).form(TwinQuery(twin="Climate"))
    assert (form.twins, form.fields) == ((), ())
    assert answers.asked == []


@pytest.mark.parametrize(
    "answer",
    [httpx2.Response(404), httpx2.Response(200, text="<html>"), httpx2.Response(200, json={"a": 1})],
)
async def test_a_document_that_tells_nothing_is_said_and_asked_for_again(answer: httpx2.Response) -> None:
    answers = Answers(answer, httpx2.Response(200, json=CLIMATE))
    twins = WebTwins(lambda: [twin("Climate")], lambda: open_web(answers))
    with pytest.raises(Upstream, match="What Climate can be asked for is not told"):
        await twins.form(TwinQuery())
    assert (await twins.form(TwinQuery())).fields


async def test_a_host_that_is_away_is_said() -> None:
    answers = Answers(httpx2.ConnectError("away"))
    with pytest.raises(Unavailable):
        await WebTwins(lambda: [twin("Climate")], lambda: open_web(answers)).form(TwinQuery())


def test_the_setting_names_a_document_and_a_host() -> None:
    good = (
        '[{"title": "Climate", "constraints": "https://a.example.org/c.json", "polytope": "p.example.org"}]'
    )
    (found,) = settings_of({"EOHUB_CATALOGUE_SERVER_DESTINE_TWINS": good}, ()).destine_twins
    assert found.polytope == "p.example.org"
    for wrong in (good.replace("p.example.org", 'p.org/x"y'), good.replace("https", "file")):
        with pytest.raises(SettingsError):
            settings_of({"EOHUB_CATALOGUE_SERVER_DESTINE_TWINS": wrong}, ())
