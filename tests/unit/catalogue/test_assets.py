"""What an item's data is called, as the list of its files calls it."""

import pytest

from eohub_catalogue.assets import is_web, kind_of, openable


def item(*assets: tuple[str, str | None], role: str = "data") -> dict[str, object]:
    """An item with files of these addresses and media types."""
    files = {str(n): {"href": href, "type": form, "roles": [role]} for n, (href, form) in enumerate(assets)}
    return {"type": "Feature", "assets": files}


@pytest.mark.parametrize(
    ("href", "form", "kind"),
    [
        ("s3://a/x", "application/geo+json", "GeoJSON"),
        ("s3://a/x.geojson", None, "GeoJSON"),
        ("s3://a/x", "application/json", "JSON"),
        ("s3://a/x", "application/gml+xml", "XML"),
        ("s3://a/x", "application/pdf", "PDF"),
        ("s3://a/x", "application/zip", "ZIP"),
        ("s3://a/x", "image/jpeg", "JPEG"),
        ("s3://a/x", "image/jp2", "JPEG 2000"),
        ("s3://a/x", "image/png", "PNG"),
        ("s3://a/x", "image/tiff; application=geotiff; profile=cloud-optimized", "GeoTIFF"),
        ("s3://a/x", "image/tiff", "TIFF"),
        ("s3://a/x.csv", None, "CSV"),
        ("s3://a/x", "application/x-unheard-of", "other"),
    ],
)
def test_an_item_is_called_by_the_form_of_its_files(href: str, form: str | None, kind: str) -> None:
    assert kind_of(item((href, form))) == kind


def test_documents_beside_data_name_no_item() -> None:
    many = item(("s3://a/x.nc", None), *[(f"s3://a/{n}.geojson", "application/geo+json") for n in range(5)])
    assert kind_of(many) == "netCDF"


def test_why_there_is_nothing_to_open_names_the_form() -> None:
    refusal = openable(item(("s3://a/x", "application/geo+json")))
    assert refusal == "None of its assets is a Zarr store (GeoJSON), and only those can be opened from here."


@pytest.mark.parametrize(
    ("address", "of_the_web"),
    [
        ("https://host/a", True),
        ("HTTP://host/a", True),
        ("s3://host/a", False),
        ("https.nc", False),
        ("/https://host/a", False),
        ("https://[", False),
    ],
)
def test_an_address_of_the_web_is_known_however_its_scheme_is_written(address: str, of_the_web: bool) -> None:
    assert is_web(address) == of_the_web
