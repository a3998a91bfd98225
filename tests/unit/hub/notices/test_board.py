from datetime import UTC, datetime, timedelta

import pytest

from eohub_hub.notices.board import Board
from eohub_hub.notices.handlers import as_html
from eohub_hub.notices.model import Banner, Terms
from eohub_toolkit.errors import Conflict


class Desk:
    """A clock, and a board's keeper in memory that counts how often it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 12, tzinfo=UTC)
        self.kept: Banner | None = None
        self.versions: list[Terms] = []
        self.accepted: set[tuple[int, str]] = set()
        self.questions = 0

    def banner(self) -> Banner | None:
        self.questions += 1
        return self.kept

    def put_banner(self, banner: Banner | None) -> None:
        self.kept = banner

    def terms(self) -> Terms | None:
        self.questions += 1
        return self.versions[-1] if self.versions else None

    def publish(self, text: str, by: str, now: datetime) -> Terms:
        if text == "conflict":
            raise Conflict("Somebody else did.")
        terms = Terms(version=len(self.versions) + 1, text=text, published_at=now, published_by=by)
        self.versions.append(terms)
        return terms

    def accept(self, version: int, name: str, now: datetime) -> None:
        self.accepted.add((version, name))

    def has_accepted(self, version: int, name: str) -> bool:
        self.questions += 1
        return (version, name) in self.accepted

    def accepted_by(self, version: int) -> int:
        return sum(each == version for each, _ in self.accepted)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def board(desk: Desk) -> Board:
    return Board(desk, lambda: desk.now)


async def test_nothing_on_the_board_lets_everybody_start(board: Board) -> None:
    assert board.banner is None
    assert await board.why_not("alice") is None
    assert await board.accepted_by() == 0


async def test_pages_are_drawn_without_asking_the_database(board: Board, desk: Desk) -> None:
    await board.put_banner(Banner(text="Hello"))
    before = desk.questions
    assert [board.banner for _ in range(100)] == [Banner(text="Hello")] * 100
    assert desk.questions == before


async def test_a_banner_goes_when_its_time_comes(board: Board, desk: Desk) -> None:
    await board.put_banner(Banner(text="Soon over", ends_at=desk.now + timedelta(hours=1)))
    assert board.banner is not None
    desk.now += timedelta(hours=1)
    assert board.banner is None


async def test_maintenance_stops_new_servers_until_it_ends(board: Board, desk: Desk) -> None:
    ends = desk.now + timedelta(hours=1)
    await board.put_banner(Banner(text="We move house.", ends_at=ends, stops_new_servers=True))
    assert await board.why_not("alice") == "No server can be started now: We move house."
    desk.now = ends
    assert await board.why_not("alice") is None


async def test_new_terms_have_to_be_accepted_by_everybody_again(board: Board) -> None:
    await board.publish("first", "root")
    assert "terms of use" in (await board.why_not("alice") or "")
    assert await board.accept("alice", 1)
    assert await board.why_not("alice") is None
    assert await board.why_not("bob") is not None
    await board.publish("second", "root")
    assert await board.why_not("alice") is not None


@pytest.mark.parametrize("version", [0, -1, 1, 3])
async def test_only_the_newest_terms_can_be_accepted(board: Board, version: int) -> None:
    await board.publish("first", "root")
    await board.publish("second", "root")
    assert not await board.accept("alice", version)
    assert await board.needs_acceptance("alice")


async def test_terms_that_could_not_be_published_are_not_in_force(board: Board) -> None:
    await board.publish("first", "root")
    with pytest.raises(Conflict):
        await board.publish("conflict", "root")
    assert board.terms is not None
    assert board.terms.text == "first"


def test_a_restarted_hub_shows_what_was_on_the_board(desk: Desk) -> None:
    desk.kept = Banner(text="Hello")
    desk.publish("first", "root", desk.now)
    board = Board(desk, lambda: desk.now)
    assert board.banner == desk.kept
    assert board.terms == desk.versions[0]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[click](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "<a href='javascript:alert(1)'>x</a>",
        "![x](javascript:alert(1))",
    ],
)
def test_terms_bring_no_script_into_the_page(text: str) -> None:
    html = as_html(Terms(version=1, text=text, published_at=datetime.now(UTC), published_by="root"))
    assert "<script" not in html
    assert "<img src=x" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert 'src="javascript' not in html
