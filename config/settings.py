"""Django settings, read from the table in config/env.py: embedded or scaled by environment only."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from cryptography.fernet import Fernet

from config import env, paths

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = env.read()


def _kept_secret(path: Path, make: str) -> str:
    """Return the secret in `path`, created on first use, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make)
    return path.read_text().strip()


DATA_DIR = (paths.start_folder() / ENV["DATA_DIR"]).resolve()
MODELS_DIR = Path(ENV["MODELS_DIR"]).resolve() if ENV["MODELS_DIR"] else DATA_DIR / "models"
PUBLIC_URL = ENV["PUBLIC_URL"].rstrip("/") or f"http://127.0.0.1:{ENV['PORT']}"
DEBUG = ENV["DEBUG"]
SCALED = bool(ENV["CELERY_BROKER_URL"])
SECRET_KEY = ENV["SECRET_KEY"] or _kept_secret(
    DATA_DIR / "keys" / "secret_key", secrets.token_urlsafe(50)
)
ENCRYPTION_KEYS = ENV["ENCRYPTION_KEYS"] or tuple(
    _kept_secret(DATA_DIR / "keys" / "encryption_keys", Fernet.generate_key().decode()).split()
)
ALLOWED_HOSTS = list(ENV["ALLOWED_HOSTS"])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "guardian",
    "django_htmx",
    "core",
    "iam",
    "billing",
    "monitoring",
    "ocr",
    "portal",
    "config",
]

MIDDLEWARE = [
    "core.middleware.ApiEdgeMiddleware",
    *(["config.telemetry.TracingMiddleware"] if ENV["OTEL_EXPORTER_OTLP_ENDPOINT"] else []),
    "config.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.PagesOnlyMiddleware",
]
# Middleware that only pages need; API paths skip it (no session, no CSRF, no locale redirect).
PAGE_MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

# Prefix → error style of an API path, first match wins (core.api.api_style).
API_PATHS = (
    ("/v2/", "gateway"),
    ("/v3.0/", "gateway"),
    ("/v3-ext/", "iam"),
    ("/v3/", "iam"),
    ("/v5/", "gateway"),
    ("/V1.0/", "gateway"),
    ("/v1.0/", "eps"),
    ("/v1/", "eps"),
    ("/v4/", "gateway"),
    ("/api/v1/", "gateway"),
)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False  # a redirect on an API path is an empty answer to the official clients
PREPEND_WWW = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [paths.shipped("templates")],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.console.theme",
            ],
        },
    }
]

if ENV["DATABASE_URL"]:
    _database = dj_database_url.parse(ENV["DATABASE_URL"])
    _database["CONN_MAX_AGE"] = 0
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "pool": {
            "min_size": 1,
            "max_size": ENV["WEB_THREADS"] + ENV["JOB_THREADS"] + 8,
            "timeout": 10,
        },
    }
else:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    _database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "db.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            " PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY;",
        },
    }
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache"
        if ENV["REDIS_URL"]
        else "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": ENV["REDIS_URL"],
    }
}
REDIS_URL = ENV["REDIS_URL"]

AUTH_USER_MODEL = "iam.User"
AUTHENTICATION_BACKENDS = ["iam.backends.ConsoleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "/login"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "ocr_console_session"
SESSION_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
SESSION_COOKIE_AGE = 8 * 3600
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV["TRUSTED_PROXIES"] else None
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"

GUARDIAN_USER_OBJ_PERMS_MODEL = "iam.EnterpriseProjectUserPermission"
GUARDIAN_GROUP_OBJ_PERMS_MODEL = "iam.EnterpriseProjectGroupPermission"
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
ANONYMOUS_USER_NAME = None

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

# OCR bodies carry up to 10 MB of Base64; the gateway's own limit is 12 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("ar", "العربية")]
LOCALE_PATHS = [paths.shipped("locale")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["iam.authn.PrincipalAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["iam.gateway.ActionPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "iam.gateway.drf_exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OCR Console API",
    "DESCRIPTION": "Recognition, and what the official clients have no operation for: subscribe, buy, manage.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "ocr.api.openapi.add_recognition",
    ],
}

CELERY_BROKER_URL = ENV["CELERY_BROKER_URL"]

EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
SECURITY_CONTACT = ENV["SECURITY_CONTACT"]
if ENV["EMAIL_URL"]:
    _mail = urlsplit(ENV["EMAIL_URL"])
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
        unquote(_mail.username or ""),
        unquote(_mail.password or ""),
    )
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = bool(EMAIL_HOST_USER) and not EMAIL_USE_SSL
    EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = "ocr-console@localhost"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {"()": "config.logs.formatter", "style_name": ENV["LOG_FORMAT"]},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS = [
    "auth.W003",  # the user name is unique per account, the user id over all
    "auth.W004",
    "guardian.W001",  # guardian stores where a policy applies; iam.authz asks it, not has_perm
    "admin.E408",  # config.middleware.PagesOnlyMiddleware runs the three for pages
    "admin.E409",
    "admin.E410",
]

# Product settings, used by name.
REGIONS = tuple(tuple(item.split(":", 1)) for item in ENV["REGIONS"])
TOKEN_LIFETIME_S = 24 * 3600
BILLING_TIME_ZONE = ENV["BILLING_TIME_ZONE"]
CURRENCY = ENV["CURRENCY"]
PRICEBOOK = ENV["PRICEBOOK"]
ARREARS_GRACE_DAYS = ENV["ARREARS_GRACE_DAYS"]
ARREARS_RETENTION_DAYS = ENV["ARREARS_RETENTION_DAYS"]
STRICT_ENTERPRISE_PROJECTS = ENV["STRICT_ENTERPRISE_PROJECTS"]
TRUSTED_PROXIES = ENV["TRUSTED_PROXIES"]
FETCH_ALLOWED_NETWORKS = ENV["FETCH_ALLOWED_NETWORKS"]
OBS_ENDPOINT = ENV["OBS_ENDPOINT"]
CALL_RETENTION_DAYS = ENV["CALL_RETENTION_DAYS"]
TRACE_RETENTION_DAYS = ENV["TRACE_RETENTION_DAYS"]
OTEL_ENDPOINT = ENV["OTEL_EXPORTER_OTLP_ENDPOINT"]
ENGINE = ENV["ENGINE"]
ENGINE_PROCESSES = ENV["ENGINE_PROCESSES"] or os.cpu_count() or 1
ENGINE_QUEUE = ENV["ENGINE_QUEUE"]
ENGINE_TIMEOUT_S = ENV["ENGINE_TIMEOUT_S"]
TESSDATA_DIR = ENV["TESSDATA_DIR"]
JOBS_DIR = Path(ENV["JOBS_DIR"]).resolve() if ENV["JOBS_DIR"] else DATA_DIR / "jobs"
JOB_MAX_MB = ENV["JOB_MAX_MB"]
JOB_MAX_PAGES = ENV["JOB_MAX_PAGES"]
JOB_THREADS = ENV["JOB_THREADS"] or ENGINE_PROCESSES + 2
