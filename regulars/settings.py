"""The one settings file. REGULARS_* variables are read here and nowhere else; a wrong value stops the start with a sentence."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # before numpy: the matrices are tiny, and threads only get in the way


def _text(name: str, default: str = "") -> str:
    """Read REGULARS_<name>, or the file that REGULARS_<name>_FILE points at (for secrets)."""
    from_file = os.environ.get(f"REGULARS_{name}_FILE")
    if from_file:
        try:
            return Path(from_file).read_text().strip()
        except OSError as fault:
            raise ImproperlyConfigured(f"REGULARS_{name}_FILE cannot be read: {fault.strerror}.") from fault
    return os.environ.get(f"REGULARS_{name}", default).strip()


def _flag(name: str, default: bool = False) -> bool:
    value = _text(name, "yes" if default else "no").lower()
    if value not in {"yes", "no", "true", "false", "1", "0"}:
        raise ImproperlyConfigured(f"REGULARS_{name} must be yes or no, not {value!r}.")
    return value in {"yes", "true", "1"}


def _number(name: str, default: int, *, least: int = 0) -> int:
    value = _text(name, str(default))
    if not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"REGULARS_{name} must be a whole number from {least} up, not {value!r}.")
    return int(value)


def _analytics() -> str:
    """Where gradings are reckoned: embedded DuckDB, Spark on this machine's cores, or a Spark cluster."""
    value = _text("ANALYTICS", "duckdb") or "duckdb"
    if value != "duckdb" and not re.fullmatch(r"local\[(\d+|\*)\]|spark://[^\s/]+:\d+", value):
        raise ImproperlyConfigured(f"REGULARS_ANALYTICS must be duckdb, local[n] or spark://host:port, not {value!r}.")
    return value


def _words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in _text(name, default).split(",") if word.strip()]


def _data_dir() -> Path:
    folder = Path(_text("DATA_DIR", "data")).expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as fault:
        raise ImproperlyConfigured(f"REGULARS_DATA_DIR {folder} cannot be used: {fault.strerror}.") from fault
    return folder


def _generated_key(folder: Path) -> str:
    """The installation's own key: made once, readable by its owner only, part of every backup."""
    path = folder / "key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def _database(folder: Path, url: str) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "regulars.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # What is mapped counts as memory of the process: a worker stays small however large the file.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA mmap_size=134217728;"
                    " PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
                    " PRAGMA secure_delete=FAST;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("REGULARS_DATABASE_URL must begin with postgresql://, or be left out for SQLite.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


BASE_DIR = Path(__file__).resolve().parent
DATA_DIR = _data_dir()
MEDIA_ROOT = DATA_DIR / "media"
CACHE_DIR = DATA_DIR / "cache"
OUTBOX_DIR = DATA_DIR / "outbox"
INBOX_DIR = Path(_text("INBOX_DIR") or DATA_DIR / "inbox").expanduser()
BACKUP_DIR = DATA_DIR / "backups"
EXPORT_DIR = DATA_DIR / "exports"

DEBUG = _flag("DEBUG")
SECRET_KEY = _text("SECRET_KEY") or _generated_key(DATA_DIR)
PUBLIC_ADDRESS = _text("PUBLIC_ADDRESS")
CALL_INSIDE = frozenset(_words("CALL_INSIDE"))
ALLOWED_HOSTS = _words("ALLOWED_HOSTS", "*")
CSRF_TRUSTED_ORIGINS = _words("TRUSTED_ORIGINS") or ([PUBLIC_ADDRESS] if PUBLIC_ADDRESS else [])
WORKER_INSIDE = _flag("WORKER_INSIDE", default=True)
IS_DEMO = _flag("DEMO")
IS_TESTING = _flag("TESTING")
ALLOW_FROZEN_TODAY = IS_DEMO or IS_TESTING
FROZEN_TODAY = _text("TODAY") if ALLOW_FROZEN_TODAY else ""
DATABASE_URL = _text("DATABASE_URL")
BACKUPS_KEPT = _number("BACKUPS_KEPT", 7, least=1)
FULL_SYNC = _flag("FULL_SYNC")
ANALYTICS = _analytics()

DATABASES = {"default": _database(DATA_DIR, DATABASE_URL)}
DATABASE_ROUTERS = ["regulars.kit.database.ContextRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_tasks",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "regulars.kit",
    "regulars.staff",
    "regulars.people",
    "regulars.rapport",
    "regulars.purchases",
    "regulars.intake",
    "regulars.standings",
    "regulars.outreach",
    "regulars.today",
    "regulars.cli",
    "regulars.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "regulars.web.cookies.SecureOverHttps",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "regulars.web.readable.WithoutNul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "regulars.staff.doors.DoorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "regulars.urls"
WSGI_APPLICATION = "regulars.wsgi.application"
FORM_RENDERER = "regulars.kit.form_renderer.CounterBookRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "regulars.web.context.shell",
            ],
        },
    },
]

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "regulars.staff.adapters.StaffAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {
    "login": "regulars.web.account_forms.SignInForm",
    "reauthenticate": "regulars.web.account_forms.AgainForm",
    "change_password": "regulars.web.account_forms.NewPasswordForm",
}
MFA_FORMS = {
    "authenticate": "regulars.web.account_forms.SecondStepForm",
    "reauthenticate": "regulars.web.account_forms.AgainByCodeForm",
    "activate_totp": "regulars.web.account_forms.SwitchOnForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,12/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Regulars"
MFA_ADAPTER = "regulars.staff.adapters.StaffMFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_TEMPLATE = "web/locked_out.html"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "regulars.staff.throttle.name_tried"
AXES_HTTP_RESPONSE_CODE = 429
CSRF_FAILURE_VIEW = "regulars.web.errors.form_too_old"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "frame-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("BEHIND_PROXY") else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_ADDRESS.startswith("https://") and _flag("HTTPS_ONLY")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
CSRF_COOKIE_HTTPONLY = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español")]
# Ours, then Django's own sentences in our voice.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "kit" / "django_words"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["regulars.kit.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = None
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "regulars.kit.static_files.FingerprintedStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 60 if DEBUG else 60 * 60 * 24 * 365

TASKS = {"default": {"BACKEND": "regulars.kit.jobs.WorklistBackend", "QUEUES": ["default", "heavy"]}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": "structlog.dev.ConsoleRenderer",
            "foreign_pre_chain": [],
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": _text("LOG_LEVEL", "WARNING").upper()},
}
