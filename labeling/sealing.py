"""What a Run needs and nobody may read: sealed with the server's secret key, for as long as the Run lasts."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from labeling.errors import Refused


def seal(text: str) -> str:
    """`text`, to be opened by a process of the same secret key alone."""
    return _key().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed; raises Refused where the secret key is another one by now."""
    try:
        return _key().decrypt(sealed.encode()).decode()
    except InvalidToken:
        said = _("The key that was typed in cannot be read any more. Start again, and type it once more.")
        raise Refused(said) from None


def _key() -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"factcheck run").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
