"""The cost of a running server so far."""

from datetime import UTC, datetime, timedelta

import pytest

from eohub_hub.spawner.spend import moment, spent_micro_eur, spent_text, whole_cents

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


class TestSpent:
    @pytest.mark.parametrize(("hours", "micro_eur"), [(0, 0), (1, 140_000), (2.5, 350_000), (24, 3_360_000)])
    def test_it_is_the_time_since_the_start_at_the_price(self, hours: float, micro_eur: int) -> None:
        assert spent_micro_eur(140_000, NOW - timedelta(hours=hours), NOW) == micro_eur

    def test_what_has_not_started_has_cost_nothing(self) -> None:
        assert spent_micro_eur(140_000, None, NOW) == 0

    def test_a_clock_that_was_set_back_makes_nothing_negative(self) -> None:
        assert spent_micro_eur(140_000, NOW + timedelta(hours=1), NOW) == 0


class TestText:
    def test_it_is_in_whole_cents(self) -> None:
        assert whole_cents(280_001) == "0.28 EUR"
        assert whole_cents(0) == "0.00 EUR"

    def test_it_takes_the_start_as_the_hubs_database_has_it(self) -> None:
        started = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=2)
        assert spent_text(1_000_000, started) == "2.00 EUR"
        assert spent_text(1_000_000, None) == "0.00 EUR"


def test_a_time_of_the_hubs_database_is_in_utc() -> None:
    assert moment(datetime(2026, 5, 4, 12)) == NOW
    assert moment(None) is None
