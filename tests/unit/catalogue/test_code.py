"""The generated code: short, lazy, without secrets, and closed to what a catalogue writes."""

import ast
from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents, with_asset, with_properties
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.code import code_of, literal, round_limits
from eohub_catalogue.errors import NothingToOpen

LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
HOSTILE = st.text(
    alphabet=st.sampled_from("\"'\\\n\r\x00{}()#;ab\u2028\U0001f600\ud800"), min_size=1, max_size=30
)
SECRET = "wJalrXUtnFEMI-this-is-a-key"


def opening(source: str) -> tuple[str, dict[str, Any]]:
    """What the code opens, and with which options, read from its syntax tree."""
    names: dict[str, Any] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names[ast.unparse(node.targets[0])] = node.value.value
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "xr.open_dataset":
            place = node.args[0]
            href = names[place.id] if isinstance(place, ast.Name) else ast.literal_eval(place)
            return href, {word.arg or "": ast.literal_eval(word.value) for word in node.keywords}
    raise AssertionError("opens nothing")


def plotted(source: str) -> str:
    """The last statement, as one line."""
    last = ast.parse(source).body[-1]
    return "\n".join(source.splitlines()[last.lineno - 1 :]).replace("(\n    ", "(").replace("\n)", ")")


def test_the_code_of_a_cube() -> None:
    assert code_of(cube_item()).source == (
        "import hvplot.xarray  # noqa: F401\n"
        "import xarray as xr\n"
        "\n"
        'ds = xr.open_dataset("s3://climate/a1b-north-america.zarr", '
        'engine="zarr", chunks={}, consolidated=True)\n'
        'ds["air_temperature"].hvplot.image(\n'
        '    x="longitude", y="latitude", groupby="time", cmap="viridis", widget_location="bottom"\n'
        ")"
    )


def test_a_long_address_stands_on_a_line_of_its_own() -> None:
    lines = code_of(with_asset(href="s3://climate/" + "long-" * 20 + ".zarr")).source.splitlines()
    assert lines[3].startswith("store = ")
    assert lines[4].startswith("ds = xr.open_dataset(store, ")
    assert len(lines) <= 8


def test_a_cube_that_does_not_describe_itself_is_shown_instead_of_plotted() -> None:
    source = code_of(with_properties(**{"cube:variables": {}, "cube:dimensions": {}})).source
    assert plotted(source) == "ds"
    assert "hvplot" not in source


def test_a_series_without_a_map_is_a_line() -> None:
    variables = {"co2": {"dimensions": ["time"]}}
    assert plotted(code_of(with_properties(**{"cube:variables": variables})).source) == 'ds["co2"].hvplot()'


def test_a_curvilinear_grid_is_drawn_by_its_longitudes_and_latitudes() -> None:
    item = with_properties(
        **{
            "cube:dimensions": {
                "time": {"type": "temporal"},
                "depth": {"type": "spatial", "axis": "z"},
                "y": {"type": "spatial", "axis": "y"},
                "x": {"type": "spatial", "axis": "x"},
            },
            "cube:variables": {
                "nav_lon": {"type": "auxiliary", "dimensions": ["y", "x"], "unit": "degrees_east"},
                "nav_lat": {"type": "auxiliary", "dimensions": ["y", "x"], "unit": "degrees_north"},
                "votemper": {
                    "type": "data",
                    "dimensions": ["time", "depth", "y", "x"],
                    "unit": "degree_C",
                    "extent": [-2.06, 34.45],
                },
            },
        }
    )
    assert code_of(item).source == (
        "import hvplot.xarray  # noqa: F401\n"
        "import xarray as xr\n"
        "\n"
        'ds = xr.open_dataset("s3://climate/a1b-north-america.zarr", '
        'engine="zarr", chunks={}, consolidated=True)\n'
        'ds["votemper"].hvplot.points(\n'
        '    x="nav_lon", y="nav_lat", c="votemper", groupby=["time", "depth"], s=3,\n'
        '    cmap="viridis", clim=(-3, 35), clabel="votemper (degree_C)", widget_location="bottom",\n'
        ")"
    )
    # A long address takes a line more, and the blank one makes room for it.
    item["assets"]["data"]["href"] = f"s3://climate/{'long-' * 20}.zarr"
    lines = code_of(item).source.splitlines()
    assert len(lines) == 8
    assert lines[2].startswith("store = ")
    assert "" not in lines


def test_the_colour_scale_is_the_same_for_all_steps_where_the_item_tells_the_extremes() -> None:
    axes = {"latitude": {"axis": "y", "step": 1}, "longitude": {"axis": "x", "step": 1}}
    variables = {"t": {"dimensions": ["latitude", "longitude"], "unit": "K", "extent": [257.3, 306.07]}}
    item = with_properties(**{"cube:dimensions": axes, "cube:variables": variables})
    assert plotted(code_of(item).source) == (
        'ds["t"].hvplot.image(x="longitude", y="latitude", cmap="viridis", clim=(257, 307))'
    )


