import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from eohub_hub.isolation.limits import Bound, Machine
from eohub_hub.spawner.choice import Choice
from eohub_hub.spawner.form import SpawnForm, by_option, machine_note, on_machine
from eohub_profiles.decision import Reason, Refusal, Rule, Subject, Usage
from eohub_profiles.model import Environment, Policy, Profile, Tier
from eohub_profiles.offers import Choosable, Offer, environments_for, offers

EVIL = '<script>alert("x")</script>'


def profile(name: str, **more: object) -> Profile:
    fields = {"name": name, "title": name.title(), "cpu": 2, "memory": "4 GiB", "price": "0.04 EUR/h"}
    return Profile.model_validate(fields | more)


POLICY = Policy(
    support="support@desk.example",
    tiers=(Tier(name="free", title="the free tier", servers_per_user=2),),
    environments=(Environment(id="eo", title="Earth observation"), Environment(id="r", title="R")),
    profiles=(profile("large", groups=("big",)), profile("small"), profile("medium", price="0.14 EUR/h")),
)
ALICE = Subject("https://issuer.example", "1", "alice")
OFFERS = offers(ALICE, Usage(), POLICY)
FORM = SpawnForm(
    offers=OFFERS,
    environments=environments_for(ALICE, POLICY),
    choice=Choice("small", "eo"),
    server=None,
    enforcement=("Memory: enforced for each process",),
    isolation="a process list of its own",
    support=POLICY.support,
)


