"""Settings of Lectern: one file, read from the environment, safe without any of it.

Each variable is described for operators in docs/operators.md.
"""

from pathlib import Path

import environ
import pymysql
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key
from kombu import Queue

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
# Everything that the embedded mode writes: database, broker folder, mail, logs, static files.
DATA_DIR = Path(env.str("LECTERN_DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _own_secret_key() -> str:
    """Return the key kept in the data folder, made on first use: sessions survive a restart."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text().strip()


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or _own_secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "console",
    "enrollments",
    "groups",
    "resets",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "drf_spectacular",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "console.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "console.middleware.RequestLogMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "console.middleware.TimeZoneMiddleware",
    "console.middleware.PrivateResponseMiddleware",
    "console.middleware.PlatformGapMiddleware",
    "console.middleware.StaffOnlyMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["console.templatetags.lectern"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "console.context.shell",
            ],
        },
    },
]

# --- Database --------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'lectern.sqlite3'}")}
DATABASE_ENGINE = DATABASES["default"].get("ENGINE", "").rpartition(".")[2]
if DATABASE_ENGINE not in {"sqlite3", "postgresql", "mysql"}:
    raise environ.ImproperlyConfigured("DATABASE_URL must begin with sqlite:///, postgres:// or mysql://.")
DATABASE_ROUTERS = ["console.platform.PlatformRouter"]
# As in the platform: its own keys are 32-bit unless a model says otherwise.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

# "managed": Lectern makes the Open edX tables itself (embedded). "existing": they belong to an LMS.
PLATFORM_TABLES = env.str("LECTERN_PLATFORM_TABLES", default="managed")
if PLATFORM_TABLES not in {"managed", "existing"}:
    raise environ.ImproperlyConfigured(
        f"LECTERN_PLATFORM_TABLES is {PLATFORM_TABLES!r}; it must be 'managed' or 'existing'."
    )

_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = env.int("LECTERN_DATABASE_MAX_AGE", default=60)
_database["CONN_HEALTH_CHECKS"] = True
if DATABASE_ENGINE == "sqlite3":
    # WAL and IMMEDIATE belong together: see docs/decisions/0003-sqlite-wal-immediate.md.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif DATABASE_ENGINE == "mysql":
    # Pure Python, so that one URL is enough; Django's own choice needs a C compiler.
    pymysql.install_as_MySQLdb()
    _database["OPTIONS"] = {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES'",
    }

# --- People ----------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "console.auth.StaffBackend",
    "rules.permissions.ObjectPermissionBackend",
]
LOGIN_URL = "console:login"
LOGIN_REDIRECT_URL = "console:home"
LOGOUT_REDIRECT_URL = "console:login"

SESSION_ENGINE = "console.sessions"
SESSION_COOKIE_NAME = "lectern_sessionid"
SESSION_COOKIE_AGE = env.int("LECTERN_SESSION_SECONDS", default=12 * 60 * 60)
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "lectern_csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

AXES_FAILURE_LIMIT = env.int("LECTERN_LOGIN_FAILURES", default=5)
AXES_COOLOFF_TIME = env.float("LECTERN_LOGIN_COOLOFF_HOURS", default=0.25)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "console.auth.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
# How many proxies stand in front; 0 means that X-Forwarded-For is not believed.
AXES_IPWARE_PROXY_COUNT = env.int("LECTERN_PROXIES", default=0)
AXES_IPWARE_META_PRECEDENCE_ORDER = (
    ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"] if AXES_IPWARE_PROXY_COUNT else ["REMOTE_ADDR"]
)

# --- APIs ------------------------------------------------------------------------------------

LECTERN_API_PER_MINUTE = env.int("LECTERN_API_PER_MINUTE", default=300)
LECTERN_TOKEN_DAYS = env.int("LECTERN_TOKEN_DAYS", default=365)
REST_FRAMEWORK = {
    # The first one decides that strangers get 401 and not 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "console.api.TokenSignIn",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["console.api.StatedPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["console.api.PerPersonThrottle"],
    "DEFAULT_PAGINATION_CLASS": "console.api.PlatformPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["console.api.BoundedJSONParser"],
    "EXCEPTION_HANDLER": "console.api_errors.answer",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lectern",
    "DESCRIPTION": "What programs may ask of Lectern. Addresses and answers are those of Open edX.",
    "VERSION": "1",
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["console.api.StatedPermission"],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "console.api.add_refusals"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# --- Security --------------------------------------------------------------------------------

# Off only for the demo on localhost: `make run` says LECTERN_HTTPS=0.
HTTPS = env.bool("LECTERN_HTTPS", default=True)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if env.bool("LECTERN_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Search terms are personal data: no address leaves the site.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- Language, time, files -------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("LECTERN_TIME_ZONE", default="UTC")

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Pasted lists of learners count as form data: 50,000 of them fit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}
CACHES["default"]["KEY_PREFIX"] = "lectern"

DJANGO_TABLES2_TEMPLATE = "console/table.html"

# --- E-mail ----------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default=f"filemail:///{DATA_DIR / 'mail'}"))
DEFAULT_FROM_EMAIL = env.str("LECTERN_FROM_EMAIL", default="Learner support <support@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 30

# --- Background work -------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "lectern"
CELERY_TASK_QUEUES = [Queue("lectern")]
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A web request must learn within seconds that the broker is down: the row is the job anyway.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2}
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "lectern.heartbeat", "schedule": 30.0},
    "clear sessions": {"task": "lectern.clear_sessions", "schedule": 24 * 60 * 60.0},
    "purge archives": {"task": "lectern.purge_archives", "schedule": 24 * 60 * 60.0},
    "sweep resets": {
        "task": "lectern.sweep_resets",
        "schedule": env.float("LECTERN_SWEEP_SECONDS", default=30.0),
    },
    "sweep assignments": {
        "task": "lectern.sweep_assignments",
        "schedule": env.float("LECTERN_SWEEP_SECONDS", default=30.0),
    },
    "follow modes": {"task": "lectern.follow_modes", "schedule": 60.0},
    "sweep realizations": {
        "task": "lectern.sweep_realizations",
        "schedule": env.float("LECTERN_SWEEP_SECONDS", default=30.0),
    },
}
CELERY_BROKER_TRANSPORT_OPTIONS = {}
if CELERY_BROKER_URL.startswith("filesystem"):
    _broker = DATA_DIR / "broker"
    for _folder in ("messages", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "messages"),
        "data_folder_out": str(_broker / "messages"),
        "control_folder": str(_broker / "control"),
        # Kombu's own second of sleep, whenever a worker is full, makes two tasks a second of it.
        "polling_interval": 0.1,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    # Longer than the longest task, or Redis hands the same message out twice.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 60 * 60,
        "global_keyprefix": "lectern_",
        "socket_connect_timeout": 2,
    }

# --- Policies (docs/operators.md) ------------------------------------------------------------

LECTERN_PLATFORM_NAME = env.str("LECTERN_PLATFORM_NAME", default="Open edX")
LECTERN_RESETS_PER_ENROLLMENT = env.int("LECTERN_RESETS_PER_ENROLLMENT", default=1)
# What admins may override, each time with a stated tick: "ended", "passing".
LECTERN_ADMIN_OVERRIDES = env.list("LECTERN_ADMIN_OVERRIDES", default=[])
if unknown := set(LECTERN_ADMIN_OVERRIDES) - {"ended", "passing"}:
    raise environ.ImproperlyConfigured(
        f"LECTERN_ADMIN_OVERRIDES has {', '.join(sorted(unknown))}; only 'ended' and 'passing' can be overridden."
    )
LECTERN_RESET_LEASE_SECONDS = env.int("LECTERN_RESET_LEASE_SECONDS", default=120)
LECTERN_RESET_ATTEMPTS = env.int("LECTERN_RESET_ATTEMPTS", default=5)
LECTERN_RING_AGAIN_SECONDS = env.int("LECTERN_RING_AGAIN_SECONDS", default=60)
LECTERN_VERIFIED_TRACK_MINUTES = env.int("LECTERN_VERIFIED_TRACK_MINUTES", default=60)
LECTERN_VERIFY_AFTER_MINUTES = env.int("LECTERN_VERIFY_AFTER_MINUTES", default=5)
LECTERN_FOREIGN_STALE_HOURS = env.int("LECTERN_FOREIGN_STALE_HOURS", default=24)
LECTERN_ARCHIVE_DAYS = env.int("LECTERN_ARCHIVE_DAYS", default=180)
LECTERN_SERVICE_ACCOUNTS = env.str("LECTERN_SERVICE_ACCOUNTS", default=r"_worker$")
LECTERN_RECENT_DAYS = env.int("LECTERN_RECENT_DAYS", default=30)
LECTERN_MOBILE_ENROLLMENTS = env.int("LECTERN_MOBILE_ENROLLMENTS", default=500)
LECTERN_MOBILE_ALL_COURSES = env.bool("LECTERN_MOBILE_ALL_COURSES", default=False)
LECTERN_EXPORT_ROWS = env.int("LECTERN_EXPORT_ROWS", default=100_000)
LECTERN_OLX_UPLOAD_MB = env.int("LECTERN_OLX_UPLOAD_MB", default=300)
LECTERN_OLX_EXPANDED_MB = env.int("LECTERN_OLX_EXPANDED_MB", default=2000)
LECTERN_OLX_FILES = env.int("LECTERN_OLX_FILES", default=100_000)
LECTERN_OLX_BLOCKS = env.int("LECTERN_OLX_BLOCKS", default=20_000)
LECTERN_QUERY_SECONDS = env.float("LECTERN_QUERY_SECONDS", default=5.0)

# --- Logs ------------------------------------------------------------------------------------

LOG_FORMAT = env.str("LECTERN_LOG_FORMAT", default="text")
TRACKING_LOG = env.str("LECTERN_TRACKING_LOG", default=str(DATA_DIR / "log" / "tracking.log"))
Path(TRACKING_LOG).parent.mkdir(parents=True, exist_ok=True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "console.logs.formatter", "style": "text"},
        "json": {"()": "console.logs.formatter", "style": "json"},
        "bare": {"format": "%(message)s"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "tracking": {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": TRACKING_LOG,
            "formatter": "bare",
            "delay": True,
        },
    },
    "root": {"handlers": ["stderr"], "level": env.str("LECTERN_LOG_LEVEL", default="INFO")},
    "loggers": {
        # The LMS's own logger name for analytics events: one JSON document a line.
        "tracking": {"handlers": ["tracking"], "level": "INFO", "propagate": False},
        # A line per sign-in at INFO, and two about cleaning up.
        "axes": {"level": "WARNING"},
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
