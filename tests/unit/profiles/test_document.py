import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.document import MAXIMUM_BYTES, MAXIMUM_DEPTH, MAXIMUM_NODES, Document, read_document


def faults(text: str | bytes) -> list[str]:
    document = read_document("a.yaml", text if isinstance(text, bytes) else text.encode())
    return [str(fault) for fault in document.faults]


def fields(text: str) -> object:
    document = read_document("a.yaml", text.encode())
    assert document.faults == ()
    return document.fields


def test_plain_values_are_read_with_their_types() -> None:
    text = "a: x\nb: 2\nc: -0.5\nd: true\ne: null\nf: [1, y]\ng: {h: 'z'}\n"
    assert fields(text) == {"a": "x", "b": 2, "c": -0.5, "d": True, "e": None, "f": (1, "y"), "g": {"h": "z"}}


def test_each_field_and_entry_has_its_line() -> None:
    document = read_document("a.yaml", b"# comment\na: 1\n\nb:\n  - c: 2\n    d: 3\n  - e\n")
    assert document.lines == {
        (): 2,
        ("a",): 2,
        ("b",): 4,
        ("b", 0): 5,
        ("b", 0, "c"): 5,
        ("b", 0, "d"): 6,
        ("b", 1): 7,
    }


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "No", "2026-01-01", "<<", "=", "1:30 h"])
def test_words_that_only_old_yaml_converts_stay_text(word: str) -> None:
    assert fields(f"a: {word}\n") == {"a": word}


@pytest.mark.parametrize("number", ["010", "0x1F", "0b11", "1_000", "1:30", "+2", "9" * 19, "9" * 5_000])
def test_a_whole_number_that_reads_in_two_ways_is_a_fault(number: str) -> None:
    assert faults(f"a: {number}\n")[0].startswith(
        "a.yaml:1: a: must be a number written plainly, such as 2 or 0.5"
    )


@pytest.mark.parametrize("number", [".5", "5.", "1.5e+3", ".inf", "-.inf", ".nan", "1_0.5", "1:30.5"])
def test_a_fraction_that_is_not_written_plainly_is_a_fault(number: str) -> None:
    assert faults(f"a: {number}\n")[0].startswith(
        "a.yaml:1: a: must be a number written plainly, such as 2 or 0.5"
    )


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "null\n", "~", "\ufeff"]
)
def test_an_empty_file_says_so(text: str) -> None:
    assert faults(text) == ["a.yaml:1: is empty"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "small\n", "42\n", "[a]\n", "'name: small'\n"])
def test_a_file_that_is_no_mapping_says_so(text: str) -> None:
    assert faults(text) == ["a.yaml:1: must be a mapping of fields, such as name: small"]


def test_bytes_that_are_not_utf_8_are_told_with_their_line() -> None:
    assert faults("a: 1\ntitle: Größe\n".encode("latin-1")) == [
        "a.yaml:2: is not UTF-8 text; save it with the encoding UTF-8"
    ]


def test_utf_16_is_told_as_such() -> None:
    assert faults("a: 1\n".encode("utf-16")) == [
        "a.yaml:1: is not UTF-8 text; save it with the encoding UTF-8"
    ]


def test_the_byte_order_mark_of_some_editors_is_no_fault() -> None:
    assert read_document("a.yaml", b"\xef\xbb\xbfa: 1\n") == Document({"a": 1}, {(): 1, ("a",): 1}, ())


def test_windows_line_ends_are_no_fault() -> None:
    assert fields("a: 1\r\nb: x\r\n") == {"a": 1, "b": "x"}


def test_a_field_written_twice_names_both_lines() -> None:
    assert faults("a: 1\nb: 2\na: 3\n") == ["a.yaml:3: a: is written twice, first in line 1"]


def test_a_field_written_twice_deep_inside_is_found() -> None:
    assert faults("a:\n  - b: 1\n    b: 2\n") == ["a.yaml:3: a[0].b: is written twice, first in line 2"]


def test_equal_fields_of_different_entries_are_no_fault() -> None:
    assert fields("a:\n  - b: 1\n  - b: 2\n") == {"a": ({"b": 1}, {"b": 2})}


@pytest.mark.parametrize(
    ("text", "line"),
    [("a:\n\tb: 1\n", 2), ("a: 1\n\tb: 2\n", 2), ("\ta: 1\n", 1), ("a:\n  - b\n\t- c: 1\n", 3)],
)
def test_a_tab_for_indentation_is_told_as_a_tab(text: str, line: int) -> None:
    assert faults(text) == [f"a.yaml:{line}: has a tab; YAML allows only spaces there"]


