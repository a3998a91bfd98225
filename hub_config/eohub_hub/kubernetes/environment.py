"""The environment variables of a server in a pod, and its files of facts. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from eohub_hub.kubernetes.fields import AWS_CONFIG, FACTS, MOUNTS, mounts_file
from eohub_hub.kubernetes.settings import PodSettings
from eohub_hub.spawner.aws_config import aws_config_text
from eohub_profiles.decision import Plan
from eohub_profiles.pods import Pod

KEYS_COMMAND = "eohub-credentials"
"""Gives S3 keys; an image of ours has it on its path."""


def pod_environment(settings: PodSettings, plan: Plan, pod: Pod) -> dict[str, str]:
    """Variables that say what the server has and where data, keys and catalogues are; none is a secret."""
    return {
        "AWS_CONFIG_FILE": f"{FACTS}/{AWS_CONFIG}",
        "EOHUB_STORAGE_URL": settings.storage_url,
        "EOHUB_DRIVE_MOUNTS_FILE": f"{FACTS}/{MOUNTS}",
        "EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps([asdict(each) for each in settings.catalogues]),
        "EOHUB_CATALOGUE_SERVER_S3_URL": settings.s3_url,
        **({"EOHUB_LIFETIME_SERVER_URL": settings.lifetime_url} if settings.lifetime_url else {}),
        "MEM_LIMIT": str(plan.memory_bytes),
        "CPU_LIMIT": f"{plan.cpu:g}",
        **pod.environment,
        **settings.variables,
    }


def pod_facts(settings: PodSettings, plan: Plan, pod: Pod) -> Mapping[str, str]:
    """The files that a server finds about itself, by name."""
    titles = {mount.name: mount.title for mount in plan.mounts}
    return {
        AWS_CONFIG: aws_config_text(settings.s3_url, settings.s3_region, KEYS_COMMAND),
        MOUNTS: mounts_file(pod, titles),
    }
