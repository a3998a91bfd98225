"""Orders as values: which item can be ordered, what a catalogue tells of an order, when it is asked again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes.destine import COLLECTION, orderable
from fakes.stac_documents import cube_item
from fakes.stac_upstream import ROOT

from eohub_catalogue.errors import CatalogueBusy, NotPlaced, OrderedBefore, TooMuchKept
from eohub_catalogue.item_contract import OrderOffer
from eohub_catalogue.order_contract import KeptOrder, KeptOrders, OrderQuery, OrderState
from eohub_catalogue.orders import (
    MOST_ORDERS,
    UNDER_WAY,
    faulted,
    id_of,
    in_doubt,
    in_state,
    is_due,
    offer_of,
    pause,
    placed,
    progress_of,
    shown,
    watched_again,
    with_new,
)
from eohub_catalogue.summary import summary_of
from eohub_toolkit.errors import Unavailable

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OFFER = OrderOffer(href=f"{ROOT}/order", body={"param": "167"})


def query(item: str = "one", **changes: Any) -> OrderQuery:
    given = {"catalogue": "hda", "collection": COLLECTION, "item": item, "title": "Wind", "offer": OFFER}
    return OrderQuery.model_validate(given | changes)


def order(state: OrderState = "placing", **changes: Any) -> KeptOrder:
    return placed(query(), NOW).model_copy(update={"state": state, **changes})


def link(**changes: Any) -> dict[str, Any]:
    return orderable(links=[{"rel": "self"}, orderable()["links"][0] | changes])


def test_an_orderable_item_with_a_link_and_a_body_is_offered() -> None:
    offer = summary_of(orderable(), "hda").offer
    assert offer is not None
    assert offer.href == f"{ROOT}/collections/{COLLECTION}/order"
    assert offer.body["param"] == ["131", "132"]


def test_a_relative_link_starts_from_the_item() -> None:
    own = {"rel": "self", "href": f"{ROOT}/collections/c/items/i"}
    item = orderable(links=[own, orderable()["links"][0] | {"href": "../order"}])
    offer = offer_of(item)
    assert offer is not None
    assert offer.href == f"{ROOT}/collections/c/order"


@pytest.mark.parametrize(
    "item",
    [
        cube_item(),
        orderable(links=[]),
        orderable(links="none"),
        orderable(properties={"datetime": "2028-06-10T00:00:00Z", "order:status": "succeeded"}),
        link(href=None),
        link(href="s3://bucket/order"),
        link(href="order"),
        link(href=f"{ROOT}/order?token=secret"),
        link(href="https://user:password@stac.example.org/order"),
        link(body=None),
        link(body=["a"]),
        link(body={"area": ["x" * 20_000]}),
        link(body={"area": float("nan")}),
        link(body={"area": "\ud800"}),
        link(body={"\udfff": 1}),
        link(href="/" + "x" * 4_090),
        orderable(id=""),
    ],
)
def test_what_cannot_be_ordered_is_not_offered(item: Any) -> None:
    assert summary_of(item, "hda").offer is None


def test_an_order_is_told_by_what_is_ordered() -> None:
    same = id_of(query(title="Another title", again=True))
    assert same == id_of(query())
    other = OrderOffer(href=OFFER.href, body={"param": "168"})
    assert len({same, id_of(query("two")), id_of(query(offer=other)), id_of(query(catalogue="b"))}) == 4


@pytest.mark.parametrize(
    ("told", "state", "problem"),
    [
        ("ordered", "ordered", None),
        ("pending", "ordered", None),
        ("shipping", "shipping", None),
        ("succeeded", "succeeded", None),
        ("failed", "failed", "It failed there. No field 999."),
        ("canceled", "failed", "It was cancelled there."),
    ],
)
def test_a_catalogue_tells_the_state_of_an_order(told: str, state: str, problem: str | None) -> None:
    progress = progress_of({"properties": {"order:status": told, "order:message": "No field 999."}})
    assert progress is not None
    assert (progress.state, progress.problem) == (state, problem)


@pytest.mark.parametrize("told", [None, "", "orderable", "on its way", 7, {"a": 1}])
def test_a_state_that_is_not_known_is_none(told: object) -> None:
    assert progress_of({"properties": {"order:status": told}}) is None
    assert progress_of({}) is None


@pytest.mark.parametrize(
    ("assets", "address", "size"),
    [
        ({"downloadLink": {"href": "https://d.example.org/a.grib", "file:size": 5}}, "a.grib", 5),
        (
            {
                "thumbnail": {"href": "https://d.example.org/a.png"},
                "d": {"href": "https://d.example.org/b.nc", "roles": ["data"]},
            },
            "b.nc",
            None,
        ),
        ({"x": {"href": "https://u:p@d.example.org/c.nc?sig=secret"}}, "c.nc", None),
        ({"x": {}}, None, None),
        ({}, None, None),
        ("none", None, None),
    ],
)
def test_what_is_delivered_has_an_address_without_a_key(
    assets: Any, address: str | None, size: int | None
) -> None:
    progress = progress_of({"properties": {"order:status": "succeeded"}, "assets": assets})
    assert progress is not None
    assert progress.address == (None if address is None else f"https://d.example.org/{address}")
    assert progress.size_bytes == size


def test_pauses_grow_up_to_five_minutes() -> None:
    seconds = [pause(asks).total_seconds() for asks in (0, 1, 2, 20, 10_000)]
    assert seconds == [5, 7.5, 11.25, 300, 300]


@pytest.mark.parametrize("state", sorted(UNDER_WAY))
def test_one_that_is_under_way_is_not_placed_again(state: OrderState) -> None:
    kept = KeptOrders(orders=(order(state),))
    assert with_new(kept, placed(query(), NOW), again=True) is kept


@pytest.mark.parametrize("state", ["unknown", "succeeded", "cancelled-watching"])
def test_one_that_was_or_may_have_been_taken_is_placed_again_only_when_that_is_wanted(
    state: OrderState,
) -> None:
    kept = KeptOrders(orders=(order(state),))
    new = placed(query(), NOW + timedelta(days=1))
    with pytest.raises(OrderedBefore, match="Nobody knows" if state == "unknown" else "was ordered before"):
        with_new(kept, new, again=False)
    assert with_new(kept, new, again=True).orders == (new,)


def test_one_that_failed_is_placed_again() -> None:
    new = placed(query(), NOW + timedelta(days=1))
    assert with_new(KeptOrders(orders=(order("failed"),)), new, again=False).orders == (new,)


def test_the_number_of_orders_is_bounded() -> None:
    full = KeptOrders(orders=tuple(placed(query(str(number)), NOW) for number in range(MOST_ORDERS)))
    with pytest.raises(TooMuchKept):
        with_new(full, placed(query("more"), NOW), again=False)
    assert with_new(full, placed(query("7"), NOW), again=False) is full


def test_only_what_was_sent_is_in_doubt() -> None:
    sent, waiting = order(next_ask=None), placed(query("two"), NOW)
    doubted = in_doubt(KeptOrders(orders=(sent, waiting, order("ordered", next_ask=None))), NOW)
    assert [each.state for each in doubted.orders] == ["unknown", "placing", "ordered"]
    assert shown(doubted.orders[0]).problem == "The server ended while the order was being sent."


def test_a_host_that_wants_rest_is_given_it() -> None:
    busy = CatalogueBusy.for_seconds("Data Lake", 90)
    assert faulted(order("ordered"), busy, NOW).next_ask == NOW + timedelta(seconds=90)
    assert faulted(order(), busy, NOW).next_ask == NOW + timedelta(seconds=90)
    assert faulted(order("ordered", asks=30), busy, NOW).next_ask == NOW + timedelta(seconds=300)


def test_one_that_cannot_be_sent_fails_in_the_end_and_one_that_was_taken_does_not() -> None:
    unsent, taken = order(), order("ordered")
    for _ in range(10):
        unsent = faulted(unsent, NotPlaced("Away."), NOW)
        taken = faulted(taken, Unavailable("Away."), NOW)
    assert (unsent.state, unsent.next_ask, unsent.problem) == ("failed", None, "Away.")
    assert (taken.state, taken.faults) == ("ordered", 10)


def test_a_state_lasts_since_it_began() -> None:
    later = NOW + timedelta(hours=1)
    assert in_state(order("ordered"), "ordered", later).since == NOW
    assert in_state(order("ordered"), "shipping", later).since == later


def test_what_is_due_is_under_way_and_was_not_just_sent() -> None:
    assert is_due(order(), NOW)
    assert not is_due(order(), NOW - timedelta(seconds=1))
    assert not is_due(order(next_ask=None), NOW)
    assert not is_due(order("succeeded"), NOW)


def test_watching_again_begins_anew_where_it_had_ended() -> None:
    later = NOW + timedelta(days=9)
    again = watched_again(order("cancelled-watching", order_item="o", next_ask=None), later)
    assert (again.state, again.next_ask, again.watched_since) == ("ordered", later, later)
    for each in (order("cancelled-watching"), order("succeeded"), order(next_ask=None)):
        assert watched_again(each, later) == each
    assert watched_again(order("shipping"), later).next_ask == later


def test_an_item_that_is_to_be_ordered_says_so_and_lacks_nothing() -> None:
    row = summary_of(orderable(), "hda")
    assert row.kind == "to order"
    assert row.code_refusal == row.data_refusal == "It has to be ordered before it can be opened."
    assert "assets_missing" not in [defect.code for defect in row.defects]
    with_data = summary_of(orderable(assets=cube_item()["assets"]), "hda")
    assert (with_data.kind, with_data.code_refusal) == ("Zarr", None)
