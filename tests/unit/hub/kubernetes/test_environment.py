import json
from dataclasses import replace

from fakes.kube_spawner import IMAGE, cluster_site
from fakes.plans import small_plan

from eohub_hub.kubernetes.environment import pod_environment, pod_facts
from eohub_profiles.decision import MountPlan, Plan
from eohub_profiles.pods import compile_pod


def plan() -> Plan:
    climate = MountPlan("climate", "Climate", "cubes", "climate/", read_only=True)
    return replace(small_plan(), image=IMAGE, mounts=(climate,))


def test_a_server_is_told_what_it_has_and_where_things_are() -> None:
    settings = cluster_site(variables={"SITE": "here"}).settings
    told = pod_environment(settings, plan(), compile_pod(plan(), settings.cluster))
    assert (told["MEM_LIMIT"], told["CPU_LIMIT"], told["SITE"]) == ("4294967296", "2", "here")
    assert told["AWS_CONFIG_FILE"] == "/etc/eohub/aws-config"
    assert json.loads(told["EOHUB_CATALOGUE_SERVER_CATALOGUES"])[0]["title"] == "EOHub"
    assert not [name for name in told if "TOKEN" in name or "SECRET" in name or "KEY" in name]


def test_the_facts_of_a_server_hold_no_key_and_its_data() -> None:
    settings = cluster_site().settings
    facts = pod_facts(settings, plan(), compile_pod(plan(), settings.cluster))
    assert "credential_process = eohub-credentials\n" in facts["aws-config"]
    assert "aws_access_key_id" not in facts["aws-config"]
    assert json.loads(facts["mounts.json"]) == {
        "mounts": [{"name": "climate", "title": "Climate", "state": "mounted", "detail": ""}]
    }
