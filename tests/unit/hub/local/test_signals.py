import signal

import pytest

from eohub_hub.local.signals import StopAsked, StopSignals

ALL = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", ALL)
def test_the_first_signal_asks_for_the_end(number: signal.Signals) -> None:
    signals = StopSignals()
    with signals.caught():
        with pytest.raises(StopAsked):
            signal.raise_signal(number)
        assert signals.asked
        assert not signals.hurry


def test_a_second_signal_hurries_and_interrupts_nothing() -> None:
    signals = StopSignals()
    with signals.caught():
        with pytest.raises(StopAsked):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        assert signals.hurry


def test_the_handlers_of_before_are_put_back() -> None:
    before = {number: signal.getsignal(number) for number in ALL}
    with pytest.raises(StopAsked), StopSignals().caught():
        signal.raise_signal(signal.SIGHUP)
    assert {number: signal.getsignal(number) for number in ALL} == before


def test_no_handler_of_ordinary_errors_takes_it_for_one() -> None:
    assert not issubclass(StopAsked, Exception)
