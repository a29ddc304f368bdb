"""Where quotations begin and end in one paragraph. One pass, a stack a kind of mark, linear in the paragraph."""

_OPENING = {"“": "”", "«": "»", "‘": "’"}
_CLOSING = {closing: opening for opening, closing in _OPENING.items()}
_BEFORE_OPENING = frozenset(" \t\u00a0([{—–-“«‘/:")


def quotations(paragraph: str) -> list[tuple[int, int]]:
    """Offsets (start, end) of closed quotations, marks included; outermost only, ordered, not overlapping.

    A mark that is never closed opens nothing: better a split too many than a page in one sentence.
    An apostrophe (’ or ' between letters) closes nothing.
    """
    found: list[tuple[int, int]] = []
    open_at: dict[str, list[int]] = {mark: [] for mark in (*_OPENING, '"')}
    for offset, mark in enumerate(paragraph):
        if mark in _OPENING:
            open_at[mark].append(offset)
        elif mark in _CLOSING:
            stack = open_at[_CLOSING[mark]]
            if stack and not (mark == "’" and _is_apostrophe(paragraph, offset)):
                found.append((stack.pop(), offset + 1))
        elif mark == '"':
            stack = open_at['"']
            if _looks_opening(paragraph, offset):
                stack[:] = [offset]
            elif stack:
                found.append((stack.pop(), offset + 1))
    return _outermost(found)


def _looks_opening(paragraph: str, offset: int) -> bool:
    before = paragraph[offset - 1] if offset else " "
    after = paragraph[offset + 1] if offset + 1 < len(paragraph) else " "
    return before in _BEFORE_OPENING and not after.isspace()


def _is_apostrophe(paragraph: str, offset: int) -> bool:
    return offset + 1 < len(paragraph) and paragraph[offset + 1].isalnum()


def _outermost(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(pairs):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept
