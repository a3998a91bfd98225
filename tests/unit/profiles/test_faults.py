import pytest
from pydantic import BaseModel, ValidationError

from eohub_profiles.faults import Fault, FieldPath, PolicyError, faults_of, field_name
from eohub_profiles.model import Profile, SiteRules

RULES: dict[str, object] = {
    "support": "support@example.org",
    "tiers": ({"name": "free", "title": "Free", "servers_per_user": 2},),
    "environments": ({"id": "eo", "title": "EO"},),
}
RULES_LINES: dict[FieldPath, int] = {
    (): 1,
    ("support",): 1,
    ("tiers",): 2,
    ("environments",): 3,
    ("environments", 0): 4,
    ("environments", 0, "id"): 4,
    ("environments", 0, "tilte"): 5,
    ("environments", 1): 6,
}


def tier(servers_per_user: object) -> tuple[dict[str, object]]:
    return ({"name": "free", "title": "Free", "servers_per_user": servers_per_user},)


def told(model: type[BaseModel], fields: dict[str, object], lines: dict[FieldPath, int]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(fields)
    return [str(fault) for fault in faults_of(caught.value, model, "policy.yaml", lines)]


def test_a_fault_names_file_line_and_field() -> None:
    assert (
        str(Fault("profiles/small.yaml", 3, "cpu", "is missing")) == "profiles/small.yaml:3: cpu: is missing"
    )


def test_a_fault_of_a_whole_file_names_only_the_file() -> None:
    assert str(Fault("policy.yaml", None, None, "cannot be read")) == "policy.yaml: cannot be read"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ((), None),
        (("cpu",), "cpu"),
        (("environments", 0, "title"), "environments[0].title"),
        ((0,), "[0]"),
        (("a\nb",), r"'a\nb'"),
        (("\ud800",), r"'\ud800'"),
        (("x" * 41,), "'" + "x" * 40 + "'..."),
    ],
)
def test_a_path_is_written_as_a_field(path: FieldPath, name: str | None) -> None:
    assert field_name(path) == name


def test_an_error_tells_every_fault_in_the_order_of_files_and_lines() -> None:
    error = PolicyError(
        [Fault("b.yaml", 1, None, "x"), Fault("a.yaml", 9, None, "y"), Fault("a.yaml", None, None, "z")]
    )
    assert str(error).splitlines() == [
        "The policy cannot be used: 3 faults.",
        "a.yaml: z",
        "a.yaml:9: y",
        "b.yaml:1: x",
    ]


def test_an_error_of_one_fault_is_written_in_the_singular() -> None:
    assert str(PolicyError([Fault("a", 1, None, "x")])).startswith("The policy cannot be used: 1 fault.\n")


def test_an_error_of_many_faults_stays_short_but_keeps_them_all() -> None:
    error = PolicyError([Fault("a.yaml", line, None, "x") for line in range(1, 1_001)])
    assert str(error).endswith("a.yaml:50: x\n... and 950 more.")
    assert len(error.faults) == 1_000


def test_a_missing_field_is_told_at_the_line_of_what_lacks_it() -> None:
    fields = RULES | {"environments": ({"id": "eo"},)}
    assert told(SiteRules, fields, RULES_LINES) == ["policy.yaml:4: environments[0].title: is missing"]


def test_a_misspelt_field_deep_in_a_file_is_told_with_a_guess_and_the_fields_known_there() -> None:
    fields = RULES | {"environments": ({"id": "eo", "title": "EO", "tilte": "EO"},)}
    assert told(SiteRules, fields, RULES_LINES) == [
        "policy.yaml:5: environments[0].tilte: is not a known field, did you mean 'title'? "
        "Known fields: groups, id, title, image"
    ]


def test_a_field_that_resembles_nothing_is_told_with_the_known_fields() -> None:
    assert told(SiteRules, RULES | {"xyz": 1}, RULES_LINES | {("xyz",): 6}) == [
        "policy.yaml:6: xyz: is not a known field."
        " Known fields: support, tiers, environments, images, culling"
    ]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("support", 5, "support: must be text, not a number"),
        ("support", None, "support: must be text, not nothing"),
        ("tiers", tier("2"), "tiers[0].servers_per_user: must be a whole number, not text"),
        ("tiers", tier(2.5), "tiers[0].servers_per_user: must be a whole number, not a number"),
        ("tiers", tier(0), "tiers[0].servers_per_user: must be at least 1"),
        ("tiers", tier(101), "tiers[0].servers_per_user: must be at most 100"),
        ("images", {"allowed": (), "digest": "no"}, "images.digest: must be 'optional' or 'required'"),
        ("environments", "eo", "environments: must be a list, not text"),
        ("environments", (), "environments: must have at least one entry"),
        ("environments", ("eo",), "environments[0]: must be a mapping of fields, not text"),
    ],
)
def test_a_wrong_value_is_told_in_words(field: str, value: object, message: str) -> None:
    texts = told(SiteRules, RULES | {field: value}, RULES_LINES)
    assert [text.split(": ", 1)[1] for text in texts] == [message]


def test_too_many_entries_are_told_with_the_limit() -> None:
    entries = tuple({"id": f"e{number}", "title": "EO"} for number in range(51))
    texts = told(SiteRules, RULES | {"environments": entries}, RULES_LINES)
    assert texts == ["policy.yaml:3: environments: must have at most 50 entries"]


def test_a_number_that_is_no_number_is_told_by_the_model() -> None:
    fields: dict[str, object] = {
        "name": "small",
        "title": "Small",
        "cpu": float("nan"),
        "memory": "4 GiB",
        "price": "0.04 EUR/h",
    }
    assert told(Profile, fields, {(): 1, ("cpu",): 3}) == [
        "policy.yaml:3: cpu: Input should be a finite number"
    ]
