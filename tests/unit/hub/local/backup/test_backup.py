"""A backup: whole or not there, and restored as it was, or not at all."""

import gzip
import hashlib
import io
import json
import os
import random
import socket
import sqlite3
import stat
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eohub_hub.audit.event import Action, AuditEvent
from eohub_hub.audit.log import AuditLog
from eohub_hub.audit.verify import verify
from eohub_hub.local.backup.contents import PolicySelection, Selection
from eohub_hub.local.backup.manifest import FORMAT, NAME
from eohub_hub.local.backup.restore import check, restore
from eohub_hub.local.backup.write import Source, write_backup
from eohub_hub.local.errors import BackupBroken, BackupRefused, DiskTrouble, NewerState
from eohub_hub.local.state import STATE_VERSION, StateFolder


def quiet(_: str) -> None:
    """Nobody watches."""


def fill(root: Path) -> StateFolder:
    """A state folder with one of each kind of thing."""
    state = StateFolder(root)
    state.prepare()
    (state.secrets / "crypt_key").write_text("a secret")
    (state.secrets / "crypt_key").chmod(0o600)
    home = state.root / "homes" / "demo"
    home.mkdir(mode=0o700)
    (home / "Überblick.ipynb").write_text('{"cells": []}')
    (home / "run.sh").write_text("#!/bin/sh\n")
    (home / "run.sh").chmod(0o750)
    (home / "passwords").symlink_to("/etc/passwd")
    (home / "closed").mkdir()
    (home / "closed" / "inside").write_text("x")
    (home / "closed").chmod(0o500)
    with closing(sqlite3.connect(state.root / "hub" / "jupyterhub.sqlite")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE users (name TEXT)")
        database.execute("INSERT INTO users VALUES ('demo')")
        database.commit()
    (state.root / "hub" / "ready").touch()
    (state.root / "logs" / "eohub.log").write_text("much")
    (state.root / "s3" / "data").mkdir()
    (state.root / "s3" / "data" / "1.dat").write_bytes(b"bytes")
    (state.root / "seed.json").write_text("{}")
    log = AuditLog(state.root / "audit", state.root / "audit_head", largest_bytes=1 << 20)
    log.record(AuditEvent(Action.LOGIN, "demo", "hub"))
    return state


def policy_in(folder: Path) -> Path:
    (folder / "profiles").mkdir(parents=True)
    (folder / "policy.yaml").write_text("support: desk\n")
    (folder / "profiles" / "small.yaml").write_text("name: small\n")
    (folder / "eohub_profiles").mkdir()
    (folder / "eohub_profiles" / "model.py").write_text("")
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(fill(tmp_path / "state"), policy_in(tmp_path / "site"), Selection())


@pytest.fixture
def file(source: Source, tmp_path: Path) -> Path:
    write_backup(source, tmp_path / "eohub.backup", quiet)
    return tmp_path / "eohub.backup"


def names(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def test_what_was_saved_comes_back_with_rights_links_and_times(
    source: Source, file: Path, tmp_path: Path
) -> None:
    manifest = restore(file, tmp_path / "new", quiet)
    before, after = source.state.root / "homes" / "demo", tmp_path / "new" / "homes" / "demo"
    assert (after / "Überblick.ipynb").read_text() == '{"cells": []}'
    assert os.readlink(after / "passwords") == "/etc/passwd"
    for name in ("run.sh", "closed", "Überblick.ipynb", "closed/inside"):
        old, new = (before / name).stat(), (after / name).stat()
        assert (old.st_mode, old.st_uid, int(old.st_mtime)) == (new.st_mode, new.st_uid, int(new.st_mtime)), (
            name
        )
    assert (tmp_path / "new" / "secrets" / "crypt_key").read_text() == "a secret"
    assert StateFolder(tmp_path / "new").instance == source.state.instance
    assert manifest.with_homes


@pytest.mark.parametrize("name", ["homes/demo/large", "identity/large", "s3/data/large"])
@pytest.mark.parametrize("size", [1, 8191, 131_073, 3_000_001])
def test_every_byte_of_a_file_of_any_size_comes_back(
    source: Source, tmp_path: Path, name: str, size: int
) -> None:
    content = random.Random(size).randbytes(size)
    (source.state.root / name).parent.mkdir(exist_ok=True)
    (source.state.root / name).write_bytes(content)
    whole = Source(source.state, source.policy, Selection(buckets=True))
    write_backup(whole, tmp_path / "b", quiet)
    restore(tmp_path / "b", tmp_path / "new", quiet)
    assert (tmp_path / "new" / name).read_bytes() == content


def test_the_database_is_one_file_with_what_was_committed(file: Path, tmp_path: Path) -> None:
    restore(file, tmp_path / "new", quiet)
    hub = tmp_path / "new" / "hub"
    assert names(hub) == {"jupyterhub.sqlite"}
    with closing(sqlite3.connect(hub / "jupyterhub.sqlite")) as database:
        assert database.execute("SELECT name FROM users").fetchall() == [("demo",)]
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_database_that_is_written_to_meanwhile_is_saved_as_one_moment(
    source: Source, tmp_path: Path
) -> None:
    path = source.state.root / "hub" / "jupyterhub.sqlite"
    with closing(sqlite3.connect(path)) as writing:
        writing.execute("INSERT INTO users VALUES ('half')")
        write_backup(source, tmp_path / "b", quiet)
        writing.commit()
    restore(tmp_path / "b", tmp_path / "new", quiet)
    with closing(sqlite3.connect(tmp_path / "new" / "hub" / "jupyterhub.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM users").fetchone() == (1,)


def test_the_audit_log_is_whole_and_goes_on(file: Path, tmp_path: Path) -> None:
    root = tmp_path / "new"
    restore(file, root, quiet)
    assert verify(root / "audit", root / "audit_head").is_whole
    log = AuditLog(root / "audit", root / "audit_head", largest_bytes=1 << 20)
    log.record(AuditEvent(Action.LOGIN, "demo", "hub"))
    assert verify(root / "audit", root / "audit_head").lines == 3


def test_lines_written_during_a_backup_are_in_it_whole_or_not_at_all(source: Source, tmp_path: Path) -> None:
    root = source.state.root
    log = AuditLog(root / "audit", root / "audit_head", largest_bytes=300)
    write_backup(source, tmp_path / "b", lambda _: log.record(AuditEvent(Action.STOP, "demo", "x")))
    restore(tmp_path / "b", tmp_path / "new", quiet)
    report = verify(tmp_path / "new" / "audit", tmp_path / "new" / "audit_head")
    assert report.is_whole, report.findings
    assert report.lines == 2


def test_what_the_next_start_makes_is_left_out_and_the_policy_is_in(file: Path, tmp_path: Path) -> None:
    restore(file, tmp_path / "new", quiet)
    found = names(tmp_path / "new")
    assert not found & {"hub/ready", "logs", "servers", "environments", "lock", "seed.json", "s3/data/1.dat"}
    assert {name for name in found if name.startswith("policy")} == {
        "policy", "policy/policy.yaml", "policy/profiles", "policy/profiles/small.yaml",
    }  # fmt: skip
    assert not PolicySelection().takes("profiles/small.yaml.swp")


def test_what_was_restored_can_be_saved_and_restored_again(
    source: Source, file: Path, tmp_path: Path
) -> None:
    restore(file, tmp_path / "second", quiet)
    again = Source(StateFolder(tmp_path / "second"), source.policy, Selection())
    write_backup(again, tmp_path / "again", quiet)
    restore(tmp_path / "again", tmp_path / "third", quiet)
    assert names(tmp_path / "third") == names(tmp_path / "second")


def test_buckets_come_along_when_asked_for_and_homes_stay_behind_when_told(
    source: Source, tmp_path: Path
) -> None:
    write_backup(
        Source(source.state, source.policy, Selection(homes=False, buckets=True)), tmp_path / "b", quiet
    )
    restore(tmp_path / "b", tmp_path / "new", quiet)
    found = names(tmp_path / "new")
    assert {"s3/data/1.dat", "seed.json", "homes"} <= found
    assert not {name for name in found if name.startswith("homes/")}


def test_the_file_is_its_owners_only(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_not_overwritten(source: Source, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(BackupRefused, match="is there already"):
        write_backup(source, file, quiet)
    assert file.read_bytes() == before


def test_a_backup_that_is_broken_off_leaves_nothing(source: Source, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    files: list[str] = []

    def interrupt(text: str) -> None:
        files.append(text)
        if len(files) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_backup(source, target / "b", interrupt)
    assert list(target.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_one_sentence(source: Source, tmp_path: Path) -> None:
    with pytest.raises(DiskTrouble):
        write_backup(source, tmp_path / "absent" / "b", quiet)


def test_sockets_and_pipes_are_left_out_and_counted(source: Source, tmp_path: Path) -> None:
    home = source.state.root / "homes" / "demo"
    os.mkfifo(home / "pipe")
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        here = os.getcwd()
        os.chdir(home)
        try:
            listening.bind("socket")
        finally:
            os.chdir(here)
        Path(os.fsdecode(os.fsencode(home) + b"/\xff\xfe")).touch()
        assert write_backup(source, tmp_path / "b", quiet).left_out == 3
    restore(tmp_path / "b", tmp_path / "new", quiet)


def nested(folder: Path, name: str, count: int) -> None:
    """Make folders within one another, deeper than a path may be long."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(count):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def removed(folder: Path) -> None:
    """Take away what `nested` has made, which shutil's recursion cannot."""
    subprocess.run(["rm", "-rf", folder], check=True)


@pytest.mark.parametrize(
    ("name", "count"), [("d", 1_500), ("n" * 250, 20), ("é" * 120, 9)], ids=["deep", "long", "letters"]
)
def test_folders_too_deep_to_be_restored_are_left_out_and_counted(
    source: Source, tmp_path: Path, name: str, count: int
) -> None:
    home = source.state.root / "homes" / "demo"
    nested(home, name, count)
    try:
        assert write_backup(source, tmp_path / "b", quiet).left_out == 1
        below = tmp_path / ("r" * 200) / ("r" * 200)
        restore(tmp_path / "b", below, quiet)
        assert (below / "homes" / "demo" / name).is_dir()
        assert (below / "homes" / "demo" / "run.sh").is_file()
    finally:
        removed(home / name)


def test_a_link_that_leads_to_no_text_is_left_out_and_counted(source: Source, tmp_path: Path) -> None:
    os.symlink(b"\xff", os.fsencode(source.state.root / "homes" / "demo" / "link"))
    assert write_backup(source, tmp_path / "b", quiet).left_out == 1
    restore(tmp_path / "b", tmp_path / "new", quiet)
    assert not (tmp_path / "new" / "homes" / "demo" / "link").is_symlink()


def test_a_file_of_holes_takes_no_room_in_a_backup_nor_after_a_restore(
    source: Source, tmp_path: Path
) -> None:
    home = source.state.root / "homes" / "demo"
    for name, size in (("huge", 1 << 42), ("all", 40 << 20), ("some", 30 << 20)):
        with (home / name).open("wb") as file:
            file.truncate(size)
    with (home / "some").open("r+b") as file:
        file.seek(10 << 20)
        file.write(b"data")
    assert write_backup(source, tmp_path / "b", quiet).left_out == 1
    assert (tmp_path / "b").stat().st_size < 1 << 20
    restore(tmp_path / "b", tmp_path / "new", quiet)
    after = tmp_path / "new" / "homes" / "demo"
    assert not (after / "huge").exists()
    for name in ("all", "some"):
        assert (after / name).read_bytes() == (home / name).read_bytes()
        assert (after / name).stat().st_blocks * 512 <= 2 << 20


def test_what_is_mounted_for_running_servers_is_not_walked_through(source: Source, tmp_path: Path) -> None:
    data = source.state.root / "mounts" / "alice" / "data" / "climate"
    data.mkdir(parents=True)
    (data / "cube").write_text("from S3")
    write_backup(source, tmp_path / "b", quiet)
    restore(tmp_path / "b", tmp_path / "new", quiet)
    assert not (tmp_path / "new" / "mounts").exists()


def test_a_file_that_becomes_something_else_meanwhile_breaks_nothing_off(
    source: Source, tmp_path: Path
) -> None:
    home = source.state.root / "homes" / "demo"

    def change(_: str) -> None:
        for name in ("passwords", "run.sh"):
            if (home / name).is_symlink() or (home / name).is_file():
                (home / name).unlink()
                (home / name).mkdir()

    write_backup(source, tmp_path / "b", change)
    restore(tmp_path / "b", tmp_path / "new", quiet)
    assert (tmp_path / "new" / "homes" / "demo" / "closed" / "inside").read_text() == "x"


@pytest.mark.parametrize("place", ["identity", "s3/data", "secrets"])
def test_what_eohub_itself_would_lack_is_never_left_out(source: Source, tmp_path: Path, place: str) -> None:
    folder = source.state.root / place
    folder.mkdir(exist_ok=True)
    with (folder / "holes").open("wb") as file:
        file.truncate(1_100 << 20)
    whole = Source(source.state, source.policy, Selection(buckets=True))
    assert write_backup(whole, tmp_path / "b", quiet).left_out == 0
    (folder / "holes").unlink()
    nested(folder, "n" * 250, 10)
    with pytest.raises(BackupRefused, match="cannot be saved"):
        write_backup(whole, tmp_path / "c", quiet)
    assert not (tmp_path / "c").exists()


def test_a_folder_that_holds_something_is_refused_and_left_alone(file: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine").write_text("x")
    with pytest.raises(BackupRefused, match="not empty: it has mine"):
        restore(file, tmp_path / "new", quiet)
    assert names(tmp_path / "new") == {"mine"}


def test_a_made_environment_may_stay(file: Path, tmp_path: Path) -> None:
    (tmp_path / "new" / "environments" / "eo").mkdir(parents=True)
    restore(file, tmp_path / "new", quiet)
    assert (tmp_path / "new" / "environments" / "eo").is_dir()


@settings(max_examples=60)
@given(st.data())
def test_a_backup_that_was_cut_or_changed_anywhere_is_refused_before_anything_is_written(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    whole = Path(folder, "whole")
    write_backup(Source(fill(folder / "state"), policy_in(folder / "site"), Selection()), whole, quiet)
    plain = gzip.decompress(whole.read_bytes())
    torn = bytearray(plain)
    if data.draw(st.booleans()):
        torn = torn[: data.draw(st.integers(0, plain.rindex(b"manifest.json")))]
    else:
        place = data.draw(st.sampled_from([at for at, byte in enumerate(plain) if byte]))
        torn[place] ^= 1
    Path(folder, "torn").write_bytes(gzip.compress(bytes(torn), 1))
    try:
        check(Path(folder, "torn"), quiet)
    except (BackupBroken, NewerState):
        with pytest.raises((BackupBroken, NewerState)):
            restore(Path(folder, "torn"), folder / "new", quiet)
        assert not (folder / "new").exists()
    else:
        # Bytes of a header that say nothing that counts: what comes back is what was saved.
        restore(Path(folder, "torn"), folder / "new", quiet)
        assert (folder / "new" / "secrets" / "crypt_key").read_text() == "a secret"


@pytest.mark.parametrize("cut", [0, 1, 20, 1000, -1])
def test_a_compressed_file_that_was_cut_is_refused(file: Path, tmp_path: Path, cut: int) -> None:
    (tmp_path / "cut").write_bytes(file.read_bytes()[:cut] if cut != -1 else b"not a backup at all")
    with pytest.raises(BackupBroken):
        restore(tmp_path / "cut", tmp_path / "new", quiet)
    assert not (tmp_path / "new").exists()


def forged(
    tmp_path: Path, members: list[tarfile.TarInfo], entries: list[dict[str, object]], **stamp: object
) -> Path:
    manifest = {
        "format": FORMAT, "eohub": "1", "state_version": STATE_VERSION, "made_at": "now", "with_homes": True,
        "with_buckets": False, "entries": entries,
    } | stamp  # fmt: skip
    path = tmp_path / "forged"
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            archive.addfile(member)
        last = tarfile.TarInfo(NAME)
        content = json.dumps(manifest).encode()
        last.size = len(content)
        archive.addfile(last, io.BytesIO(content))
    return path


def entry(name: str, kind: str = "folder", **more: object) -> dict[str, object]:
    return {"name": name, "kind": kind, "mode": 0o700, "uid": 0, "gid": 0} | more


def member(name: str, kind: bytes = tarfile.DIRTYPE, target: str = "") -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, target
    return found


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "state/../../evil", "state/./x", "state//x", "other/x", "state/x/", ""]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BackupBroken):
        restore(forged(tmp_path, [member(name)], [entry(name)]), tmp_path / "new", quiet)
    assert not (tmp_path / "new").exists()


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    members = [member("state/a", tarfile.SYMTYPE, str(tmp_path)), member("state/a/evil")]
    entries = [entry("state/a", "link", target=str(tmp_path)), entry("state/a/evil")]
    with pytest.raises(BackupBroken, match="may not have"):
        restore(forged(tmp_path, members, entries), tmp_path / "new", quiet)


@pytest.mark.parametrize("name", ["state/homes", "state/environments2", "policy/policy.yaml"])
def test_a_link_outside_of_homes_is_refused_on_both_ways(source: Source, tmp_path: Path, name: str) -> None:
    link = [member(name, tarfile.SYMTYPE, "/tmp")]
    with pytest.raises(BackupBroken, match="a link that it may not have"):
        restore(forged(tmp_path, link, [entry(name, "link", target="/tmp")]), tmp_path / "new", quiet)
    part, _, inner = name.partition("/")
    place = (source.state.root if part == "state" else source.policy) / inner
    if place.exists():
        place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BackupRefused, match="is a link"):
        write_backup(source, tmp_path / "b", quiet)
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("absent", ["state/instance", "state/version.json", "policy/policy.yaml"])
def test_what_makes_no_eohub_is_neither_saved_nor_restored(
    source: Source, tmp_path: Path, absent: str
) -> None:
    there = {"state/instance", "state/version.json", "policy/policy.yaml"} - {absent}
    members = [member(name, tarfile.REGTYPE) for name in sorted(there)]
    empty = hashlib.sha256().hexdigest()
    entries = [entry(name, "file", sha256=empty) for name in sorted(there)]
    with pytest.raises(BackupBroken, match=f"has no {absent}"):
        restore(forged(tmp_path, members, entries), tmp_path / "new", quiet)
    part, _, inner = absent.partition("/")
    ((source.state.root if part == "state" else source.policy) / inner).unlink()
    with pytest.raises(BackupRefused, match=f"no {absent} to save"):
        write_backup(source, tmp_path / "b", quiet)


def test_a_restore_goes_over_what_a_killed_one_has_left(file: Path, tmp_path: Path) -> None:
    (tmp_path / "new" / ".restoring" / "state").mkdir(parents=True)
    (tmp_path / "new" / ".restoring" / "state" / "half").write_text("x")
    restore(file, tmp_path / "new", quiet)
    assert not list((tmp_path / "new").rglob("half"))
    assert not (tmp_path / "new" / ".restoring").exists()


def test_no_program_comes_back_with_the_rights_of_its_owner(source: Source, tmp_path: Path) -> None:
    home = source.state.root / "homes" / "demo"
    (home / "run.sh").chmod(0o6755)
    (home / "shared").mkdir()
    (home / "shared").chmod(0o2770)
    write_backup(source, tmp_path / "b", quiet)
    restore(tmp_path / "b", tmp_path / "new", quiet)
    after = tmp_path / "new" / "homes" / "demo"
    assert stat.S_IMODE((after / "run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((after / "shared").stat().st_mode) == 0o2770


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_hard_links_devices_and_pipes_are_refused(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(BackupBroken):
        restore(forged(tmp_path, [member("state/x", kind, "state/y")], []), tmp_path / "new", quiet)


@pytest.mark.parametrize("stamp", [{"format": FORMAT + 1}, {"state_version": STATE_VERSION + 1}])
def test_a_backup_of_a_newer_eohub_is_refused_by_that_name(tmp_path: Path, stamp: dict[str, object]) -> None:
    with pytest.raises(NewerState, match="newer EOHub"):
        restore(forged(tmp_path, [], [], more="unknown", **stamp), tmp_path / "new", quiet)


def test_a_member_that_the_list_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupBroken, match="not what its list"):
        restore(forged(tmp_path, [member("state/x")], []), tmp_path / "new", quiet)


def test_a_restore_that_is_broken_off_leaves_the_folder_empty(file: Path, tmp_path: Path) -> None:
    def interrupt(text: str) -> None:
        if text.startswith("Restored 5"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(file, tmp_path / "new", interrupt)
    assert list((tmp_path / "new").iterdir()) == []
