"""Mount points as the kernel lists them."""

from eohub_hub.spawner.mounts.kernel import mount_points

TEXT = """\
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
40 22 0:40 / /state/mounts/alice/data rw - ext4 /dev/sda1 rw
41 40 0:41 / /state/mounts/alice/data/mine rw,nosuid - fuse.rclone data:users/alice rw
42 40 0:42 / /state/mounts/alice/data/a\\040b rw,nosuid - fuse.rclone data:x rw
43 22 0:43 / /state/mounts/alice/database rw - ext4 /dev/sda1 rw
44 22 0:44 / /state/mounts/alice+big/data rw - ext4 /dev/sda1 rw
"""


def test_mounts_are_found_at_and_below_a_folder_the_deepest_first() -> None:
    assert mount_points(TEXT, "/state/mounts/alice/data") == [
        "/state/mounts/alice/data/mine",
        "/state/mounts/alice/data/a b",
        "/state/mounts/alice/data",
    ]


def test_a_folder_whose_name_only_begins_alike_is_another() -> None:
    assert mount_points(TEXT, "/state/mounts/alice/dat") == []
    assert mount_points(TEXT, "/state/mounts/alice/data/mine") == ["/state/mounts/alice/data/mine"]


def test_a_text_that_is_none_has_no_mounts() -> None:
    assert mount_points("", "/") == []
    assert mount_points("odd\n", "/") == []
