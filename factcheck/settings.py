"""Settings: every value that an operator may set comes from the environment and is listed in .env.example."""

import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from factcheck import env
from factcheck.launcher import places
from factcheck.logging import LOGGING as LOGGING

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("FACTCHECK_DATA", default=BASE_DIR / "var")
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret_key(DATA_DIR)
PORT = env.number("FACTCHECK_PORT", default=8000, low=1, high=65535)
# For gunicorn.conf.py; read here, so that nonsense stops the start instead of the web process for ever.
WEB_PROCESSES = env.number("FACTCHECK_WEB_PROCESSES", default=1, low=1, high=64)
WEB_THREADS = env.number("FACTCHECK_WEB_THREADS", default=8, low=1, high=256)
# How people reach the server; links that leave it (one-time links) begin with it.
PUBLIC_URL = env.text("PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
# Behind https (a proxy that ends TLS) cookies are marked secure and browsers are told to stay on https.
HTTPS = env.flag("FACTCHECK_HTTPS", default=False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default=[])
if DEBUG and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("DEBUG shows secrets to every visitor: name the hosts in ALLOWED_HOSTS, or set DEBUG=0.")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "labeling",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "labeling.middleware.Traced",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "labeling.middleware.PersonsLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "factcheck.urls"
WSGI_APPLICATION = "factcheck.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ]
        },
    }
]

_SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "factcheck.sqlite3", "CONN_MAX_AGE": None}
DATABASES: dict[str, Any] = {
    "default": env.database("DATABASE_URL", default=_SQLITE, password=env.secret("DATABASE_PASSWORD_FILE"))
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Saved means saved: FULL waits for the disk at every commit. IMMEDIATE takes the write lock when a transaction
    # begins, so that two writers wait for each other instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; "
        "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
    }
    # A file, since threads and processes of a test must see it; one a test run, so that two runs do not meet.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir(), f"factcheck-test-{os.getpid()}.sqlite3"))}
else:
    # Statements of the hot path are planned once a connection, not at every answer.
    DATABASES["default"].setdefault("OPTIONS", {}).update(server_side_binding=True, prepare_threshold=3)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "labeling.signing_in.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "labeling.views.entry.locked_out"

LANGUAGE_CODE = "en"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "labeling" / "locale"]
TIME_ZONE = env.time_zone("TIME_ZONE", default="Asia/Jakarta")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Shards and models. A disk is mapped as it lies; of any other storage each machine keeps a mirror.
    "learning": env.storage(
        "FACTCHECK_LEARNING_STORAGE",
        default={"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR}},
    ),
    "staticfiles": {"BACKEND": "factcheck.static_files.HashedStaticFiles"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# One upload; larger files go in by command.
UPLOAD_MAX_BYTES = env.number("UPLOAD_MAX_MEGABYTES", default=200, low=1, high=4096) * 1_000_000
# Small bodies stay in memory; of larger ones nothing beyond the limit reaches the disk, whoever sends them.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler", "labeling.uploads.LimitedUpload"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
# Those who watch the server ask from inside, past the proxy.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("FACTCHECK_BEHIND_PROXY", default=False) else None
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "labeling.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

# The Label Studio servers that owners may push to and pull from, on the pages; where there is none, nobody may.
LABEL_STUDIO_SERVERS = env.addresses("FACTCHECK_LABEL_STUDIO_SERVERS")
# Whether one of them may be in a private network, or on this machine.
LABEL_STUDIO_PRIVATE = env.flag("FACTCHECK_LABEL_STUDIO_PRIVATE", default=False)

# With one token so many requests a second are answered by one web process, after so many at once; 0: no limit.
API_RATE = env.number("FACTCHECK_API_RATE", default=100, low=0, high=100_000)
API_BURST = env.number("FACTCHECK_API_BURST", default=400, low=1, high=100_000)

# Figures at /metrics, for this machine alone, or for whoever has the token.
METRICS = env.flag("FACTCHECK_METRICS", default=False)
METRICS_TOKEN = env.secret("FACTCHECK_METRICS_TOKEN_FILE")
# A token of the Hugging Face hub, for uploads that a page asks for.
HUB_TOKEN = env.secret("FACTCHECK_HUB_TOKEN_FILE")

REDIS_URL = env.text("REDIS_URL") or places.redis_url(DATA_DIR)
# What the learning worker keeps in memory, about: beyond it, shards are read again from the disk.
LEARN_MEGABYTES = env.number("FACTCHECK_LEARN_MEGABYTES", default=1200, low=620, high=1_000_000)
# A large pool is ranked in so many parts at most, side by side by so many learning workers; 1: by the one that trained.
SCORING_PARTS = env.number("FACTCHECK_SCORING_PARTS", default=1, low=1, high=64)
CELERY_BROKER_URL = REDIS_URL
# For the parts of a ranking alone: where each worker left what it found. Nobody asks for it later.
CELERY_RESULT_BACKEND = REDIS_URL
CELERY_RESULT_EXPIRES = 3600
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"retry_policy": {"timeout": 5.0}}
CELERY_REDIS_SOCKET_TIMEOUT = 30
CELERY_REDIS_SOCKET_CONNECT_TIMEOUT = 5
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7200, "socket_timeout": 30, "socket_connect_timeout": 5}
CELERY_TASK_DEFAULT_QUEUE = "sweep"
CELERY_TASK_ROUTES: dict[str, dict[str, Any]] = {
    # In Redis 0 comes first: what was handed over is taken up by the first worker that is free, be it the one that
    # handed it over. So its lease does not run out behind other Runs.
    "labeling.tasks.look": {"queue": "learn", "priority": 0},
    "labeling.tasks.settle": {"queue": "learn", "priority": 0},
    "labeling.tasks.learn": {"queue": "learn", "priority": 6},
    "labeling.tasks.measure": {"queue": "measure"},
    "labeling.tasks.exchange": {"queue": "exchange"},
}
CELERY_BEAT_SCHEDULE = {
    # A ring that was not heard within two seconds is worth nothing: the next one is already there.
    "sweep": {"task": "labeling.tasks.sweep", "schedule": 1.0, "options": {"expires": 2}},
}
CELERY_TASK_TIME_LIMIT = 7200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

SENTRY_DSN = env.optional("SENTRY_DSN", library="sentry_sdk", requirements="requirements-sentry.txt")
if SENTRY_DSN:
    # By name: its library is an extra.
    import_module("factcheck.reporting").start(SENTRY_DSN)