class Page(HTMLParser):
    """Elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.elements if name == tag and attributes.items() <= found.items()]

    def one(self, tag: str, **attributes: str) -> dict[str, str | None]:
        found = self.all(tag, **attributes)
        assert len(found) == 1, found
        return found[0]


def refusal(option: str | None, sentence: str = "No.", rule: Rule = Rule.UNKNOWN_PROFILE) -> Reason:
    return Reason(rule, sentence, "Allowed: small.", "the desk", option=option)


class TestPage:
    def test_each_profile_is_a_radio_button_with_size_and_price_in_its_label(self) -> None:
        page = Page(FORM.render())
        assert [radio["value"] for radio in page.all("input", type="radio")] == ["large", "small", "medium"]
        assert "Small 2 CPU 4 GiB 0.04 EUR/h" in page.text
        for radio in page.all("input", type="radio"):
            assert page.one("label", **{"for": str(radio["id"])})

    def test_an_unavailable_profile_is_disabled_and_its_reason_is_read_out_with_it(self) -> None:
        page = Page(FORM.render())
        radio = page.one("input", value="large")
        assert "disabled" in radio
        assert page.one("p", id=str(radio["aria-describedby"]))
        assert "Not available to you: Large needs the group big." in page.text
        assert "Ask: support@desk.example" in page.text

    def test_one_choice_is_filled_in(self) -> None:
        page = Page(FORM.render())
        assert [radio["value"] for radio in page.all("input", type="radio") if "checked" in radio] == [
            "small"
        ]
        assert [option["value"] for option in page.all("option") if "selected" in option] == ["eo"]

    def test_a_choice_that_cannot_be_started_is_not_filled_in(self) -> None:
        page = Page(replace(FORM, choice=Choice("large", "eo")).render())
        assert not [radio for radio in page.all("input", type="radio") if "checked" in radio]

    def test_it_says_what_is_enforced(self) -> None:
        text = Page(FORM.render()).text
        assert "Memory: enforced for each process" in text
        assert "Isolation: a process list of its own" in text

    def test_it_can_be_used_without_javascript(self) -> None:
        html = FORM.render()
        assert Page(html).one("button", type="submit")
        assert not re.search(r"<script|\son\w+=|javascript:", html)

    def test_every_field_has_a_label(self) -> None:
        page = Page(FORM.render())
        labelled = {label["for"] for label in page.all("label")}
        fields = [*page.all("input"), *page.all("select")]
        assert {field["id"] for field in fields} == labelled

    def test_a_named_server_keeps_its_name(self) -> None:
        page = Page(replace(FORM, server="Ocean heat").render())
        assert not page.all("input", name="server_name")
        assert "Ocean heat" in page.text

    def test_a_machine_without_walls_says_why_nothing_can_be_started(self) -> None:
        page = Page(replace(FORM, blocked="Only alice may start servers on this machine.").render())
        assert "Only alice may start servers on this machine. Ask: support@desk.example" in page.text
        assert all(
            "disabled" in field for field in [*page.all("input"), *page.all("select"), *page.all("button")]
        )

    def test_with_nothing_to_start_there_is_no_start(self) -> None:
        page = Page(replace(FORM, offers=OFFERS[:1]).render())
        assert "disabled" in page.one("button", type="submit")


class TestNothingToStart:
    FULL = offers(ALICE, Usage(frozenset({"", "second"})), POLICY)

    def test_a_reason_against_every_profile_is_said_once_above_them(self) -> None:
        html = replace(FORM, offers=self.FULL).render()
        sentence = "You run 2 of at most 2 servers"
        assert html.count(sentence) == 1
        assert html.index(sentence) < html.index("<fieldset")
        page = Page(html)
        assert "Not available to you: Large needs the group big." in page.text
        assert all("disabled" in radio for radio in page.all("input", type="radio"))
        assert [
            radio["value"] for radio in page.all("input", type="radio") if "aria-describedby" in radio
        ] == ["large"]

    def test_it_is_said_once_even_if_it_refused_what_was_sent(self) -> None:
        refused = Refusal(self.FULL[1].reasons)
        html = replace(FORM, offers=self.FULL, reasons=by_option(refused)).render()
        assert html.count("You run 2 of at most 2 servers") == 1

    def test_the_form_as_a_whole_is_a_refusal_only_then(self) -> None:
        refused = replace(FORM, offers=self.FULL).refusal
        assert refused is not None
        assert {reason.rule for reason in refused.reasons} == {Rule.SERVERS_PER_USER}
        assert FORM.refusal is None
        assert replace(FORM, offers=OFFERS[:1]).refusal is None


class TestMachine:
    SIZES = (profile("small"), profile("medium", cpu=4, memory="16 GiB"))

    def of(self, cores: int, gib: int = 0) -> Machine:
        return Machine(Bound.PROCESS, Bound.ACCOUNT, tuple(range(cores)), memory_bytes=gib << 30)

    def test_no_more_cores_are_offered_than_there_are(self) -> None:
        policy = POLICY.model_copy(update={"profiles": self.SIZES})
        shown = on_machine(offers(ALICE, Usage(), policy), self.SIZES, self.of(3))
        assert [offer.cpu_text for offer in shown] == ["2 CPU", "3 of 4 CPU"]

    @pytest.mark.parametrize("cores", [0, 4, 64])
    def test_a_size_that_fits_or_cannot_be_compared_stays_as_it_is(self, cores: int) -> None:
        policy = POLICY.model_copy(update={"profiles": self.SIZES})
        offered = offers(ALICE, Usage(), policy)
        assert on_machine(offered, self.SIZES, self.of(cores)) == offered

    def test_sizes_that_are_larger_than_the_machine_are_named(self) -> None:
        assert machine_note(self.SIZES, self.of(2, 8)) == (
            "Medium is larger than this machine, which has 2 cores and 8.0 GiB of memory in all."
        )
        assert "1 core in all" in (machine_note(self.SIZES, self.of(1)) or "")
        assert "Small, Medium are larger" in (machine_note(self.SIZES, self.of(8, 2)) or "")

    @pytest.mark.parametrize(("cores", "gib"), [(4, 16), (8, 0), (0, 0), (0, 32)])
    def test_nothing_is_said_where_all_fit(self, cores: int, gib: int) -> None:
        assert machine_note(self.SIZES, self.of(cores, gib)) is None

    def test_the_note_stands_with_the_sizes(self) -> None:
        html = replace(FORM, machine_note="This machine is small.").render()
        assert html.index("This machine is small.") < html.index("</fieldset>")


class TestRefusal:
    @pytest.mark.parametrize("option", ["profile", "environment", "server_name"])
    def test_the_reason_stands_beside_its_field_and_is_tied_to_it(self, option: str) -> None:
        page = Page(replace(FORM, reasons=by_option(Refusal((refusal(option),)))).render())
        place = f"{option}-refusal-1"
        assert page.one("p", id=place)["role"] == "alert"
        tied = [found for _, found in page.elements if found.get("aria-describedby") == place]
        assert [found.get("aria-invalid") for found in tied] == ["true"]

    def test_a_reason_for_the_whole_stands_above_the_form(self) -> None:
        html = replace(
            FORM, reasons=by_option(Refusal((refusal(None, "You run 2 of at most 2 servers."),)))
        ).render()
        assert html.index("You run 2 of at most 2 servers.") < html.index("<fieldset")

    def test_reasons_are_kept_together_by_field(self) -> None:
        reasons = (
            refusal("profile", "A."),
            refusal(None, "B."),
            refusal("profile", "C."),
            refusal("image", "D."),
        )
        grouped = by_option(Refusal(reasons))
        assert [reason.sentence for reason in grouped["profile"]] == ["A.", "C."]
        assert [reason.sentence for reason in grouped[""]] == ["B.", "D."]

    def test_texts_that_others_wrote_are_text(self) -> None:
        offer = Offer("small", EVIL, EVIL, EVIL, EVIL, 1, (refusal(None, EVIL),))
        form = replace(
            FORM,
            offers=(offer,),
            choice=Choice(EVIL, EVIL, EVIL),
            environments=(Choosable(EVIL, EVIL, EVIL),),
            mounts=(Choosable(EVIL, EVIL, EVIL, (refusal("mounts", EVIL),)),),
            images=(EVIL,),
            tier=EVIL,
            reasons=by_option(Refusal((refusal("profile", EVIL),))),
            blocked=EVIL,
            support=EVIL,
        )
        assert not Page(form.render()).all("script")

    def test_a_name_cannot_leave_its_attribute(self) -> None:
        html = replace(FORM, choice=Choice("small", "eo", 'x" autofocus onfocus="alert(1)')).render()
        assert "onfocus" not in Page(html).one("input", name="server_name")


class TestSizes:
    SIZES = (
        profile("small"),
        profile(
            "medium",
            sizes=({"name": "wide", "title": "Wide", "cpu": 8, "memory": "16 GiB", "price": "0.28 EUR/h"},),
        ),
        profile("large", groups=("big",), sizes=({"name": "w", "title": "W", "cpu": 8, "memory": "16 GiB",
                                                  "price": "0.28 EUR/h"},)),
    )  # fmt: skip

    def form(self, choice: Choice) -> SpawnForm:
        policy = POLICY.model_copy(update={"profiles": self.SIZES})
        return replace(FORM, offers=offers(ALICE, Usage(), policy), choice=choice)

    def test_a_profile_with_sizes_has_a_field_of_its_own_for_them(self) -> None:
        html = self.form(Choice("small", "eo")).render()
        page = Page(html)
        assert page.one("select", name="size-of-medium")["id"] == "profile-medium-size"
        assert "As above: 2 CPU, 4 GiB, 0.04 EUR/h" in html
        assert "Wide: 8 CPU, 16 GiB, 0.28 EUR/h" in html
        assert not page.all("select", name="size-of-small")

    def test_a_profile_that_cannot_be_started_has_none(self) -> None:
        assert not Page(self.form(Choice("small", "eo")).render()).all("select", name="size-of-large")

    def test_the_size_is_filled_in_where_its_profile_is(self) -> None:
        for profile_name, selected in (("medium", ["wide"]), ("small", [])):
            page = Page(self.form(Choice(profile_name, "r", size="wide")).render())
            options = [option["value"] for option in page.all("option") if "selected" in option]
            assert [value for value in options if value != "r"] == selected

    def test_a_refused_size_is_told_beside_the_chosen_profiles_field(self) -> None:
        form = self.form(Choice("medium", "eo", size="xxl")).refused(Refusal((refusal("size"),)))
        page = Page(form.render())
        select = page.one("select", name="size-of-medium")
        assert (select["aria-describedby"], select["aria-invalid"]) == ("size-refusal-1", "true")


class TestData:
    MOUNTS = (
        Choosable("climate", "Climate cubes", "read only"),
        Choosable("mine", "My bucket"),
        Choosable("team", "Team", reasons=(refusal("mounts", "Team needs the group ice."),)),
    )

    def page(self, **changes: object) -> Page:
        return Page(replace(FORM, mounts=self.MOUNTS, **changes).render())  # pyright: ignore[reportArgumentType]

    def test_each_place_is_a_box_that_says_whether_it_may_be_written(self) -> None:
        page = self.page(choice=Choice("small", "eo", mounts=("mine", "team")))
        boxes = page.all("input", type="checkbox", name="mounts")
        assert [box["value"] for box in boxes] == ["climate", "mine", "team"]
        assert [box["value"] for box in boxes if "checked" in box] == ["mine"]
        assert "Climate cubes (read only)" in page.text

    def test_a_place_that_one_may_not_use_says_why(self) -> None:
        page = self.page()
        box = page.one("input", value="team")
        assert "disabled" in box
        assert page.one("p", id=str(box["aria-describedby"]))
        assert "Not available to you: Team needs the group ice." in page.text

    def test_without_any_there_is_no_word_of_data(self) -> None:
        assert "Data" not in Page(FORM.render()).text


class TestImage:
    def test_who_may_name_an_image_has_a_field_that_says_which(self) -> None:
        form = replace(FORM, images=("registry.example.org/eo/*",), choice=Choice("small", "eo", image="x"))
        page = Page(form.render())
        field = page.one("input", name="image")
        assert (field["value"], field["aria-describedby"]) == ("x", "image-allowed")
        assert "Allowed: registry.example.org/eo/*" in page.text

    def test_a_refused_image_is_told_beside_its_field(self) -> None:
        form = replace(FORM, images=("registry.example.org/eo/*",)).refused(Refusal((refusal("image"),)))
        field = Page(form.render()).one("input", name="image")
        assert field["aria-describedby"] == "image-refusal-1 image-allowed"

    def test_where_there_is_no_field_the_reason_stands_above_the_form(self) -> None:
        html = FORM.refused(Refusal((refusal("image", "No images here."),))).render()
        assert not Page(html).all("input", name="image")
        assert html.index("No images here.") < html.index("<fieldset")


class TestEnvironments:
    def test_one_that_is_not_for_everybody_is_shown_with_its_reason_and_cannot_be_chosen(self) -> None:
        closed = Choosable("r", "R", reasons=(refusal("environment", "R needs the group statistics."),))
        page = Page(replace(FORM, environments=(FORM.environments[0], closed)).render())
        assert "disabled" in page.one("option", value="r")
        assert "R needs the group statistics" in page.text

    def test_one_that_goes_with_some_profiles_says_with_which(self) -> None:
        page = Page(replace(FORM, environments=(Choosable("r", "R", "with Small"),)).render())
        assert "R (with Small)" in page.text


class TestLifetime:
    SENTENCE = "Stops after 1 h without activity, at the latest after 24 h."

    def test_it_is_said_once_where_it_is_the_same_for_all(self) -> None:
        html = replace(FORM, ends_servers=True, tier="With the free tier you may run 2 servers.").render()
        assert html.count(self.SENTENCE) == 1
        assert "With the free tier you may run 2 servers." in html

    def test_it_is_said_with_each_profile_where_it_differs(self) -> None:
        profiles = (profile("small"), profile("medium", culling={"idle": "never"}))
        policy = POLICY.model_copy(update={"profiles": profiles})
        page = Page(replace(FORM, offers=offers(ALICE, Usage(), policy), ends_servers=True).render())
        assert page.text.count(self.SENTENCE) == 1
        assert "Stops at the latest after 24 h." in page.text
        radio = page.one("input", value="small")
        assert page.one("p", id=str(radio["aria-describedby"]))

    def test_nothing_is_promised_where_nothing_ends_servers(self) -> None:
        assert self.SENTENCE not in FORM.render()
