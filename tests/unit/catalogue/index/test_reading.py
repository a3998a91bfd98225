import json
from pathlib import Path

import pytest

from eohub_catalogue.index.reading import Found, Reading, Unreadable, read_documents


def read(path: Path) -> list[Reading]:
    return list(read_documents(path, lambda _: None))


def test_each_line_is_a_document_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'{"id": 1}\n\n  \r\n{"id": 2}\r\n\x1e{"id": 3}\n{"id": 4}')
    assert read(path) == [Found(f"{path}:{line}", {"id": n}) for line, n in ((1, 1), (4, 2), (5, 3), (6, 4))]


@pytest.mark.parametrize("suffix", [".ndjson", ".jsonl", ".geojsonl", ".geojsons", ".NDJSON"])
def test_line_files_are_known_by_their_suffix(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text('{"id": 1}\n{"id": 2}\n')
    assert len(read(path)) == 2


def test_a_bad_line_is_told_and_the_next_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'{"id": 1}\n{broken\n[1]\n"text"\n{"a": NaN}\n\xff\n{"id": 2}\n')
    good, *bad, last = read(path)
    assert (good, last) == (Found(f"{path}:1", {"id": 1}), Found(f"{path}:7", {"id": 2}))
    assert [one.where for one in bad] == [f"{path}:{line}" for line in (2, 3, 4, 5, 6)]
    assert all(isinstance(one, Unreadable) and one.reason.endswith(".") for one in bad)


def test_a_line_may_hold_a_list_or_an_item_collection(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('[{"id": 1}, {"id": 2}]\n{"type": "FeatureCollection", "features": [{"id": 3}]}\n')
    assert [one.document["id"] for one in read(path) if isinstance(one, Found)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ({"id": 1}, [1]),
        ([{"id": 1}, {"id": 2}], [1, 2]),
        ({"type": "FeatureCollection", "features": [{"id": 1}]}, [1]),
        ({"type": "FeatureCollection", "features": []}, []),
        ({"collections": [{"id": "c"}], "links": []}, ["c"]),
        ({"type": "Catalog", "id": "x", "collections": []}, ["x"]),
        ({"type": "FeatureCollection", "id": "x", "features": None}, ["x"]),
        ([], []),
    ],
)
def test_a_json_file_holds_one_or_many(tmp_path: Path, body: object, ids: list[object]) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(body))
    assert [one.document["id"] for one in read(path) if isinstance(one, Found)] == ids


@pytest.mark.parametrize("text", [b'"\\', b'"', b"'", b"[", b"{", b'":', b"\\", b'["'])
def test_a_text_without_an_end_is_read_once(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "a.json"
    # To read it again from each sign would take hours.
    path.write_bytes(b"[" + text * 2_000_000)
    assert [type(one) for one in read(path)] == [Unreadable]


def test_documents_of_a_list_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"id": 1}, 5]')
    assert read(path) == [
        Found(f"{path}, document 1", {"id": 1}),
        Unreadable(f"{path}, document 2", "It is not a JSON object."),
    ]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.json", tmp_path / "missing.ndjson", tmp_path):
        (told,) = read(path)
        assert isinstance(told, Unreadable)
        assert told.where == str(path)
        assert told.reason.startswith("It cannot be read: ")


def test_progress_adds_up_to_the_size_of_the_file(tmp_path: Path) -> None:
    for name, text in (("a.ndjson", '{"id": 1}\n{bad\n\n'), ("a.json", '[{"id": 1}]')):
        path = tmp_path / name
        path.write_text(text)
        sizes: list[int] = []
        list(read_documents(path, sizes.append))
        assert sum(sizes) == path.stat().st_size


def test_a_file_without_lines_that_is_too_long_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    with path.open("wb") as file:
        file.truncate(33 * 1024 * 1024)
    (told,) = read(path)
    assert isinstance(told, Unreadable)
    assert "longer than 32 MiB" in told.reason
    large = tmp_path / "a.json"
    with large.open("wb") as file:
        file.truncate(513 * 1024 * 1024)
    (told,) = read(large)
    assert isinstance(told, Unreadable)
    assert ".ndjson" in told.reason


ODD_DOCUMENTS = {
    "NaN": b'{"id": "bad", "properties": {"a": NaN}}',
    "Infinity": b'{"id": "bad", "properties": {"a": -Infinity}}',
    "too large a number": b'{"id": "bad", "a": 1e999}',
    "digits": b'{"id": "bad", "a": ' + b"1" * 5_000 + b"}",
    "nested too deeply": b'{"id": "bad", "a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "control character": b'{"id": "bad", "a": "\x01"}',
    "not UTF-8": b'{"id": "bad", "a": "\xff"}',
    "not JSON": b'{"id": "bad", "a": tru}',
    "not a JSON object": b"17",
}


@pytest.mark.parametrize(
    "around",
    [b"[%s]", b'{"type": "FeatureCollection", "a": [{"a": "]"}], "features": [%s], "x": {"features": [1]}}',
     b'{"links": [], "collections": [%s]}'],
)  # fmt: skip
@pytest.mark.parametrize("reason", ODD_DOCUMENTS)
def test_one_document_that_is_no_json_hides_no_other(tmp_path: Path, reason: str, around: bytes) -> None:
    path = tmp_path / "a.json"
    others = [json.dumps({"id": f'[{n},\\" ]}}', "a": [1, {"b": "],"}]}).encode() for n in range(99)]
    path.write_bytes(around.replace(b"%s", b" ,\n".join([*others[:50], ODD_DOCUMENTS[reason], *others[50:]])))
    found = read(path)
    assert [one.document["id"] for one in found if isinstance(one, Found)] == [
        f'[{n},\\" ]}}' for n in range(99)
    ]
    (refused,) = [one for one in found if isinstance(one, Unreadable)]
    assert refused.where == f"{path}, document 51"
    assert reason in refused.reason
    assert len(refused.reason) < 200


def test_half_characters_hide_nothing_and_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"id": "a", "title": "\\ud800"}, {"id": "b"}]')
    assert [one.document["id"] for one in read(path) if isinstance(one, Found)] == ["a", "b"]


@pytest.mark.parametrize(
    "text", ["[1, 2", "[NaN] x", '{"type": "x", "features": [NaN]}', "{", "NaN", "", "}"]
)
def test_a_text_that_is_no_json_around_its_documents_is_refused_as_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    (refused,) = read(path)
    assert isinstance(refused, Unreadable)
    assert refused.where == str(path)
