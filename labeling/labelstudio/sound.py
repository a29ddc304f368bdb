"""What JSON may hold and a database may not."""


def is_sound(written: str) -> bool:
    """Whether this JSON, written without escaping letters, holds neither half a character nor a NUL."""
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in written