@pytest.mark.parametrize(
    "extent",
    [None, [0, None], [None, 1], [1], [0, 1, 2], [5, 1], [3, 3], ["0", "1"], [float("nan"), 1], "01"],
)
def test_an_extent_that_is_none_leaves_each_step_its_own_colours(extent: object) -> None:
    axes = {"latitude": {"axis": "y", "step": 1}, "longitude": {"axis": "x", "step": 1}}
    variables = {"t": {"dimensions": ["latitude", "longitude"], "extent": extent}}
    item = with_properties(**{"cube:dimensions": axes, "cube:variables": variables})
    assert "clim=" not in code_of(item).source


@pytest.mark.parametrize(
    ("low", "high", "limits"),
    [
        (257.318817, 306.073303, ("257", "307")),
        (-2.058408, 34.453308, ("-3", "35")),
        (0, 0.003, ("0", "0.003")),
        (98_234, 104_021.5, ("98200", "104100")),
        (0, 1e300, ("0", "1e+300")),
        (0, 5e-324, None),
        (-1.7e308, 1.7e308, None),
    ],
)
def test_limits_are_round_numbers_around_the_range(
    low: float, high: float, limits: tuple[str, str] | None
) -> None:
    assert round_limits(low, high) == limits


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_limits_enclose_the_range_closely(low: float, width: float) -> None:
    limits = round_limits(low, low + width)
    assert limits is not None
    first, last = map(ast.literal_eval, limits)
    # The written numbers have 15 digits, of which a narrow range far from zero leaves few to itself.
    slack = width / 1e6 + (abs(low) + width) * 1e-14
    assert low - width / 5 <= first <= low + slack
    assert low + width - slack <= last <= low + width * 1.2 + slack


def test_bounds_are_not_what_is_plotted() -> None:
    item = with_properties(
        **{
            "cube:variables": {
                "time_bnds": {"dimensions": ["time", "latitude", "longitude", "bnds"]},
                "t": {"dimensions": ["latitude", "longitude"]},
            }
        }
    )
    assert plotted(code_of(item).source).startswith('ds["t"].hvplot.')


def test_an_uneven_axis_is_drawn_as_polygons() -> None:
    axes = {
        "latitude": {"type": "spatial", "axis": "y", "step": None},
        "longitude": {"type": "spatial", "axis": "x", "step": 0.5},
    }
    variables = {"t": {"dimensions": ["latitude", "longitude"]}}
    item = with_properties(**{"cube:dimensions": axes, "cube:variables": variables})
    assert plotted(code_of(item).source) == (
        'ds["t"].hvplot.quadmesh(x="longitude", y="latitude", cmap="viridis")'
    )


def test_a_grid_too_large_for_a_browser_is_thinned() -> None:
    (item,) = [item for place, item in real_documents() if "planetary-computer-item-cil-gdpcir" in place]
    assert plotted(code_of(item).source) == (
        'ds["pr"].thin({"lon": 3, "lat": 3}).hvplot.image(x="lon", y="lat", groupby="time", '
        'cmap="viridis", widget_location="bottom")'
    )


def test_chunks_are_always_asked_for() -> None:
    for options in ({}, {"chunks": None}, {"consolidated": True}):
        _, given_options = opening(code_of(with_asset(**{"xarray:open_kwargs": options})).source)
        assert given_options["chunks"] == {}
        assert given_options["engine"] == "zarr"


def test_options_that_xarray_knows_are_kept_and_others_left_out() -> None:
    options = {"decode_timedelta": False, "engine": "python", "drop_variables": ["x"], "evil": 1, "a b": 2}
    _, given_options = opening(code_of(with_asset(**{"xarray:open_kwargs": options})).source)
    assert given_options == {
        "engine": "zarr",
        "chunks": {},
        "decode_timedelta": False,
        "drop_variables": ["x"],
    }


def test_secrets_in_options_are_left_out() -> None:
    options = {
        "storage_options": {"key": SECRET, "anon": False, "client_kwargs": {"aws_secret_access_key": SECRET}},
        "backend_kwargs": {"storage_options": {"secret": SECRET, "token": SECRET}},
    }
    storage = {
        "account_key": SECRET,
        "account_name": "cpdataeuwest",
        "credential": SECRET,
        "endpoint_url": f"https://user:{SECRET}@example.org",
        "client_kwargs": {"trust_env": True, "headers": {"Authorization": SECRET}},
    }
    source = code_of(with_asset(**{"xarray:open_kwargs": options, "xarray:storage_options": storage})).source
    assert SECRET not in source
    assert opening(source)[1]["storage_options"] == {
        "anon": False,
        "account_name": "cpdataeuwest",
        "client_kwargs": {"trust_env": True},
    }


