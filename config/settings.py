"""Django settings. Every value that differs between machines comes from config.env."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from csp.constants import NONE, SELF
from django.urls import reverse_lazy

from config.api_document import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from config.api_doors import API_CALLS_PER_MINUTE as API_CALLS_PER_MINUTE
from config.api_doors import CORS_ALLOW_CREDENTIALS as CORS_ALLOW_CREDENTIALS
from config.api_doors import CORS_ALLOW_HEADERS as CORS_ALLOW_HEADERS
from config.api_doors import CORS_ALLOWED_ORIGINS as CORS_ALLOWED_ORIGINS
from config.api_doors import CORS_EXPOSE_HEADERS as CORS_EXPOSE_HEADERS
from config.api_doors import CORS_PREFLIGHT_MAX_AGE as CORS_PREFLIGHT_MAX_AGE
from config.api_doors import CORS_URLS_REGEX as CORS_URLS_REGEX
from config.backoffice import UNFOLD as UNFOLD
from config.env import BASE_DIR, env, names, path
from config.mailing import mail_sender, mail_settings

DEBUG = env.bool("DEBUG", default=False)
HTTPS = env.bool("HTTPS", default=not DEBUG)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = names("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = names("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")

VAR_DIR = path("VAR_DIR", BASE_DIR / "var")
SPOOL_DIR = path("SPOOL_DIR", VAR_DIR / "spool")
MEDIA_ROOT = path("MEDIA_DIR", VAR_DIR / "media")

INSTALLED_APPS = [
    # For its `runserver` alone: loading it costs every other process a tenth of its start.
    *(["daphne"] if "runserver" in sys.argv else []),
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "config.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "channels",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "corsheaders",
    "common",
    "accounts",
    "contacts",
    "omnichannel",
    "agenda",
    "campaigns",
    "queues",
    "leadscoring",
    "bot",
    "flows",
    "analytics",
    "webhooks",
    "visitors",
    "integrations",
    "inbox",
    "simulator",
    "config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.PersonalLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database, cache, channel layer, broker ------------------------------------------------------

DATABASES: dict[str, Any] = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"].update(
    {
        # No CONN_MAX_AGE under ASGI: a pool per process keeps the count of connections bounded.
        "pool": {"min_size": 0, "max_size": env.int("DATABASE_POOL", default=16), "timeout": 10},
        "connect_timeout": 3,
        "application_name": "central",
    }
)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Set where migrations run: the role that the processes log in as, made and kept by config.roles.
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", default="")
DATABASE_APP_PASSWORD = env.str("DATABASE_APP_PASSWORD", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
# Celery and the channel layer spell a unix socket differently from redis-py.
_socket = REDIS_URL.startswith("unix://")
CACHES = {
    "default": {
        "BACKEND": "common.cache.PatientCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": env.str("REALTIME_PREFIX", default="central") + "-cache",
        "OPTIONS": {
            # Pickled values would let whoever writes to Redis run code here.
            "serializer": "common.cache.JsonSerializer",
            # A page does without the cache rather than wait for one that hangs.
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
        },
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "common.layer.RoomsLayer",
        "CONFIG": {
            "hosts": [
                {
                    "address": REDIS_URL,
                    # A machine that vanishes closes no connection: see common.layer.
                    "health_check_interval": 10,
                    "socket_connect_timeout": 2,
                    "socket_timeout": 5,
                }
            ],
            "prefix": env.str("REALTIME_PREFIX", default="central"),
        },
    }
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://") if _socket else REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": env.str("REALTIME_PREFIX", default="central") + ":",
    "socket_keepalive": True,
    "health_check_interval": 10,
    # Without these a Redis that hangs would hold every request that rings, for ever. Workers wait
    # for a bell one second at a time, so the limit does not touch them.
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
}
CELERY_TIMEZONE = "UTC"
# Seconds between two looks at what waits in queues, what falls due and who vanished.
FILA_PROCESS_INTERVAL = env.int("FILA_PROCESS_INTERVAL", default=15)
# What beat rings for, and which tasks have a worker of their own: each app's plugs.py.

# --- people and sessions -------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.logins.LoginBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [{"NAME": "accounts.services.tokens.TokensEndWithPassword"}]
LOGIN_URL = reverse_lazy("inbox:login")
LOGIN_REDIRECT_URL = reverse_lazy("inbox:home")
LOGOUT_REDIRECT_URL = reverse_lazy("inbox:login")
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "accounts.logins.counted_name"
# A thief who goes on trying must not keep the person out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
# Its pages would show who tried to log in from where, outside of the audit.
AXES_ENABLE_ADMIN = False

# --- mail of the product itself -------------------------------------------------------------------

# Invitations and passwords; channels of a company have servers of their own. Without a server, an
# administrator types first passwords instead.
EMAIL_URL = env.str("EMAIL_URL", default="") or ("consolemail://" if DEBUG else "")
MAIL_IS_ON = bool(EMAIL_URL)
vars().update(mail_settings(EMAIL_URL or "dummymail://"))
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="") or mail_sender(PUBLIC_URL)
# Seconds that the link for a new password works.
PASSWORD_RESET_TIMEOUT = 3600

# --- transport -----------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# Only a proxy of ours may speak of https; without HTTPS nobody's header is believed.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL.startswith("http") else []
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- language, time, files -----------------------------------------------------------------------

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", "Português"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "America/Sao_Paulo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = path("STATIC_ROOT", VAR_DIR / "static")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # Names, sizes and times of patients' files are nobody's on the machine but ours.
        "OPTIONS": {
            "location": str(MEDIA_ROOT),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "config.statics.ChatCompressed"},
}

# --- Meta ----------------------------------------------------------------------------------------

META_APP_SECRETS = names("META_APP_SECRET")
# Ids of the app that sends for us: what it sent comes back as an echo, which is no new message.
META_APP_IDS = names("META_APP_ID")
META_VERIFY_TOKEN = env.str("META_VERIFY_TOKEN", default="")
META_GRAPH_URL = env.str("META_GRAPH_URL", default="https://graph.facebook.com").rstrip("/")
META_GRAPH_VERSION = env.str("META_GRAPH_VERSION", default="v26.0")
# Instagram Login knows the app by an id and a secret of its own.
INSTAGRAM_APP_ID = env.str("INSTAGRAM_APP_ID", default="")
INSTAGRAM_APP_SECRET = env.str("INSTAGRAM_APP_SECRET", default="")
# Where accounts are connected by login: Meta's own pages, or what plays them.
META_LOGIN_URL = env.str("META_LOGIN_URL", default="").rstrip("/")
MEDIA_EXTRA_HOSTS = names("MEDIA_EXTRA_HOSTS")
CREDENTIALS_KEYS = names("CREDENTIALS_KEYS")
# Web push: our key (`manage.py push_keys` makes one; empty switches push off), and who answers for
# what is sent, as mailto: or https:.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="") or PUBLIC_URL
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

SIMULATOR = env.bool("SIMULATOR", default=False)
SIMULATOR_URL = env.str("SIMULATOR_URL", default="http://127.0.0.1:8001").rstrip("/")
SIMULATOR_WEBHOOK_URL = env.str(
    "SIMULATOR_WEBHOOK_URL", default="http://127.0.0.1:8000/webhooks/whatsapp/"
)
# Where its mailboxes are read (IMAP); mails are handed in at the next one (SMTP). 0: it has none.
SIMULATOR_MAIL_PORT = int(env.str("SIMULATOR_MAIL_PORT", default="") or 0)

# --- queues --------------------------------------------------------------------------------------

# Tickets an attendant may have at once when nothing else is said.
FILA_DEFAULT_SIMULTANEOUS = env.int("FILA_DEFAULT_SIMULTANEOUS", default=5)
# Seconds of working time after which a waiting ticket is abandoned; 0 never.
FILA_ABANDONED_TIMEOUT = env.int("FILA_ABANDONED_TIMEOUT", default=600)
# Seconds of quiet after which the bot answers what a patient wrote in pieces; 0 for each message.
MESSAGE_GROUPING_DELAY = env.float("MESSAGE_GROUPING_DELAY", default=2.0)
# Sockets that visitors of one network may have open in one web process; beyond, panels ask instead.
VISITOR_SOCKETS_PER_NETWORK = env.int("VISITOR_SOCKETS_PER_NETWORK", default=200)
# How many campaign senders work at once, over all workers; each uses most of a core.
CAMPAIGN_SENDERS = env.int("CAMPAIGN_SENDERS", default=1)

# --- other systems --------------------------------------------------------------------------------

# Hosts inside our own network that may be told what happens, also by plain http: for development,
# and for a system of the same house. All others must be on the public Internet.
WEBHOOKS_OUT_HOSTS = names("WEBHOOKS_OUT_HOSTS")

# --- vendors of AI --------------------------------------------------------------------------------

# The installation's own keys: a provider without a key uses them at the vendor's own address.
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
AZURE_SPEECH_KEY = env.str("AZURE_SPEECH_KEY", default="")
AZURE_SPEECH_REGION = env.str("AZURE_SPEECH_REGION", default="brazilsouth")

# --- API -----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["common.api.permissions.IsMember"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "common.api.errors.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.logins.LoginThrottle"],
    "DEFAULT_THROTTLE_RATES": {"login": "20/min"},
    # The server in front names the caller; a header that anyone can write does not.
    "NUM_PROXIES": 0,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=30), "AUTH_HEADER_PREFIX": "Token"}

# --- logs ----------------------------------------------------------------------------------------

# Lines for people, or one JSON object a line for machines that collect them.
LOG_FORMAT = "json" if env.bool("LOG_JSON", default=False) else "line"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "config.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Request lines and SQL carry addresses and parameters; neither is ours to keep.
        "django.request": {"level": "ERROR"},
        "django.db.backends": {"level": "INFO"},
        "axes": {"level": "WARNING"},
        # Its lines carry arguments and messages; config.logs tells failures instead.
        "celery.app.trace": {"level": "CRITICAL"},
        "celery.worker.strategy": {"level": "WARNING"},
        "urllib3": {"level": "INFO"},
        "httpx2": {"level": "WARNING"},
        "openai": {"level": "WARNING"},
        # Names every dialect it tries, and a mail that it stumbles over.
        "flufl.bounce": {"level": "CRITICAL"},
    },
}
