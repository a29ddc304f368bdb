"""Errors with names. `str(error)` is a sentence for the person who met it: what is wrong, and what to do."""


class FactcheckError(Exception):
    """The base of every error that a person can mend."""


class Refused(FactcheckError):
    """The act is not allowed or makes no sense as things stand."""


class AlreadyHere(Refused):
    """The same upload, article, name or reply is in the project already."""


class Overtaken(Refused):
    """Somebody else saved meanwhile what this act was made on."""


class BadUpload(Refused):
    """The upload as a whole cannot be read."""


class NotEnoughLabels(FactcheckError):
    """There is too little to learn from, or to measure, yet."""


class LostClaim(FactcheckError):
    """Another worker has taken the Run over: this one publishes nothing."""


class StorageMoved(Exception):
    """Other workers wrote to the storage of shards again and again meanwhile. No person can mend it; later it works."""
