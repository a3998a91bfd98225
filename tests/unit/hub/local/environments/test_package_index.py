from pathlib import Path

from eohub_hub.local.environments import package_index

CALLER = {
    "UV_DEFAULT_INDEX": "https://name:password@index.example/simple",
    "https_proxy": "http://proxy.example:3128",
    "SSL_CERT_FILE": "/etc/ssl/site.pem",
    "PYTHONPATH": "somewhere",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "EOHUB_HUB_ISSUER": "https://issuer.example",
}


def test_only_what_uv_reads_is_kept_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    package_index.remember(tmp_path, CALLER)
    kept = package_index.recall(tmp_path)
    assert sorted(kept) == ["SSL_CERT_FILE", "UV_DEFAULT_INDEX", "https_proxy"]
    assert (tmp_path / package_index.RECORD).stat().st_mode & 0o777 == 0o600


def test_without_a_record_or_with_a_broken_one_there_are_none(tmp_path: Path) -> None:
    assert package_index.recall(tmp_path) == {}
    (tmp_path / package_index.RECORD).write_text("[]")
    assert package_index.recall(tmp_path) == {}
