"""Charts: pictures that are whole, whatever the figures are."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labeling.axes import axis, named_axis, roomy_axis
from labeling.charts import PAGE, Bar, Bin, Level, Point, Series, bars, lines, reliability
from labeling.marks import CORNERS
from labeling.svg import FONT, STYLE

NS = "{http://www.w3.org/2000/svg}"
ABOUT: dict[str, Any] = {"title": "Learning curve", "desc": "How it grew."}
NAMED: dict[str, Any] = {**ABOUT, "x_label": "labels", "y_label": "macro-F1"}
CURVE = [Point(20, 0.3, 0.2, 0.4), Point(40, 0.5, 0.4, 0.6), Point(60, 0.55, 0.5, 0.6)]
SHEET = STYLE.read_text(encoding="utf-8")

any_value = st.one_of(st.none(), st.floats(-1e12, 1e12), st.sampled_from([float("nan"), float("inf"), float("-inf")]))
any_x = st.one_of(st.floats(-1e12, 1e12), st.just(float("nan")), st.integers(0, 10**6).map(float))
points = st.builds(Point, any_x, any_value, any_value, any_value)
series = st.builds(Series, st.text(max_size=40), st.lists(points, max_size=12), st.booleans())
bar = st.builds(Bar, st.text(max_size=40), any_value, any_value, any_value, st.text(max_size=20), st.integers(0, 2))
share = st.floats(0, 1)
bins = st.builds(Bin, share, st.none() | share, share, share, st.integers(0, 10**6))
quiet = settings(deadline=None, max_examples=60)


def parsed(chart: str) -> ElementTree.Element:
    return ElementTree.fromstring(chart)


def places(chart: str) -> Iterator[tuple[float, float]]:
    """Every point that something is drawn at."""
    for one in parsed(chart).iter():
        for x, y in re.findall(r"[ML](\S+) ([^\sLZ]+)", one.get("d", "")):
            yield float(x), float(y)
        for across, down in (("x", "y"), ("cx", "cy")):
            if across in one.attrib and one.get("class") != "ground":
                yield float(one.attrib[across]), float(one.attrib[down])


def outside(chart: str) -> list[tuple[float, float]]:
    left, top, width, high = map(float, parsed(chart).attrib["viewBox"].split())
    return [(x, y) for x, y in places(chart) if not (left <= x <= left + width and top <= y <= top + high)]


def words(chart: str) -> list[str]:
    return [one.text or "" for one in parsed(chart).iter(f"{NS}text")]


def classes(chart: str, name: str) -> list[ElementTree.Element]:
    return [one for one in parsed(chart).iter() if name in one.get("class", "").split()]


@pytest.mark.slow
@quiet
@given(st.lists(series, max_size=10), st.none() | st.builds(Level, st.text(max_size=30), st.floats(-1e12, 1e12)))
def test_lines_lie_within_their_picture(drawn: list[Series], level: Level | None) -> None:
    assert outside(lines(drawn, level=level, **NAMED)) == []


@pytest.mark.slow
@quiet
@given(st.lists(bar, max_size=10))
def test_bars_lie_within_their_picture(rows: list[Bar]) -> None:
    assert outside(bars(rows, **ABOUT, x_label="F1", kinds=["a", "b", "c"])) == []


@pytest.mark.slow
@quiet
@given(st.lists(bins, max_size=12))
def test_reliability_lies_within_its_picture(found: list[Bin]) -> None:
    assert outside(reliability(found, **NAMED)) == []


@pytest.mark.slow
@quiet
@given(st.lists(series, max_size=4))
def test_no_text_and_no_place_says_nan(drawn: list[Series]) -> None:
    kept = [Series("a", one.points) for one in drawn]
    assert re.findall(r"\b(nan|inf)\b", lines(kept, **NAMED)) == []


@quiet
@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.integers(3, 10))
@example(-2.9399672475819393e-06, 6001.0, 3)
@example(1e6, 1e-3, 5)
def test_ticks_are_evenly_spread_around_the_values(low: float, span: float, count: int) -> None:
    found = axis(low, low + span, start=0, end=100, count=count)
    steps = [after - before for before, after in pairwise(found.ticks)]
    # What lies a billionth of a step outside is on the tick, to any eye; and floats have so many digits.
    slack = 2e-9 * steps[0] + 1e-12 * (abs(low) + span)
    assert found.ticks[0] <= low + slack
    assert found.ticks[-1] >= low + span - slack
    assert steps == pytest.approx([steps[0]] * len(steps), rel=1e-3)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)), (0.31, 0.64, (0.3, 0.4, 0.5, 0.6, 0.7)), (20, 600, (0, 200, 400, 600))],
)
def test_ticks_are_round_numbers(low: float, high: float, ticks: tuple[float, ...]) -> None:
    assert axis(low, high, start=0, end=100, count=5).ticks == pytest.approx(ticks)


def test_counts_have_no_broken_ticks() -> None:
    assert roomy_axis([1, 2, 3], start=0, end=300).ticks == (1, 2, 3)


def test_one_point_has_the_only_tick() -> None:
    assert roomy_axis([40], start=0, end=300).ticks == (40,)


def test_a_picture_says_what_it_is() -> None:
    root = parsed(lines([Series("a", CURVE)], **NAMED))
    said = [root.get("role"), root.findtext(f"{NS}title"), root.findtext(f"{NS}desc")]
    assert said == ["img", "Learning curve", "How it grew."]


def test_names_are_escaped() -> None:
    name = "<script>&\"'"
    chart = lines([Series(name, CURVE), Series("b", CURVE)], **NAMED)
    assert ("<script" in chart, name in words(chart)) == (False, True)


def test_characters_that_no_xml_holds_are_replaced() -> None:
    assert "a\ufffdb\ufffd" in words(bars([Bar("a\x00b\uffff", 0.5)], **ABOUT, x_label="F1"))


@pytest.mark.parametrize("standalone", [False, True])
def test_a_picture_carries_a_style_sheet_only_as_a_file(standalone: bool) -> None:
    chart = lines([Series("a", CURVE)], standalone=standalone, **NAMED)
    assert ("<style>" in chart, " style=" in chart, "<script" in chart) == (standalone, False, False)


def test_a_file_holds_the_style_sheet_whole() -> None:
    assert parsed(lines([], standalone=True, **NAMED)).findtext(f"{NS}style") == SHEET


def test_nothing_to_draw_is_said() -> None:
    assert "Not measured yet" in words(lines([], **NAMED))


def test_one_point_is_a_mark_with_its_whisker() -> None:
    chart = lines([Series("a", CURVE[:1])], **NAMED)
    assert [len(classes(chart, kind)) for kind in ("mark", "whisker", "line", "band")] == [1, 1, 0, 0]


def test_a_figure_that_is_not_defined_leaves_a_gap() -> None:
    chart = lines([Series("a", [*CURVE, Point(80, None), Point(100, 0.6), Point(120, 0.7)])], **NAMED)
    assert len(classes(chart, "line")) == 2


def test_the_last_point_of_a_long_line_is_marked() -> None:
    chart = lines([Series("a", [Point(n, n / 100) for n in range(100)])], **NAMED)
    assert "a, 99: 0.99" in [one.findtext(f"{NS}title") for one in classes(chart, "mark")]


def test_a_bar_that_is_not_defined_says_why() -> None:
    chart = bars([Bar("denial", None, note="n = 2")], **ABOUT, x_label="F1")
    assert (classes(chart, "bar"), "n = 2" in words(chart)) == ([], True)


def test_a_bar_is_as_long_as_its_value() -> None:
    long, short = classes(bars([Bar("a", 0.8), Bar("b", 0.2)], **ABOUT, x_label="F1"), "bar")
    assert float(long.attrib["width"]) == pytest.approx(4 * float(short.attrib["width"]), rel=0.01)


def test_a_level_is_drawn_and_named() -> None:
    chart = lines([Series("a", CURVE)], level=Level("all labels: 0.7", 0.7), **NAMED)
    assert (len(classes(chart, "level")), "all labels: 0.7" in words(chart)) == (1, True)


def test_a_name_that_is_too_long_is_cut_with_an_ellipsis() -> None:
    chart = bars([Bar("a" * 200, 0.5, note="n = 3")], **ABOUT, x_label="F1")
    assert any(word.startswith("aaa") and word.endswith("…") for word in words(chart))


def test_numbers_are_written_as_the_readers_language_does() -> None:
    with translation.override("id"):
        chart = lines([Series("a", [Point(1000, 0.25), Point(5000, 0.5)])], **NAMED)
    assert {"0,30", "4.000"} <= set(words(chart))


def test_the_mark_of_a_bin_grows_with_its_n() -> None:
    few, many = classes(reliability([Bin(0.1, 0.2, None, None, 5), Bin(0.9, 0.8, None, None, 90)], **NAMED), "dot")
    assert float(few.attrib["r"]) < float(many.attrib["r"])


def test_text_has_eleven_pixels_on_a_phone_of_320() -> None:
    least = re.search(r"\.chart \{[^}]*min-width: (\d+)rem", SHEET)
    assert least
    assert FONT * int(least[1]) * 16 / PAGE[0] >= 11


def test_the_style_sheet_needs_no_escape_in_a_file() -> None:
    assert set(SHEET) & set("<>&") == set()


def colours(sheet: str) -> dict[str, str]:
    """The colour of each look, `look-0` and on."""
    return {
        name: found[2]
        for found in re.finditer(r"(\.chart \.look[^{]*)\{ color: (#\w{6})", sheet)
        for name in re.findall(r"(look-\d|kind-\d)", found[1])
    }


def brightness(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("dark", "grounds"), [(False, ("#f6f4ef", "#ffffff")), (True, ("#14171a", "#1c2024"))])
def test_lines_stand_out_from_the_page(dark: bool, grounds: tuple[str, str]) -> None:
    light_part, dark_part = SHEET.split("@media screen and (prefers-color-scheme: dark)")
    found = colours(dark_part if dark else light_part)
    assert len(found) == len(CORNERS) + 4
    for ground in grounds:
        for colour in found.values():
            low, high = sorted((brightness(colour), brightness(ground)))
            assert (high + 0.05) / (low + 0.05) >= 3


def test_each_series_has_dashes_and_a_mark_of_its_own() -> None:
    dashes = dict(re.findall(r"\.line\.(look-\d) \{ stroke-dasharray: ([\d. ]+)", SHEET))
    looks = {(dashes.get(f"look-{place + 1}"), corners) for place, corners in enumerate(CORNERS)}
    assert (len(looks), len(dashes)) == (len(CORNERS), len(CORNERS))


def test_numbers_are_rounded_and_not_cut_off() -> None:
    assert "0.86" in bars([Bar("Claim", 0.857)], **ABOUT, x_label="alpha")


def test_what_an_x_is_called_stands_at_its_tick_and_its_mark() -> None:
    weeks = {0.0: "5 Jan", 1.0: "12 Jan"}
    chart = lines([Series("All", [Point(0, 0.5), Point(1, 0.6)])], **NAMED, x_names=weeks)
    assert (chart.count("12 Jan"), "All, 5 Jan: 0.50" in chart) == (2, True)


@pytest.mark.parametrize("n", [1, 2, 9, 60])
def test_named_ticks_do_not_run_into_each_other(n: int) -> None:
    names = {float(place): f"{place % 28} Dec" for place in range(n)}
    found = named_axis(names, start=40, end=PAGE[0] - 12)
    apart = [found.at(right) - found.at(left) for left, right in pairwise(found.ticks)]
    assert (found.ticks[-1], all(one > 45 for one in apart)) == (n - 1, True)
