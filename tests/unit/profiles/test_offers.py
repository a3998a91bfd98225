import pytest
from fakes.policies import mount, profile, rules

from eohub_profiles.decision import ONE_MACHINE, EnvironmentHere, Place, Rule, Subject, Usage
from eohub_profiles.model import Environment, Gpu, Images, Policy
from eohub_profiles.offers import environments_for, gpu_text, images_for, mounts_for, offers

L4 = {"title": "L4", "memory": "24 GiB"}
POLICY = Policy.model_validate(
    rules()
    | {
        "profiles": (
            profile("small"),
            profile(
                "gpu-l4",
                price="0.98 EUR/h",
                gpu=L4,
                environments=("eo",),
                culling={"idle": "30 min"},
                sizes=({"name": "two", "title": "Two", "cpu": 16, "memory": "64 GiB", "price": "1.96 EUR/h",
                        "gpu": L4 | {"count": 2}},),
            ),
        ),
        "environments": (
            Environment(id="eo", title="Earth observation"),
            Environment(id="r", title="R", groups=("statistics",)),
        ),
        "images": Images(allowed=("registry.example.org/eo/*",), groups=("image-users",)),
        "mounts": (
            mount("climate"),
            mount("mine", prefix="{user}/", access="read-write"),
            mount("team", prefix="{group}/", access="read-write", groups=("oceans",)),
        ),
    }
)  # fmt: skip
ANN = Subject("https://id.example.org", "1", "ann")
BEA = Subject("https://id.example.org", "2", "bea", frozenset({"statistics", "image-users", "oceans"}))


def test_an_offer_says_how_many_gpus_of_which_kind_it_has() -> None:
    small, gpu = offers(ANN, Usage(), POLICY)
    assert (small.gpu_text, gpu.gpu_text) == ("", "1 x L4 24 GiB")
    assert gpu_text(Gpu(title="A100 slice", resource="nvidia.com/mig-1g.5gb")) == "1 x A100 slice"


def test_each_size_is_offered_with_its_own_price_and_the_profiles_own_first() -> None:
    small, gpu = offers(ANN, Usage(), POLICY)
    assert small.sizes == ()
    assert [(size.name, str(size)) for size in gpu.sizes] == [
        ("", "2 CPU, 4 GiB, 1 x L4 24 GiB, 0.98 EUR/h"),
        ("two", "16 CPU, 64 GiB, 2 x L4 24 GiB, 1.96 EUR/h"),
    ]


def test_an_offer_says_when_its_server_ends() -> None:
    small, gpu = offers(ANN, Usage(), POLICY)
    assert small.lifetime_text == "Stops after 1 h without activity, at the latest after 24 h."
    assert gpu.lifetime_text == "Stops after 30 min without activity, at the latest after 24 h."


def test_one_machine_offers_no_gpu_and_says_so() -> None:
    small, gpu = offers(ANN, Usage(), POLICY, ONE_MACHINE)
    assert small.is_allowed
    (reason,) = gpu.reasons
    assert reason.rule == Rule.NOT_HERE
    assert reason.sentence == "Gpu-L4 needs a GPU, and this machine has none to give."


def test_an_environment_is_offered_with_the_profiles_that_it_goes_with() -> None:
    assert [(each.name, each.note, each.is_allowed) for each in environments_for(ANN, POLICY)] == [
        ("eo", "", True),
        ("r", "with Small", False),
    ]
    assert all(each.is_allowed for each in environments_for(BEA, POLICY))


def test_data_is_offered_with_what_one_may_do_with_it() -> None:
    assert [(each.name, each.note, each.is_allowed) for each in mounts_for(ANN, POLICY)] == [
        ("climate", "read only", True),
        ("mine", "", True),
        ("team", "", False),
    ]
    assert all(each.is_allowed for each in mounts_for(BEA, POLICY))


def test_where_nothing_is_mounted_data_is_shown_with_the_reason() -> None:
    for each in mounts_for(ANN, POLICY, ONE_MACHINE):
        assert each.reasons[0].rule == Rule.NOT_HERE
        assert each.reasons[0].sentence.endswith(
            "cannot be shown as files here; its objects are reachable by S3."
        )


def test_data_in_a_folder_that_a_name_cannot_have_is_not_offered() -> None:
    odd = Subject("https://id.example.org", "3", "o/dd")
    (_, mine, _) = mounts_for(odd, POLICY)
    assert [reason.rule for reason in mine.reasons] == [Rule.MOUNT]


def test_who_may_name_an_image_is_told_which() -> None:
    assert images_for(BEA, POLICY) == ("registry.example.org/eo/*",)
    assert images_for(ANN, POLICY) == ()
    assert images_for(BEA, POLICY.model_copy(update={"images": None})) == ()


@pytest.mark.parametrize("subject", [ANN, BEA], ids=lambda subject: subject.name)
def test_every_reason_names_its_field(subject: Subject) -> None:
    choices = [
        *offers(subject, Usage(), POLICY),
        *environments_for(subject, POLICY),
        *mounts_for(subject, POLICY),
    ]
    options = {reason.option for choice in choices for reason in choice.reasons}
    assert options <= {"profile", "environment", "mounts"}


def test_what_a_place_knows_of_an_environment_is_shown_and_what_was_never_there_is_not() -> None:
    first, *others = POLICY.environments
    place = Place(
        environments={
            first.id: EnvironmentHere("Python, R", "Its test failed: it does not answer."),
            **{each.id: EnvironmentHere(listed=False, obstacle="It needs Julia.") for each in others},
        }
    )
    (shown,) = environments_for(BEA, POLICY, place)
    assert (shown.name, shown.is_allowed) == (first.id, False)
    assert shown.note.startswith("Python, R")
    assert shown.reasons[0].sentence == (
        f"{first.title} cannot be used here now. Its test failed: it does not answer."
    )


def test_where_nothing_is_listed_everything_is_shown_with_its_reason() -> None:
    nothing = EnvironmentHere(listed=False, obstacle="It needs Julia.")
    place = Place(environments={each.id: nothing for each in POLICY.environments})
    found = environments_for(BEA, POLICY, place)
    assert [each.name for each in found] == [each.id for each in POLICY.environments]
    assert not any(each.is_allowed for each in found)
