import pytest

from eohub_cubes.errors import DataDamaged, DataMissing


@pytest.mark.parametrize("error", [DataMissing, DataDamaged])
def test_what_is_missing_or_damaged_has_a_next_step(error: type[DataMissing] | type[DataDamaged]) -> None:
    assert error("It went away.").hint
    assert error("It went away.", hint="Ask Ada.").hint == "Ask Ada."
