"""What a running server has cost so far: its time since the start at the price of now, which is no bill."""

from datetime import UTC, datetime

from eohub_profiles.pricing import cost, format_amount

_CENT_DIGITS = -4


def spent_micro_eur(price_micro_eur_per_hour: int, started: datetime | None, now: datetime) -> int:
    """Micro-EUR from `started` to `now`, both with a time zone; nothing for a server that has not started."""
    seconds = 0.0 if started is None else (now - started).total_seconds()
    return cost(price_micro_eur_per_hour, seconds)


def spent_text(price_micro_eur_per_hour: int, stored: datetime | None) -> str:
    """The same up to now, for people; `stored` is the start as JupyterHub's database has it."""
    return whole_cents(spent_micro_eur(price_micro_eur_per_hour, moment(stored), datetime.now(UTC)))


def whole_cents(micro_eur: int) -> str:
    """An amount for people, such as `0.28 EUR`: what nobody pays to the micro-EUR is not shown to it."""
    return format_amount(round(micro_eur, _CENT_DIGITS))


def moment(stored: datetime | None) -> datetime | None:
    """A time of JupyterHub's database, which is in UTC there without saying so."""
    return None if stored is None else stored.replace(tzinfo=UTC)
