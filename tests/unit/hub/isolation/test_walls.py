from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from eohub_hub.isolation.network import NetworkTool
from eohub_hub.isolation.order import Entry, Kind, Mode
from eohub_hub.isolation.walls import (
    Folders,
    Isolation,
    bubblewrap_arguments,
    candidates,
    choose,
    interpreter_folders,
    server_view,
    system_entries,
)

STATE = Path("/srv/eohub")
FOLDERS = Folders(
    state=STATE,
    environment=STATE / "environments" / "eo",
    home=STATE / "homes" / "alice",
    temporary=STATE / "servers" / "alice" / "tmp",
    facts=STATE / "servers" / "alice" / "facts",
)
PYTHON = Path("/opt-python/3.12")


def visible(view: list[Entry]) -> dict[str, Entry]:
    """The last entry of each target, which is the one that a server sees."""
    return {entry.target: entry for entry in view}


def obstacles(reasons: Mapping[Mode, str]):
    return lambda mode: reasons.get(mode)


class TestChoice:
    def test_the_first_walls_that_stand_are_taken(self) -> None:
        assert choose([Mode.ACCOUNTS, Mode.SINGLE], obstacles({})) == Isolation(Mode.ACCOUNTS)

    def test_what_failed_before_is_remembered_as_a_reason(self) -> None:
        found = choose([Mode.BUBBLEWRAP, Mode.SINGLE], obstacles({Mode.BUBBLEWRAP: "No bwrap."}))
        assert found == Isolation(Mode.SINGLE, ("No bwrap.",))
        assert not found.separates_accounts

    def test_with_nothing_left_nobody_may_start_a_server(self) -> None:
        found = choose([Mode.SINGLE], obstacles({Mode.SINGLE: "No Python."}))
        assert found == Isolation(Mode.NOBODY, ("No Python.",))
        assert not found.separates_accounts

    def test_root_is_never_put_into_bubblewrap(self) -> None:
        assert candidates(linux=True, root=True) == (Mode.ACCOUNTS, Mode.SINGLE)
        assert candidates(linux=True, root=False) == (Mode.BUBBLEWRAP, Mode.SINGLE)

    def test_another_system_has_no_walls(self) -> None:
        assert candidates(linux=False, root=True) == (Mode.SINGLE,)

    @pytest.mark.parametrize("mode", list(Mode))
    def test_every_kind_of_walls_is_said_in_words(self, mode: Mode) -> None:
        assert len(Isolation(mode).sentence) > 20

    def test_whose_network_it_is_is_said_where_there_are_walls(self) -> None:
        shared = Isolation(Mode.ACCOUNTS, network="No pasta.")
        assert shared.sentence.endswith("; the network of the machine")
        assert shared.missing == ("Servers share the network of the machine. No pasta.",)
        own = replace(shared, network=NetworkTool("/usr/bin/pasta", forwards_names=False))
        assert own.sentence.endswith("; a network of its own for each server")
        assert own.missing == ()

    def test_of_a_network_nothing_is_said_where_there_are_no_walls(self) -> None:
        single = Isolation(Mode.SINGLE, ("No bwrap.",))
        assert "network" not in single.sentence
        assert single.missing == ("No bwrap.",)


class TestView:
    def view(self, folders: Folders = FOLDERS) -> list[Entry]:
        facts = {"passwd": "/etc/passwd", "group": "/etc/group", "resolv.conf": "/run/names/stub.conf"}
        return server_view(folders, [PYTHON], [Entry(Kind.READ_ONLY, "/usr", "/usr")], 4 << 30, facts)

    def test_only_home_and_tmp_are_writable(self) -> None:
        writable = {entry.target for entry in visible(self.view()).values() if entry.kind is Kind.WRITABLE}
        assert writable == {str(FOLDERS.home), "/tmp"}

    def test_tmp_is_the_servers_own(self) -> None:
        assert visible(self.view())["/tmp"].source == str(FOLDERS.temporary)
        assert visible(self.view())["/var/tmp"] == Entry(Kind.LINK, "/var/tmp", "/tmp")

    def test_the_state_is_emptied_before_its_own_parts_are_shown_in_it(self) -> None:
        targets = [entry.target for entry in self.view()]
        hidden = targets.index(str(STATE))
        for path in (FOLDERS.home, FOLDERS.environment, FOLDERS.facts):
            assert targets.index(str(path)) > hidden
        assert visible(self.view())[str(STATE)].kind is Kind.EMPTY

    def test_nothing_else_of_the_state_is_shown(self) -> None:
        shown = {entry.source for entry in self.view() if entry.source.startswith(f"{STATE}/")}
        facts = FOLDERS.facts
        own = (FOLDERS.home, FOLDERS.environment, FOLDERS.temporary, facts, facts / "passwd", facts / "group")
        assert shown == {str(path) for path in (*own, facts / "resolv.conf")}

    def test_facts_take_the_place_of_the_machines_own_files(self) -> None:
        shown = visible(self.view())["/run/names/stub.conf"]
        expected = str(FOLDERS.facts / "resolv.conf")
        assert shown == Entry(Kind.READ_ONLY, "/run/names/stub.conf", expected)

    def test_a_python_outside_the_environment_is_shown_read_only(self) -> None:
        assert visible(self.view())[str(PYTHON)] == Entry(Kind.READ_ONLY, str(PYTHON), str(PYTHON))

    def test_a_python_of_the_system_needs_no_entry_of_its_own(self) -> None:
        assert "/usr/lib/python" not in visible(server_view(FOLDERS, [Path("/usr/lib/python")], [], 1, {}))

    def test_an_environment_in_a_state_below_a_system_folder_is_shown_all_the_same(self) -> None:
        state = Path("/opt/eohub")
        folders = Folders(state, state / "eo", state / "home", state / "tmp", state / "facts")
        assert visible(self.view(folders))["/opt/eohub/eo"].kind is Kind.READ_ONLY

    def test_shared_memory_is_bounded_by_half_of_the_profile(self) -> None:
        assert visible(self.view())["/dev/shm"] == Entry(Kind.EMPTY, "/dev/shm", str(2 << 30))