@pytest.mark.parametrize(
    "href",
    [
        f"https://account.blob.example.org/cube.zarr?sv=2020&sig={SECRET}",
        f"https://example.org/cube.zarr?X-Amz-Signature={SECRET}",
        f"https://user:{SECRET}@example.org/cube.zarr",
    ],
)
def test_an_address_with_a_key_is_refused(href: str) -> None:
    with pytest.raises(NothingToOpen, match="carries a key") as caught:
        code_of(with_asset(href=href))
    assert SECRET not in caught.value.detail


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (cube_item(assets={}), "no assets"),
        (
            cube_item(assets={"a": {"href": "s3://x/a.tif", "type": "image/tiff; application=geotiff"}}),
            "GeoTIFF",
        ),
        (with_asset(href="file:///data/cube.zarr"), "file"),
        (with_asset(href="cube.zarr"), "a bare path"),
        (with_asset(type="application/vnd.zarr+icechunk"), "Icechunk"),
        (with_asset(href="s3://climate/line\nbreak.zarr"), "cannot be read"),
        (with_asset(href="https://[broken/cube.zarr"), "cannot be read"),
        (with_asset(href="s3://climate/" + "x" * 3000 + ".zarr"), "cannot be read"),
    ],
)
def test_an_item_that_cannot_be_opened_says_why(item: dict[str, Any], reason: str) -> None:
    with pytest.raises(NothingToOpen, match=reason):
        code_of(item)


def test_a_cube_beside_an_item_that_was_read_from_a_file_here_is_opened_by_its_path() -> None:
    item = with_asset(href="/files/cube.zarr", **{"xarray:storage_options": {"anon": True}})
    item["links"] = [{"rel": "self", "href": "/files/items.ndjson"}]
    assert opening(code_of(item).source)[0] == "/files/cube.zarr"
    assert "storage_options" not in code_of(item).source
    item["links"] = [{"rel": "self", "href": "/collections/c/items/i"}]
    with pytest.raises(NothingToOpen, match="a bare path"):
        code_of(item)


def test_a_relative_address_is_completed_from_the_item() -> None:
    item = with_asset(href="./cube.zarr")
    item["links"] = [{"rel": "self", "href": "https://example.org/items/one.json"}]
    assert opening(code_of(item).source)[0] == "https://example.org/items/cube.zarr"


@given(LITERALS)
def test_a_literal_means_what_it_was_made_from(value: object) -> None:
    try:
        written = literal(value)
    except ValueError:
        return
    assert ast.literal_eval(written) == value
    assert written.isascii()
    assert "\n" not in written


@given(HOSTILE)
def test_no_text_breaks_out_of_its_literal(hostile: str) -> None:
    written = literal(hostile)
    tree = ast.parse(written, mode="eval")
    assert isinstance(tree.body, ast.Constant)
    assert tree.body.value == hostile


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_catalogue_writes_code_of_its_own(name: str, dimension: str, option: str) -> None:
    item = with_properties(
        **{
            "cube:dimensions": {dimension: {"axis": "x"}, "y": {"axis": "y"}, "time": {}},
            "cube:variables": {name: {"dimensions": [dimension, "y", "time"]}},
        }
    )
    item["assets"]["data"]["href"] = f"s3://climate/{option}.zarr"
    item["assets"]["data"]["xarray:open_kwargs"] = {option: option, "group": option}
    try:
        source = code_of(item).source
    except NothingToOpen:
        return
    tree = ast.parse(source)
    assert len(source.split("\n")) <= 8
    assert [type(statement) for statement in tree.body if not isinstance(statement, ast.Import)] in (
        [ast.Assign, ast.Expr],
        [ast.Assign, ast.Assign, ast.Expr],
    )
    called = {ast.unparse(node.func).split("].")[-1] for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert called <= {
        "xr.open_dataset",
        "hvplot.image",
        "hvplot.points",
        "hvplot.quadmesh",
        "hvplot",
    }


def test_a_value_that_is_too_deep_or_long_is_no_literal() -> None:
    for value in ([[[[[[1]]]]]], list(range(100)), "x" * 5000, float("nan"), {1, 2}):
        with pytest.raises(ValueError, match=r"^$"):
            literal(value)


def test_code_of_real_documents_compiles_or_is_refused_with_a_sentence() -> None:
    written, refusals = 0, set[str]()
    for place, document in real_documents():
        try:
            compile(code_of(document).source, place, "exec")
            written += 1
        except NothingToOpen as error:
            refusals.add(error.detail)
    assert written >= 4
    assert all(refusal.endswith(".") for refusal in refusals)
