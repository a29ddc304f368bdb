"""The product's settings with the bare view beside its routes."""

from factcheck.settings import *  # noqa: F403  # a settings module is its names

ROOT_URLCONF = "bench.urls"
