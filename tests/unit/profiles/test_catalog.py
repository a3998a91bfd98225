import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.catalog import PROFILES, load
from eohub_profiles.faults import PolicyError

WritePolicy = Callable[..., Path]
MEDIUM = "name: medium\ntitle: Medium\ncpu: 4\nmemory: 16 GiB\nprice: 0.14 EUR/h\n"


def small(**changes: str) -> str:
    fields = {
        "name": "small",
        "title": "Small",
        "cpu": "2",
        "memory": "4 GiB",
        "price": "0.04 EUR/h",
    } | changes
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def faults(directory: Path) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load(directory)
    return [str(fault) for fault in caught.value.faults]


def test_a_sound_folder_gives_its_policy(write_policy: WritePolicy) -> None:
    policy = load(write_policy({"profiles/medium.yaml": MEDIUM + "groups: [science]\n"}))
    assert (policy.support, policy.tiers[0].servers_per_user) == ("support@example.org", 2)
    assert [environment.id for environment in policy.environments] == ["eo"]
    assert [(profile.name, profile.groups) for profile in policy.profiles] == [
        ("small", ()),
        ("medium", ("science",)),
    ]


def test_profiles_come_by_price_memory_and_name_whatever_their_files_are_called(
    write_policy: WritePolicy,
) -> None:
    files = {
        "profiles/small.yaml": None,
        "profiles/1.yaml": small(name="dear", price="9.00 EUR/h"),
        "profiles/2.yaml": small(name="b"),
        "profiles/3.yaml": small(name="a"),
        "profiles/4.yaml": small(name="lean", memory="512 MiB"),
    }
    assert [profile.name for profile in load(write_policy(files)).profiles] == ["lean", "a", "b", "dear"]


def test_a_typo_is_told_with_file_line_field_and_a_guess(write_policy: WritePolicy) -> None:
    text = small().replace("memory", "memroy")
    assert faults(write_policy({"profiles/small.yaml": text})) == [
        "profiles/small.yaml:1: memory: is missing",
        "profiles/small.yaml:4: memroy: is not a known field, did you mean 'memory'? "
        "Known fields: groups, name, title, cpu, memory, price, gpu, ephemeral_storage, sizes, environments, "
        "placement, culling",
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"price": "-0.04 EUR/h"}, "5: price: must not be negative: -0.04 EUR/h"),
        ({"price": "0.04"}, "5: price: must be a price with its unit, such as 0.04 EUR/h, not a number"),
        ({"price": "free"}, "5: price: must be a number, a space and EUR/h, such as 0.04 EUR/h, not 'free'"),
        ({"memory": "4"}, "4: memory: must be a size with its unit, such as 4 GiB, not a number"),
        (
            {"memory": "4 GB"},
            "4: memory: must be a whole number, a space and MiB, GiB or TiB, such as 4 GiB, not '4 GB'",
        ),
        ({"memory": "1 MiB"}, "4: memory: must be from 256 MiB to 64 TiB, not 1 MiB"),
        ({"cpu": "two"}, "3: cpu: must be a number, not text"),
        ({"cpu": "010"}, "3: cpu: must be a number written plainly, such as 2 or 0.5, not '010'"),
        ({"cpu": "0"}, "3: cpu: must be at least 0.1"),
        ({"cpu": ".nan"}, "3: cpu: must be a number written plainly, such as 2 or 0.5, not '.nan'"),
        ({"title": "[a]"}, "2: title: must be text, not a list"),
        ({"title": ""}, "2: title: must be text, not nothing"),
        ({"groups": "gpu"}, "6: groups: must be a list, not text"),
        ({"groups": "[a, a]"}, "6: groups: names the group 'a' twice"),
        ({"groups": "[a, 5]"}, "6: groups[1]: must be text, not a number"),
    ],
)
def test_a_wrong_value_is_one_fault_with_its_line(
    write_policy: WritePolicy, changes: dict[str, str], fault: str
) -> None:
    assert faults(write_policy({"profiles/small.yaml": small(**changes)})) == [f"profiles/small.yaml:{fault}"]


def test_two_profiles_of_one_name_are_told_at_the_second(write_policy: WritePolicy) -> None:
    assert faults(write_policy({"profiles/zebra.yaml": "# copy\n" + small()})) == [
        "profiles/zebra.yaml:2: name: the profile 'small' is already in profiles/small.yaml;"
        " each needs its own name"
    ]


def test_every_fault_of_every_file_is_told_at_once(write_policy: WritePolicy) -> None:
    directory = write_policy(
        {
            "policy.yaml": "suport: x\ntiers: [{name: t, title: T, servers_per_user: 0}]\nenvironments: []\n",
            "profiles/a.yaml": "",
            "profiles/b.yaml": b"\xff\xfe",
            "profiles/c.yaml": "a:\n\tb: 1\n",
            "profiles/d.yaml": small(name="d", cpu="x") + "cpu: 3\n",
            "profiles/e.yaml": small(),
        }
    )
    assert faults(directory) == [
        "policy.yaml:1: support: is missing",
        "policy.yaml:1: suport: is not a known field, did you mean 'support'? "
        "Known fields: support, tiers, environments, images, culling",
        "policy.yaml:2: tiers[0].servers_per_user: must be at least 1",
        "policy.yaml:3: environments: must have at least one entry",
        "profiles/a.yaml:1: is empty",
        "profiles/b.yaml:1: is not UTF-8 text; save it with the encoding UTF-8",
        "profiles/c.yaml:2: has a tab; YAML allows only spaces there",
        "profiles/d.yaml:3: cpu: must be a number, not text",
        "profiles/d.yaml:6: cpu: is written twice, first in line 3",
        "profiles/small.yaml:1: name: the profile 'small' is already in profiles/e.yaml;"
        " each needs its own name",
    ]


