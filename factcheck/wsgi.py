"""The WSGI entry point that gunicorn serves."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

application = get_wsgi_application()
# The pages are loaded now, and not at the first request: a Label Studio waits a second for one.
import_module(settings.ROOT_URLCONF)
