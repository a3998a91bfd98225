"""What the drive does with objects, on a store in memory."""

import base64

import pytest
from fakes.storage_objects import MemoryObjects
from hypothesis import given
from hypothesis import strategies as st

from eohub_storage import drive
from eohub_storage.contract import ListQuery, MoveQuery, ObjectQuery, PrefixQuery, RemoveQuery
from eohub_storage.errors import AlreadyThere, Missing, TooLarge, UnusableKey

NAMES = ["a/1.txt", "a/2.txt", "a/b/3.txt", "a/c/4.txt", "top.txt"]


def store(*names: str, content: bytes = b"x") -> MemoryObjects:
    return MemoryObjects({("users", name): content for name in names or NAMES})


async def test_a_page_shows_what_lies_directly_below() -> None:
    page = await drive.page(ListQuery(bucket="users", prefix="a/"), store())
    assert page.prefixes == ("a/b/", "a/c/")
    assert [row.key for row in page.objects] == ["a/1.txt", "a/2.txt"]
    assert page.next is None


async def test_pages_follow_each_other_without_a_gap_or_a_repeat() -> None:
    names = [f"many/{number:04}" for number in range(1050)]
    objects = store(*names)
    found: list[str] = []
    after = ""
    for _ in range(6):
        page = await drive.page(ListQuery(bucket="users", prefix="many/", after=after, limit=200), objects)
        found += [row.key for row in page.objects]
        after = page.next or ""
    assert found == names
    assert after == ""
    assert objects.calls == ["page"] * 6


async def test_the_object_that_marks_a_folder_is_not_shown_in_it() -> None:
    page = await drive.page(ListQuery(bucket="users", prefix="a/"), store("a/", "a/1"))
    assert [row.key for row in page.objects] == ["a/1"]


async def test_text_is_opened_as_it_is_and_anything_else_in_base64() -> None:
    text = await drive.opened(ObjectQuery(bucket="users", key="a"), store("a", content="Grüße".encode()))
    assert (text.format, text.content, text.size) == ("text", "Grüße", 7)
    binary = await drive.opened(ObjectQuery(bucket="users", key="a"), store("a", content=b"\xff\x00"))
    assert (binary.format, base64.b64decode(binary.content)) == ("base64", b"\xff\x00")


async def test_what_is_too_large_for_an_editor_is_not_read() -> None:
    objects = store("a", content=b"x" * (drive.LARGEST_DOCUMENT + 1))
    with pytest.raises(TooLarge) as caught:
        await drive.opened(ObjectQuery(bucket="users", key="a"), objects)
    assert "Download" in (caught.value.hint or "")


async def test_an_object_that_is_gone_is_said_to_be() -> None:
    with pytest.raises(Missing):
        await drive.opened(ObjectQuery(bucket="users", key="never"), store())


async def test_one_object_is_deleted_and_no_other() -> None:
    objects = store()
    removed = await drive.removed(RemoveQuery(bucket="users", key="a/1.txt"), objects)
    assert (removed.count, removed.is_all) == (1, True)
    assert objects.names("users") == ["a/2.txt", "a/b/3.txt", "a/c/4.txt", "top.txt"]


async def test_a_folder_is_deleted_a_thousand_at_a_time_until_nothing_is_left() -> None:
    objects = store(*(f"big/{number}" for number in range(1500)), "bigger")
    first = await drive.removed(RemoveQuery(bucket="users", key="big/"), objects)
    second = await drive.removed(RemoveQuery(bucket="users", key="big/"), objects)
    assert [(each.count, each.is_all) for each in (first, second)] == [(1000, False), (500, True)]
    assert objects.names("users") == ["bigger"]


async def test_a_new_folder_is_listed_though_it_is_empty() -> None:
    objects = store()
    await drive.made(PrefixQuery(bucket="users", prefix="a/new/"), objects)
    page = await drive.page(ListQuery(bucket="users", prefix="a/"), objects)
    assert "a/new/" in page.prefixes
    inside = await drive.page(ListQuery(bucket="users", prefix="a/new/"), objects)
    assert (inside.prefixes, inside.objects) == ((), ())


@pytest.mark.parametrize("prefix", ["a/", "a/b/"])
async def test_a_folder_that_is_there_is_not_made_again(prefix: str) -> None:
    with pytest.raises(AlreadyThere):
        await drive.made(PrefixQuery(bucket="users", prefix=prefix), store())


async def test_an_object_is_renamed_and_its_content_kept() -> None:
    objects = store("a", content=b"kept")
    await drive.moved(MoveQuery(bucket="users", key="a", target="b"), objects)
    assert objects.held == {("users", "b"): b"kept"}


async def test_a_renamed_object_takes_no_others_place() -> None:
    objects = store("a", "b")
    with pytest.raises(AlreadyThere):
        await drive.moved(MoveQuery(bucket="users", key="a", target="b"), objects)
    assert objects.names("users") == ["a", "b"]


async def test_renaming_to_the_same_name_keeps_the_object() -> None:
    objects = store("a")
    await drive.moved(MoveQuery(bucket="users", key="a", target="a"), objects)
    assert objects.names("users") == ["a"]


@pytest.mark.parametrize("key", ["..", "a/../b", "./a", "a//b", "/a", "a\nb", "a\x00", "é" * 600])
def test_a_name_that_could_be_taken_for_another_is_refused(key: str) -> None:
    with pytest.raises(UnusableKey):
        drive.check_key(key)


@given(st.text(alphabet="abc ÄÖ中-_.+=%&?#'\"", min_size=1, max_size=60))
def test_usual_names_are_taken(name: str) -> None:
    if name not in (".", ".."):
        drive.check_key(f"folder/{name}")
