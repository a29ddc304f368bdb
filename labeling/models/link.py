"""One-time links: the way in for a person without a password."""

from django.conf import settings
from django.db import models


class OneTimeLink(models.Model):
    """Only the hash of the link's token is stored; it opens once, until `expires_at`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="one_time_links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id} until {self.expires_at}"
