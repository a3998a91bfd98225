"""Saved while it runs, destroyed, restored: the same people log in, and their notebooks are there."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from integration.local_stack import LocalStack, Person, fresh_state

from eohub_hub.local.s3.admin import REGION, read_admin_keys
from eohub_hub.local.seeding import CLIMATE

NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    stack = LocalStack(fresh_state())
    try:
        yield stack.up()
    finally:
        stack.close()


def contents(demo: Person, name: str) -> str:
    return f"{demo.base}/user/{demo.name}/api/contents/{name}"


def write_notebook(demo: Person, name: str) -> None:
    tokens = [
        each.value for each in demo.browser.cookies.jar if each.name == "_xsrf" and "/user/" in each.path
    ]
    assert tokens
    answer = demo.browser.put(
        contents(demo, name),
        json={"type": "notebook", "content": NOTEBOOK},
        headers={"X-XSRFToken": str(tokens[0])},
    )
    assert answer.status_code == 201, answer.text


def test_a_backup_of_a_running_eohub_brings_it_back_after_all_was_destroyed(
    stack: LocalStack, tmp_path: Path
) -> None:
    with Person(stack, "demo") as demo:
        demo.log_in()
        demo.start_server()
        write_notebook(demo, "kept.ipynb")
    password, instance = stack.password("demo"), stack.state.instance

    saved = stack.eohub("backup", str(tmp_path / "eohub.backup"))
    assert saved.returncode == 0, saved.stdout
    assert stack.eohub("backup", "--with-buckets", str(tmp_path / "no")).returncode == 1, "while it runs"
    assert not (tmp_path / "no").exists()

    assert stack.eohub("down").returncode == 0
    refused = stack.eohub("restore", str(tmp_path / "eohub.backup"))
    assert refused.returncode == 1
    assert "is not empty" in refused.stdout
    stack.state = fresh_state(stack.state.root)
    restored = stack.eohub("restore", str(tmp_path / "eohub.backup"))
    assert restored.returncode == 0, restored.stdout

    stack.up()
    assert (stack.password("demo"), stack.state.instance) == (password, instance)
    with Person(stack, "demo") as demo:
        demo.log_in()
        demo.start_server()
        assert demo.browser.get(contents(demo, "kept.ipynb")).json()["content"]["nbformat"] == 4

    checked = stack.eohub("audit", "verify")
    assert checked.returncode == 0, checked.stdout
    told = stack.eohub("audit", "show").stdout
    for action in ("login", "spawn", "admin.backup_made", "admin.backup_restored"):
        assert f"  {action} " in told


def objects(stack: LocalStack) -> dict[str, bytes]:
    """Everything in the bucket of everybody, with what it holds."""
    keys = read_admin_keys(stack.state.secrets / "s3_admin.json")
    s3 = boto3.client(
        "s3",
        endpoint_url=stack.at.s3,
        region_name=REGION,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
    )
    names = [each["Key"] for each in s3.list_objects_v2(Bucket=CLIMATE, MaxKeys=50)["Contents"]]
    return {name: s3.get_object(Bucket=CLIMATE, Key=name)["Body"].read() for name in names}


def test_what_is_in_s3_comes_back_when_it_was_saved(stack: LocalStack, tmp_path: Path) -> None:
    before = objects(stack)
    assert before
    assert stack.eohub("down").returncode == 0
    saved = stack.eohub("backup", "--with-buckets", "--without-homes", str(tmp_path / "eohub.backup"))
    assert saved.returncode == 0, saved.stdout
    stack.state = fresh_state(stack.state.root)
    assert stack.eohub("restore", str(tmp_path / "eohub.backup")).returncode == 0
    stack.up()
    assert "Writing climate data" not in stack.output
    assert objects(stack) == before