def test_a_missing_policy_file_is_a_fault(write_policy: WritePolicy) -> None:
    assert faults(write_policy({"policy.yaml": None})) == [
        "policy.yaml: cannot be read: No such file or directory"
    ]


def test_a_missing_folder_is_told_without_the_path_of_the_machine(tmp_path: Path) -> None:
    assert faults(tmp_path / "nowhere") == [
        "policy.yaml: cannot be read: No such file or directory",
        "profiles: cannot be read: No such file or directory",
    ]


def test_a_folder_without_profiles_is_a_fault(write_policy: WritePolicy) -> None:
    assert faults(write_policy({"profiles/small.yaml": None})) == [
        "profiles: has no profile; add a file such as small.yaml"
    ]


def test_a_profile_that_would_be_overlooked_is_a_fault(write_policy: WritePolicy) -> None:
    directory = write_policy({"profiles/gpu.yml": small(name="gpu"), "profiles/BIG.YAML": small(name="big")})
    assert faults(directory) == [
        "profiles/BIG.YAML: would be overlooked; rename it so that it ends in .yaml",
        "profiles/gpu.yml: would be overlooked; rename it so that it ends in .yaml",
    ]


def test_a_file_name_that_cannot_be_printed_is_a_fault_that_can(write_policy: WritePolicy) -> None:
    directory = write_policy()
    (directory / "profiles" / os.fsdecode(b"\xff\n.yaml")).write_text(small(name="odd"))
    assert faults(directory) == [r"profiles: has a file whose name is not plain text: '\udcff\n.yaml'"]


def test_notes_and_hidden_files_beside_the_profiles_are_left_alone(write_policy: WritePolicy) -> None:
    directory = write_policy(
        {"profiles/README.md": "x", "profiles/.small.yaml.swp": "x", "profiles/.b.yaml": "x"}
    )
    (directory / "profiles" / "..data").mkdir()
    assert len(load(directory).profiles) == 1


def test_a_link_to_a_file_is_followed_as_kubernetes_mounts_a_configuration(write_policy: WritePolicy) -> None:
    directory = write_policy()
    (directory / "profiles" / "..data").mkdir()
    (directory / "profiles" / "..data" / "medium.yaml").write_text(MEDIUM)
    (directory / "profiles" / "medium.yaml").symlink_to(Path("..data/medium.yaml"))
    assert [profile.name for profile in load(directory).profiles] == ["small", "medium"]


def test_what_is_not_a_file_is_never_opened(write_policy: WritePolicy) -> None:
    directory = write_policy()
    (directory / "profiles" / "folder.yaml").mkdir()
    os.mkfifo(directory / "profiles" / "pipe.yaml")
    assert faults(directory) == [
        "profiles/folder.yaml: is not a file",
        "profiles/pipe.yaml: is not a file",
    ]


def test_links_in_a_circle_or_to_nothing_are_faults(write_policy: WritePolicy) -> None:
    directory = write_policy()
    (directory / "profiles" / "circle.yaml").symlink_to("circle.yaml")
    (directory / "profiles" / "nothing.yaml").symlink_to("gone")
    assert faults(directory) == [
        "profiles/circle.yaml: cannot be read: Too many levels of symbolic links",
        "profiles/nothing.yaml: cannot be read: No such file or directory",
    ]


def test_a_huge_file_is_not_read_whole(write_policy: WritePolicy) -> None:
    directory = write_policy()
    with (directory / "profiles" / "huge.yaml").open("wb") as stream:
        stream.truncate(2**40)
    assert faults(directory) == ["profiles/huge.yaml:1: is larger than 64 KiB"]


yaml_signs = st.lists(
    st.sampled_from([*"ab:-[]{}#&*!|>'\"%@`,? \n\t\\Ux0", "\n  ", ": ", "- ", "name: ", "cpu: "])
)


@given(content=st.binary(max_size=100) | yaml_signs.map(lambda signs: "".join(signs).encode()))
def test_whatever_a_file_holds_its_faults_are_short_lines_that_can_be_printed(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    directory = tmp_path_factory.getbasetemp() / "any-content"
    (directory / "profiles").mkdir(parents=True, exist_ok=True)
    (directory / "profiles" / "any.yaml").write_bytes(content)
    for fault in faults(directory)[1:]:
        assert fault.startswith("profiles/any.yaml:")
        assert fault.isprintable()
        assert len(fault) < 600


def test_more_profiles_than_a_form_can_show_are_a_fault(write_policy: WritePolicy) -> None:
    files = {f"profiles/p{number:03}.yaml": small(name=f"p{number}") for number in range(PROFILES.maximum)}
    assert faults(write_policy(files)) == ["profiles: has 101 profiles, more than 100"]