@pytest.mark.parametrize(
    "text", ["a: [1\n", "a: 'x\n", "a: b: c\n", "a: 1\n b: 2\n", "{a: 1", "%YAML 9\n---\n", "a: @x\n"]
)
def test_broken_yaml_is_told_with_line_and_column(text: str) -> None:
    (fault,) = faults(text)
    assert fault.startswith(("a.yaml:1: is not YAML: ", "a.yaml:2: is not YAML: "))
    assert "(column " in fault


def test_a_long_text_that_the_parser_quotes_is_cut() -> None:
    (fault,) = faults(f"a: !{'x' * 60_000}!y z\n")
    assert len(fault) < 200


def test_a_second_document_in_a_file_is_a_fault() -> None:
    (fault,) = faults("a: 1\n---\nb: 2\n")
    assert fault.startswith("a.yaml:2: is not YAML: but found another document")


def test_a_control_character_is_told_with_its_line() -> None:
    assert faults("a: 1\nb: \x00\n") == ["a.yaml:2: has a character that YAML does not allow"]


@pytest.mark.parametrize("escape", ["\\UFFFFFFFF", "\\U00110000"])
def test_an_escape_beyond_unicode_is_a_fault(escape: str) -> None:
    assert faults(f'a: "{escape}"\n') == ["a.yaml:1: has a value that YAML does not allow"]


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['true']\n",
        "a: !!python/name:os.system x\n",
        "a: !local x\n",
        "a: !!binary aGk=\n",
        "a: !!set {x, y}\n",
        "a: !!omap [x: 1]\n",
    ],
)
def test_a_tag_is_a_fault_and_runs_nothing(text: str) -> None:
    (fault,) = faults(text)
    assert fault.startswith("a.yaml:1: a: has the tag ")
    assert fault.endswith("; tags are not used here")


@pytest.mark.parametrize("key", ["1", "? [a, b]\n", "? {a: b}\n", "null", "true"])
def test_a_field_name_that_is_not_text_is_a_fault(key: str) -> None:
    assert faults(f"{key}: x\n") == ["a.yaml:1: has a field name that is not text"]


def test_an_alias_is_a_fault() -> None:
    assert faults("a: &x 1\nb: *x\n") == ["a.yaml:2: has an alias (*name); write the value out instead"]


def test_a_bomb_of_aliases_is_left_at_the_first_one() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert faults(bomb) == ["a.yaml:2: has an alias (*name); write the value out instead"]


def test_an_alias_to_itself_is_a_fault() -> None:
    assert faults("a: &a [*a]\n") == ["a.yaml:1: has an alias (*name); write the value out instead"]


@pytest.mark.parametrize("text", ["a: " + "[" * 60_000, "a: " + "{b: " * 15_000, "- " * 30_000])
def test_a_deep_nest_is_left_at_its_ninth_level(text: str) -> None:
    assert faults(text) == [f"a.yaml:1: is nested more than {MAXIMUM_DEPTH} levels deep"]


def test_too_many_values_are_a_fault() -> None:
    assert faults("a: [" + "1," * MAXIMUM_NODES + "]\n") == [
        f"a.yaml:1: has more than {MAXIMUM_NODES} values"
    ]


def test_a_file_of_the_greatest_size_is_read() -> None:
    head = b"a: 1\n"
    assert read_document("a.yaml", head + b"#" * (MAXIMUM_BYTES - len(head))).fields == {"a": 1}


def test_a_file_one_byte_larger_is_a_fault() -> None:
    assert faults(b"#" * (MAXIMUM_BYTES + 1)) == ["a.yaml:1: is larger than 64 KiB"]


def test_the_other_fields_are_kept_beside_a_fault() -> None:
    document = read_document("a.yaml", b"a: 010\nb: 2\n")
    assert document.fields == {"a": None, "b": 2}
    assert len(document.faults) == 1


@given(st.binary(max_size=200))
def test_any_bytes_give_a_document(content: bytes) -> None:
    document = read_document("a.yaml", content)
    assert document.lines or document.faults


@given(st.lists(st.sampled_from([*"ab:-[]{}#&*!|>'\"%@`,? \n\t\\Ux0", "\n  ", ": ", "- "]), max_size=60))
def test_any_mix_of_yaml_signs_gives_a_document(signs: list[str]) -> None:
    document = read_document("a.yaml", "".join(signs).encode())
    assert document.lines or document.faults