class TestSystem:
    def test_a_merged_system_keeps_its_links(self) -> None:
        links = {"/bin": "usr/bin"}
        entries = system_entries(links.get, lambda path: path in {"/usr", "/etc"})
        assert entries == [
            Entry(Kind.READ_ONLY, "/usr", "/usr"),
            Entry(Kind.LINK, "/bin", "usr/bin"),
            Entry(Kind.READ_ONLY, "/etc", "/etc"),
        ]

    @pytest.mark.parametrize(
        "folder", ["/", "/root", "/home", "/var", "/run", "/proc", "/dev", "/tmp", "/srv"]
    )
    def test_folders_that_may_hold_secrets_are_not_among_them(self, folder: str) -> None:
        targets = {entry.target for entry in system_entries(lambda _: None, lambda _: True)}
        assert folder not in targets


class TestInterpreter:
    ENVIRONMENT = Path("/srv/eo")

    def test_a_virtual_environment_names_its_base(self) -> None:
        settings = "home = /base/bin\nversion = 3.12.1\n"
        found = interpreter_folders(self.ENVIRONMENT, settings, Path("/base/bin/python3.12"))
        assert found == (Path("/base"),)

    def test_a_base_that_is_a_link_needs_both_ends(self) -> None:
        settings = "home = /pythons/3.12/bin\n"
        found = interpreter_folders(self.ENVIRONMENT, settings, Path("/pythons/3.12.1/bin/python3.12"))
        assert found == (Path("/pythons/3.12"), Path("/pythons/3.12.1"))

    def test_a_complete_environment_needs_nothing_else(self) -> None:
        assert interpreter_folders(self.ENVIRONMENT, "", self.ENVIRONMENT / "bin" / "python3.12") == ()

    def test_a_percent_sign_in_a_path_means_itself(self) -> None:
        found = interpreter_folders(self.ENVIRONMENT, "home = /a%20b/bin\n", Path("/a%20b/bin/python"))
        assert found == (Path("/a%20b"),)


class TestBubblewrap:
    def arguments(self) -> list[str]:
        view = [
            Entry(Kind.READ_ONLY, "/usr", "/usr"),
            Entry(Kind.LINK, "/bin", "usr/bin"),
            Entry(Kind.EMPTY, "/state", "1024"),
            Entry(Kind.WRITABLE, "/state/home", "/state/home"),
        ]
        return bubblewrap_arguments("/usr/bin/bwrap", view, "/state/home", ["/env/bin/server", "--flag"])

    def test_the_view_becomes_options_in_the_same_order(self) -> None:
        text = " ".join(self.arguments())
        system = "--ro-bind /usr /usr --symlink usr/bin /bin"
        assert f"{system} --size 1024 --tmpfs /state --bind /state/home /state/home" in text

    def test_users_and_processes_are_the_servers_own_and_no_capability_is_left(self) -> None:
        text = " ".join(self.arguments())
        for option in (
            "--unshare-user",
            "--unshare-pid",
            "--unshare-ipc",
            "--die-with-parent",
            "--remount-ro / --chdir",
            "--cap-drop ALL",
        ):
            assert option in text

    def test_the_command_comes_last_and_cannot_be_read_as_an_option(self) -> None:
        assert self.arguments()[-5:] == ["--chdir", "/state/home", "--", "/env/bin/server", "--flag"]
