from pathlib import Path

import pytest
from fakes.kube_spawner import cluster_site
from pydantic import ValidationError

from eohub_hub.kubernetes.install import pod_settings
from eohub_hub.settings import HubSettings
from eohub_hub.spawner.form import machine_note
from eohub_profiles.pods import Cluster


def hub_settings(folder: Path, **changed: object) -> HubSettings:
    known: dict[str, object] = {
        "issuer": "https://login.example.org",
        "client_secret_file": folder / "secret",
        "people_database_url": f"sqlite:///{folder}/people.sqlite",
        "policy_folder": folder,
    }
    return HubSettings(**(known | changed))  # pyright: ignore[reportArgumentType]


def test_the_hub_s_settings_reach_the_pods(tmp_path: Path) -> None:
    known = pod_settings(
        hub_settings(tmp_path, pod_data_claims={"cubes": "data-cubes"}, pod_cpu_request_percent=25)
    )
    assert known.cluster == Cluster("/home/scientist", {"cubes": "data-cubes"}, 25)
    assert (known.start_seconds, known.gpu_wait_seconds, known.gpu_nodes_grow) == (600, 1800, False)


@pytest.mark.parametrize(("starts", "waiting"), [(10, 5), (64, 32), (1, 1)])
def test_half_of_the_starts_may_wait_for_gpus(tmp_path: Path, starts: int, waiting: int) -> None:
    assert pod_settings(hub_settings(tmp_path, concurrent_spawns=starts)).longest_gpu_queue == waiting


@pytest.mark.parametrize(
    "wrong",
    [
        {"pod_home": "people"},
        {"pod_home": "/srv/../etc"},
        {"pod_home": "/srv/{username}"},
        {"pod_data_claims": {"cubes": "{pvc_name}"}},
        {"pod_data_claims": {"Cubes!": "data"}},
        {"pod_cpu_request_percent": 0},
    ],
)
def test_what_kubespawner_would_read_as_more_than_a_name_is_refused(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        hub_settings(tmp_path, **wrong)


def test_a_cluster_shows_data_where_it_has_volumes_and_ends_servers_where_something_does() -> None:
    with_all = cluster_site(lifetime_url="http://lifetime.example.org")
    assert (with_all.place.shows_data_as_files, with_all.place.ends_servers) == (True, True)
    assert with_all.mounts_obstacle is None
    without = cluster_site(cluster=Cluster("/srv/people"))
    assert (without.place.shows_data_as_files, without.place.ends_servers) == (False, False)
    assert without.mounts_obstacle == "This hub knows no volume that shows data as files."
    assert without.place.has_gpus
    assert without.place.runs_images


def test_no_profile_is_larger_than_the_machine_where_servers_share_none() -> None:
    site = cluster_site()
    assert machine_note(site.policy.profiles, site.machine) is None
    assert len(site.limits_lines) == 3
    assert "container" in site.separation
