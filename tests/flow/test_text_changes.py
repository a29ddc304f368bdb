"""What differs between two texts, by lines and by words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling import text_changes
from labeling.text_changes import Line, Part, changes

TEXTS = st.lists(st.sampled_from(["a b c d", "a b c e", "x y", "# H", "", "  a b"]), max_size=12).map("\n".join)


def kinds(lines: list[Line]) -> list[list[tuple[str, str]]]:
    return [[(part.kind, part.text) for part in line.parts] for line in lines]


def without(kind: str, lines: list[Line]) -> list[list[str]]:
    """The words of each line, those of `kind` left out; lines of nothing else are no lines."""
    words = [" ".join(part.text for part in line.parts if part.kind != kind).split() for line in lines]
    return [one for one in words if one]


def test_equal_texts_differ_in_nothing() -> None:
    assert changes("one\ntwo", "one\ntwo") == []


def test_empty_lines_do_not_count() -> None:
    assert changes("one\n\n\ntwo\n", "one\ntwo") == []


def test_a_new_line_is_new() -> None:
    assert kinds(changes("", "fresh")) == [[("new", "fresh")]]


def test_a_line_that_is_left_out_is_gone() -> None:
    assert kinds(changes("old", "")) == [[("gone", "old")]]


def test_within_a_line_only_the_words_that_changed_are_marked() -> None:
    found = kinds(changes("Press 3 for a denial.", "Press 2 for a denial."))
    assert found == [[("same", "Press "), ("gone", "3 "), ("new", "2 "), ("same", "for a denial.")]]


def test_a_line_that_was_written_anew_is_not_torn_into_words() -> None:
    found = kinds(changes("Look at the source first.", "Nothing alike here, whatever one reads."))
    assert [parts[0][0] for parts in found] == ["gone", "new"]


def test_a_changed_line_is_found_behind_a_new_one() -> None:
    found = kinds(changes("one two three four", "fresh\none two three five"))
    assert found[1] == [("same", "one two three "), ("gone", "four"), ("new", "five")]


def test_unchanged_lines_far_from_a_change_are_counted() -> None:
    found = changes("1\n2\n3\n4\n5", "1\n2\n3\n4\nfive")
    assert found[0] == Line(skipped=3)


def test_unchanged_lines_after_the_last_change_are_counted_too() -> None:
    assert changes("1\n2\n3\n4", "one\n2\n3\n4")[-1] == Line(skipped=2)


def test_too_many_lines_are_shown_whole_and_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_changes, "MOST_LINES", 2)
    found = kinds(changes("a\nsame\nb", "c\nsame\nd"))
    assert [parts[0] for parts in found].count(("gone", "same")) == 1


def test_a_line_of_too_many_words_is_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_changes, "MOST_WORDS", 3)
    assert kinds(changes("a b c d", "a b c e")) == [[("gone", "a b c d")], [("new", "a b c e")]]


def test_equal_ends_of_a_long_text_do_not_count_towards_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_changes, "MOST_LINES", 1)
    assert Part("gone", "4 ") in changes("1\n2\n3\n4 a b c\n5", "1\n2\n3\n6 a b c\n5")[2].parts


@given(former=TEXTS, latter=TEXTS)
def test_both_texts_can_be_read_out_of_what_changed(former: str, latter: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(text_changes, "AROUND", 100)
        found = changes(former, latter)
    told = (without("new", found), without("gone", found)) if found else ([], [])
    read = tuple([line.split() for line in text.splitlines() if line.strip()] for text in (former, latter))
    assert told == read or (not found and read[0] == read[1])
