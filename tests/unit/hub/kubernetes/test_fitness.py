from fakes.kube_spawner import IMAGE, cluster_policy

from eohub_hub.kubernetes.fitness import unfit_for_pods
from eohub_profiles.model import Environment
from eohub_profiles.pods import Cluster

CLAIMS = Cluster("/srv/people", {"cubes": "data-cubes", "people": "data-people"})


def test_images_by_digest_and_data_with_volumes_are_fit() -> None:
    assert unfit_for_pods(cluster_policy(), CLAIMS, takes_tags=False) == []
    assert unfit_for_pods(cluster_policy(), Cluster("/srv/people"), takes_tags=False) == []


def test_each_environment_needs_an_image_that_stays_the_same() -> None:
    tagged = Environment(id="eo", title="Earth", image="registry.example.org/eo:1")
    policy = cluster_policy().model_copy(update={"environments": (tagged, Environment(id="r", title="R"))})
    assert [str(fault) for fault in unfit_for_pods(policy, CLAIMS, takes_tags=False)] == [
        "policy.yaml: environments[0].image: needs a digest (...@sha256:...), so that it stays the same",
        "policy.yaml: environments[1].image: is missing: servers here are containers",
    ]
    assert len(unfit_for_pods(policy, CLAIMS, takes_tags=True)) == 1
    assert IMAGE.partition("@")[2].startswith("sha256:")


def test_a_bucket_that_no_volume_shows_is_a_fault_of_the_mount() -> None:
    faults = unfit_for_pods(cluster_policy(), Cluster("/srv", {"cubes": "data-cubes"}), takes_tags=False)
    assert [(fault.file, fault.field) for fault in faults] == [("mounts/mine.yaml", "bucket")]
    assert "EOHUB_HUB_POD_DATA_CLAIMS has: cubes" in str(faults[0])
