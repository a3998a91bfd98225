"""What a pod's state and events mean for the person who waits for it. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

CONTAINER = "notebook"
"""KubeSpawner's name for the container of the server."""
OUT_OF_MEMORY = "OOMKilled"

_SIZE = re.compile(r"Image size: ([0-9]{1,15}) bytes")
_LACKING = re.compile(r"Insufficient ([a-z0-9](?:[a-z0-9./-]{0,98}[a-z0-9])?)")
_HOPELESS = {
    "ErrImageNeverPull": "is not on the node, and nothing may pull it",
    "ImagePullBackOff": "could not be pulled, tried more than once",
    "InvalidImageName": "has a name that is no name of an image",
}
"""Why a container waits, as the kubelet says it, where it waits in vain."""
_HOPEFUL = {
    "ErrImagePull": "The image could not be pulled. It is tried again.",
    "CreateContainerConfigError": "The node cannot prepare the container yet.",
    "CreateContainerError": "The node could not make the container. It is tried again.",
}


@dataclass(frozen=True, slots=True)
class Story:
    """The steps that are done, what is being done, what is in the way (a sentence), and whether for good."""

    steps: tuple[str, ...]
    doing: str
    trouble: str | None = None
    is_over: bool = False
    status: int | None = None


def story_of(pod: Mapping[str, Any] | None, events: Sequence[Mapping[str, Any]], image: str) -> Story:
    """Tell the story of a pod, None before there is one, from its state and its events, oldest first."""
    if pod is None:
        return Story((), "Asking the cluster for a place")
    status: Mapping[str, Any] = pod.get("status") or {}
    if not _is_scheduled(status):
        return Story((), *_search(status, events))
    steps = ["A node has a place for it", *_pulled(events)]
    kind, state = _container(status)
    if kind == "running":
        return Story((*steps, "Started the server"), "Waiting for the server: it reads JupyterLab from disk")
    if kind == "terminated":
        code = int(state.get("exitCode", 1))
        return Story(tuple(steps), "", _end(state, code), is_over=True, status=code)
    reason = str(state.get("reason", ""))
    if reason in _HOPELESS:
        return Story(tuple(steps), "", f"The image {image} {_HOPELESS[reason]}.", is_over=True)
    doing = "Starting the container"
    if len(steps) == 1:
        doing = (
            "Pulling the image, which takes some minutes the first time"
            if _says(events, "Pulling")
            else "Preparing the node"
        )
    trouble = _HOPEFUL.get(reason)
    if "subPath" in str(state.get("message", "")):
        trouble = "A folder of the data that you chose is not on its volume."
    if trouble is None and _says(events, "FailedMount", "FailedAttachVolume"):
        trouble = "A volume cannot be mounted yet."
    return Story(tuple(steps), doing, trouble)


def size_of(message: str) -> str:
    """Write the size in the kubelet's sentence on an image that it pulled: `1.2 GiB`; empty where there is
    none."""
    found = _SIZE.search(message)
    if found is None:
        return ""
    mebibytes = int(found[1]) / 2**20
    return f"{mebibytes / 1024:.1f} GiB" if mebibytes >= 1024 else f"{max(1, round(mebibytes))} MiB"


def _is_scheduled(status: Mapping[str, Any]) -> bool:
    return any(
        each.get("type") == "PodScheduled" and each.get("status") == "True"
        for each in status.get("conditions") or ()
    )


def _search(status: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> tuple[str, str | None]:
    """What is done to find a node, and what is in the way."""
    if _says(events, "TriggeredScaleUp"):
        return "A new node is being started, which takes some minutes", None
    for each in status.get("conditions") or ():
        if each.get("type") == "PodScheduled" and each.get("reason") == "Unschedulable":
            lacking = sorted(set(_LACKING.findall(str(each.get("message", "")))))
            what = f" They lack free {', '.join(lacking)}." if lacking else ""
            return "Waiting for a node with room", f"No node of the cluster has room for it.{what}"
    return "Looking for a node with room", None


def _pulled(events: Sequence[Mapping[str, Any]]) -> list[str]:
    for event in reversed(events):
        if event.get("reason") == "Pulled":
            message = str(event.get("message", ""))
            if "already present" in message:
                return ["The image is on the node"]
            size = size_of(message)
            return [f"Pulled the image, {size}" if size else "Pulled the image"]
    return []


def _says(events: Sequence[Mapping[str, Any]], *reasons: str) -> bool:
    return any(event.get("reason") in reasons for event in events)


def _container(
    status: Mapping[str, Any],
) -> tuple[Literal["running", "terminated", "waiting"], Mapping[str, Any]]:
    for each in status.get("containerStatuses") or ():
        if each.get("name") == CONTAINER:
            state: Mapping[str, Any] = each.get("state") or {}
            if state.get("running") is not None:
                return "running", state["running"]
            if state.get("terminated") is not None:
                return "terminated", state["terminated"]
            return "waiting", state.get("waiting") or {}
    return "waiting", {}


def _end(state: Mapping[str, Any], code: int) -> str:
    if state.get("reason") == OUT_OF_MEMORY:
        return "Your server needed more memory than it may have while it was starting."
    return f"Your server ended while it was starting (status {code})."
