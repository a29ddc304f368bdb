"""Signs of life that the web process can read: it never talks to Redis itself."""

from django.db import models
from django.db.models.functions import Now


class Pulse(models.Model):
    """When the program `name` last rang, on the database's clock."""

    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
