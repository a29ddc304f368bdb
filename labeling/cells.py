"""Cells of tables that people open in a spreadsheet."""

import re

# What begins a formula; the wide ones do where the spreadsheet is a Japanese or Chinese one.
_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_FIRST = (*_SIGNS, "\t", "\r", "\n")
# A spreadsheet of a country whose decimals have a comma, as Indonesia's, splits lines at semicolons and knows no quotes
# of ours: there a cell begins after a semicolon, and after the end of a line within a text.
_FURTHER = re.compile(rf"([;\t\r\n])(?=[{re.escape(''.join(_SIGNS))}])")


def harmless(text: str) -> str:
    """`text` with an apostrophe before whatever a spreadsheet would take for a formula."""
    found = _FURTHER.sub(r"\1'", text)
    return f"'{found}" if found.startswith(_FIRST) else found
