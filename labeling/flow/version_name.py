"""What a version of the model is called where others see it: Label Studio's tables, answers of the API."""


def version_name(slug: str, number: int) -> str:
    """The name of the project's version `number`. No two versions of a server share one."""
    return f"{slug}-v{number}"
