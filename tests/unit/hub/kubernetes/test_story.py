from typing import Any

import pytest

from eohub_hub.kubernetes.story import Story, size_of, story_of

IMAGE = "registry.example.org/eo:1"
SCHEDULED = [{"type": "PodScheduled", "status": "True"}]


def event(reason: str, message: str = "") -> dict[str, str]:
    return {"reason": reason, "message": message}


def pod(state: dict[str, Any] | None = None, conditions: Any = SCHEDULED) -> dict[str, Any]:
    containers = [] if state is None else [{"name": "notebook", "state": state}]
    return {"status": {"phase": "Pending", "conditions": conditions, "containerStatuses": containers}}


def test_a_start_is_told_step_by_step() -> None:
    pulling = [event("Scheduled"), event("Pulling")]
    pulled = [*pulling, event("Pulled", "Successfully pulled image in 9s. Image size: 1288490189 bytes.")]
    assert story_of(None, [], IMAGE) == Story((), "Asking the cluster for a place")
    assert story_of(pod(conditions=[]), [], IMAGE) == Story((), "Looking for a node with room")
    assert story_of(pod({}), pulling, IMAGE) == Story(
        ("A node has a place for it",), "Pulling the image, which takes some minutes the first time"
    )
    assert story_of(pod({}), pulled, IMAGE) == Story(
        ("A node has a place for it", "Pulled the image, 1.2 GiB"), "Starting the container"
    )
    assert story_of(pod({"running": {"startedAt": "now"}}), pulled, IMAGE).steps[-1] == "Started the server"


def test_an_image_that_is_there_is_not_said_to_be_pulled() -> None:
    there = [event("Pulled", 'Container image "x" already present on machine')]
    assert story_of(pod({}), there, IMAGE).steps == ("A node has a place for it", "The image is on the node")


def test_a_pod_that_no_node_has_room_for_says_what_they_lack() -> None:
    message = "0/3 nodes are available: 2 Insufficient nvidia.com/gpu, 1 Insufficient cpu. preemption: no."
    waiting = [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}]
    story = story_of(pod(conditions=waiting), [], IMAGE)
    assert story.trouble == "No node of the cluster has room for it. They lack free cpu, nvidia.com/gpu."
    assert (story.doing, story.is_over) == ("Waiting for a node with room", False)
    grown = story_of(pod(conditions=waiting), [event("TriggeredScaleUp")], IMAGE)
    assert grown == Story((), "A new node is being started, which takes some minutes")


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("ImagePullBackOff", f"The image {IMAGE} could not be pulled, tried more than once."),
        ("InvalidImageName", f"The image {IMAGE} has a name that is no name of an image."),
        ("ErrImageNeverPull", f"The image {IMAGE} is not on the node, and nothing may pull it."),
    ],
)
def test_an_image_that_will_never_come_ends_the_start(reason: str, sentence: str) -> None:
    story = story_of(pod({"waiting": {"reason": reason}}), [], IMAGE)
    assert (story.is_over, story.trouble) == (True, sentence)


def test_a_fault_that_may_pass_ends_nothing() -> None:
    story = story_of(pod({"waiting": {"reason": "ErrImagePull"}}), [event("Pulling")], IMAGE)
    assert (story.is_over, story.trouble) == (False, "The image could not be pulled. It is tried again.")
    mount = story_of(pod({"waiting": {"reason": "ContainerCreating"}}), [event("FailedMount")], IMAGE)
    assert (mount.is_over, mount.trouble) == (False, "A volume cannot be mounted yet.")


def test_data_that_is_not_on_its_volume_is_told_as_that() -> None:
    said = 'failed to create subPath directory for volumeMount "data-0" of container "notebook"'
    waiting = {"waiting": {"reason": "CreateContainerConfigError", "message": said}}
    assert story_of(pod(waiting), [], IMAGE).trouble == (
        "A folder of the data that you chose is not on its volume."
    )


@pytest.mark.parametrize(
    ("ended", "sentence"),
    [
        ({"exitCode": 3, "reason": "Error"}, "Your server ended while it was starting (status 3)."),
        (
            {"exitCode": 137, "reason": "OOMKilled"},
            "Your server needed more memory than it may have while it was starting.",
        ),
    ],
)
def test_a_server_that_ended_says_how(ended: dict[str, Any], sentence: str) -> None:
    story = story_of(pod({"terminated": ended}), [], IMAGE)
    assert (story.is_over, story.status, story.trouble) == (True, ended["exitCode"], sentence)


@pytest.mark.parametrize(
    ("message", "size"),
    [
        ("Image size: 1 bytes.", "1 MiB"),
        ("Image size: 524288000 bytes.", "500 MiB"),
        ("Image size: 1073741824 bytes.", "1.0 GiB"),
        ("Successfully pulled image", ""),
        (f"Image size: {'9' * 40} bytes.", ""),
    ],
)
def test_the_size_of_an_image_is_read_from_the_sentence_of_the_node(message: str, size: str) -> None:
    assert size_of(message) == size


@pytest.mark.parametrize(
    "strange", [{}, {"status": None}, {"status": {"containerStatuses": [{"name": "x"}]}}]
)
def test_a_pod_that_says_little_is_a_pod_that_is_not_placed(strange: dict[str, Any]) -> None:
    assert story_of(strange, [{}], IMAGE).doing == "Looking for a node with room"
