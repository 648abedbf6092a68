"""An invalid setting is refused at the start, with its name and the allowed values."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from loket_booking.settings import BookingSettings
from loket_chassis.runtime.settings import SettingsError, describe
from loket_gateway.settings import GatewaySettings
from loket_notification.settings import NotificationSettings
from loket_reporting.settings import ReportingSettings

STRONG = "Rq7vB2nXw9LkT4sZ"
NEEDED = {
    "AMQP_URI": f"pyamqp://loket:{STRONG}@127.0.0.1:5672//",
    "MONGO_URI": "mongodb://127.0.0.1:27017/?replicaSet=loket",
    "MONGO_DATABASE": "loket_x",
    "PUBLIC_URL": "http://127.0.0.1:8080",
    "LOKET_SECRET": "q3kfJ8zR0vT5mWc1YxN7bHd2LsGp9uEa4iOt6",
}
SERVICES = {
    "booking": BookingSettings,
    "notification": NotificationSettings,
    "reporting": ReportingSettings,
    "gateway": GatewaySettings,
}
#: the channels that have settings to get wrong
ALL_CHANNELS = {
    "EMAIL_PROVIDERS": "smtp", "SMS_PROVIDERS": "http,smpp,cm,spryng,twilio,file", "CM_PRODUCT_TOKEN": "t",
    "SMS_HTTP_URL": "https://sms.example/send", "SMPP_HOST": "smsc.example", "SMPP_USER": "u", "SMPP_PASSWORD": "p",
    "SPRYNG_KEY": "k", "TWILIO_ACCOUNT": "a", "TWILIO_TOKEN": "t",
}  # fmt: skip


def refusal_of(settings, **given):
    """The lines with which the settings are refused."""
    with pytest.raises(SettingsError) as refused:
        settings.read(environment={**NEEDED, **given})
    return str(refused.value)


def read(settings, **given):
    return settings.read(environment={**NEEDED, **given})


@pytest.mark.parametrize("name", SERVICES)
def test_the_base_settings_of_these_tests_are_valid(name):
    assert read(SERVICES[name], **ALL_CHANNELS)


@pytest.mark.parametrize(
    "secret",
    [
        "x", "x" * 64, "change-me", "change-me-before-anything-real", "change-me-change-me-change-me-change-me",
        "secret", "this-is-a-very-secret-secret-of-loket", "12345678901234567890123456789012", "ab" * 20,
        "password-password-password-password", "loketloketloketloketloketloketloket", "a" * 31,
    ],
)  # fmt: skip
def test_a_known_or_short_secret_is_refused_with_advice_and_not_printed(secret):
    line = refusal_of(BookingSettings, LOKET_SECRET=secret)
    assert line.startswith("LOKET_SECRET cannot be used")
    assert "openssl rand -hex 32" in line
    assert len(secret) < 10 or secret not in line


@pytest.mark.parametrize(
    "made",
    [
        "d83d2545dfbdb7e9287c936dc226894bd08897d1c890ce90e113cfb32707e4ae",  # openssl rand -hex 32
        "u2GqY0aH5oVJt3xk8dVbqQ4bF0Z6w9Rr1sXjJmC7e5I=",  # openssl rand -base64 32
        "vT9xJ-0bq_Ks8YwZ1rLhE4uNc6oGdFiP2mAe5QjX7t3RkUyBzVnHfDgWlSpMaTbC",
    ],
)
def test_a_random_secret_is_accepted(made):
    assert read(BookingSettings, LOKET_SECRET=made).loket_secret == made


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    "user",
    [
        "guest:guest", "loket:loket", "loket:password", "loket:rabbitmq", "loket:secret", "loket:changeme12345",
        "loket:loket-password", "loket:aaaaaaaaaaaaaaaa", "loket:Rq7vB2nX", "loket:", "loket", "",
        "beheerder-van-hier:beheerder-van-hier",
    ],
)  # fmt: skip
def test_a_known_short_or_missing_broker_password_is_refused_by_every_service(name, user):
    line = refusal_of(SERVICES[name], AMQP_URI=f"pyamqp://{user}{'@' if user else ''}rabbitmq:5672//")
    assert line.startswith("AMQP_URI cannot be used")
    assert "openssl rand -hex" in line


@pytest.mark.parametrize(
    ("uri", "scheme"),
    [
        ("pyamqp://loket:{}@h:5672//", "pyamqp"), ("amqp://loket:{}@h/vhost", "amqp"),
        ("amqps://loket:{}@h:5671//", "amqps"), ("AMQPS://loket:{}@h//", "amqps"),
    ],
)  # fmt: skip
def test_a_broker_address_with_a_supported_scheme_is_accepted(uri, scheme):
    assert read(ReportingSettings, AMQP_URI=uri.format(STRONG)).amqp_uri.split(":")[0] == scheme


@pytest.mark.parametrize("scheme", ["pyamqps", "redis", "http", "rabbitmq", "memory", ""])
def test_an_unsupported_scheme_is_refused_with_the_supported_ones(scheme):
    line = refusal_of(ReportingSettings, AMQP_URI=f"{scheme}://loket:{STRONG}@h:5672//")
    assert "AMQP_URI" in line
    assert "amqp, amqps or pyamqp" in line
    assert STRONG not in line


@pytest.mark.parametrize("uri", ["pyamqp://loket:{}@:5672//", "pyamqp://loket:{}@h:0//", "pyamqp://loket:{}@h:x//"])
def test_a_broker_address_without_a_host_or_with_an_invalid_port_is_refused(uri):
    line = refusal_of(ReportingSettings, AMQP_URI=uri.format(STRONG))
    assert "AMQP_URI cannot be used" in line
    assert STRONG not in line


WRONG = [
    (BookingSettings, "LOG_LEVEL", "foo", "DEBUG, INFO, WARNING or ERROR"),
    (BookingSettings, "HTTP_ADDRESS", "8080", "host:port"),
    (BookingSettings, "HTTP_ADDRESS", "127.0.0.1:http", "host:port"),
    (BookingSettings, "HTTP_ADDRESS", "127.0.0.1:70000", "65535"),
    (BookingSettings, "HTTP_ADDRESS", "http://127.0.0.1:8080", "host:port"),
    (BookingSettings, "MAX_WORKERS", "0", "1"),
    (BookingSettings, "MAX_WORKERS", "many", "whole number"),
    (BookingSettings, "RPC_DEADLINE", "-1", "0.1"),
    (BookingSettings, "RPC_DEADLINE", "nan", "0.1"),
    (BookingSettings, "RPC_DEADLINE", "inf", "0.1"),
    (BookingSettings, "MONGO_URI", "postgres://h/x", "mongodb"),
    (BookingSettings, "MONGO_URI", "mongodb://", "mongodb"),
    (BookingSettings, "MONGO_DATABASE", "a.b", "name"),
    (BookingSettings, "MONGO_DATABASE", "admin", "name"),
    (NotificationSettings, "SMTP_SECURITY", "ssl", "none, starttls or tls"),
    (NotificationSettings, "SMTP_SECURITY", "true", "none, starttls or tls"),
    (NotificationSettings, "SMTP_PORT", "0", "65535"),
    (NotificationSettings, "SMTP_PORT", "99999", "65535"),
    (NotificationSettings, "SMTP_HOST", "mail.example:587", "SMTP_PORT"),
    (NotificationSettings, "SMTP_HOST", "smtp://mail.example", "host"),
    (NotificationSettings, "SMTP_CA_FILE", "/nowhere/ca.pem", "file"),
    (NotificationSettings, "SMTP_TIMEOUT", "0", "0.1"),
    (NotificationSettings, "MAIL_FROM", "afspraken", "address"),
    (NotificationSettings, "EMAIL_PROVIDERS", "smpt", "smtp"),
    (NotificationSettings, "EMAIL_PROVIDERS", "twilio", "smtp"),
    (NotificationSettings, "EMAIL_PROVIDERS", ",", "smtp"),
    (NotificationSettings, "SMS_PROVIDERS", "file,smoke", "twilio"),
    (NotificationSettings, "PUBLIC_URL", "afspraak.example", "https://"),
    (NotificationSettings, "SMS_RATE", "-5", "0"),
    (NotificationSettings, "SENDERS", "0", "1"),
    (NotificationSettings, "CLAIM_SECONDS", "0", "1"),
    (NotificationSettings, "MOST_SEGMENTS", "0", "1"),
    (NotificationSettings, "KEEP_MESSAGES_DAYS", "0", "1"),
    (NotificationSettings, "WEBHOOKS_TO_PRIVATE", "perhaps", "true or false"),
    (NotificationSettings, "SMS_HTTP_METHOD", "FETCH", "POST or GET"),
    (NotificationSettings, "SMS_HTTP_URL", "sms.example/send", "https://"),
    (NotificationSettings, "SMS_HTTP_HEADERS", "Authorization: x", "JSON object"),
    (NotificationSettings, "SMS_HTTP_SUCCESS", "(", "pattern"),
    (NotificationSettings, "SMS_HTTP_BODY", "{{ to", "template"),
    (NotificationSettings, "TWILIO_URL", "ftp://x", "https://"),
    (NotificationSettings, "CM_RECEIPT_KEY", "abc", "16"),
    (GatewaySettings, "PUBLIC_URL", "https://afspraak.example/?x=1", "https://"),
    (GatewaySettings, "OIDC_ISSUER", "http://login.example", "https://"),
    (GatewaySettings, "OIDC_SCOPE", "profile", "openid"),
    (GatewaySettings, "TRUSTED_PROXIES", "-1", "0"),
    (GatewaySettings, "WRITES_PER_MINUTE", "0", "1"),
    (GatewaySettings, "MOST_FILE_BYTES", "900000000", "50000000"),
    (GatewaySettings, "PASSWORD_LOGIN", "nein", "true or false"),
]


@pytest.mark.parametrize(("settings", "name", "value", "allowed"), WRONG, ids=[f"{n}={v}" for _, n, v, _ in WRONG])
def test_an_invalid_value_is_refused_with_the_setting_and_the_allowed_values(settings, name, value, allowed):
    line = refusal_of(settings, **{**(ALL_CHANNELS if settings is NotificationSettings else {}), name: value})
    assert len(line.splitlines()) == 1, line
    assert line.startswith(name)
    assert allowed in line.partition(":")[2]


@pytest.mark.parametrize(
    ("settings", "name", "value", "taken"),
    [
        (BookingSettings, "LOG_LEVEL", "debug", "DEBUG"),
        (NotificationSettings, "SMTP_SECURITY", "STARTTLS", "starttls"),
        (NotificationSettings, "SMTP_SECURITY", "Tls", "tls"),
        (NotificationSettings, "SMTP_SECURITY", "NONE", "none"),
        (NotificationSettings, "EMAIL_PROVIDERS", "SMTP", "smtp"),
        (NotificationSettings, "SMS_HTTP_METHOD", "post", "POST"),
        (GatewaySettings, "PASSWORD_LOGIN", "False", False),
        (GatewaySettings, "PASSWORD_LOGIN", "off", False),
        (GatewaySettings, "OIDC_ISSUER", "http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        (BookingSettings, "HTTP_ADDRESS", "0.0.0.0:8080", "0.0.0.0:8080"),
    ],
)
def test_case_is_ignored_where_the_value_stays_unambiguous(settings, name, value, taken):
    channels = {"SMS_PROVIDERS": "http", "SMS_HTTP_URL": "https://sms.example"} if "HTTP_M" in name else {}
    found = read(settings, **channels, **{name: value})
    groups = {key: each for group in (found, *found.groups.values()) for key, each in vars(group).items()}
    assert groups[name.lower()] == taken


def every_setting():
    for settings in SERVICES.values():
        for group in (settings, *settings.all_groups()):
            for field in describe(group):
                yield pytest.param(group, field, id=f"{group.__name__}.{field.name}")


@pytest.mark.parametrize(("group", "field"), list(every_setting()))
def test_every_number_choice_and_address_documents_its_allowed_values_and_has_a_valid_default(group, field):
    types = {name.upper(): each.type for name, each in group.__dataclass_fields__.items()}
    if types[field.name] in ("int", "float", "bool") or field.name.endswith(("_URL", "_URI", "_ADDRESS", "_PROVIDERS")):
        assert field.allowed
    if field.default:
        given = {**NEEDED, **ALL_CHANNELS, field.name: field.default}
        assert SERVICES.get("notification").read(environment=given)


def run(service, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", f"loket_{service}", *arguments],
        env={"PATH": os.environ["PATH"], **NEEDED, **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_all_invalid_settings_are_reported_in_one_start_that_exits_with_78():
    done = run("notification", SMTP_SECURITY="ssl", LOG_LEVEL="foo", EMAIL_PROVIDERS="pigeon", HTTP_ADDRESS="8080")
    assert done.returncode == 78
    assert [line.split("=")[0] for line in done.stderr.splitlines()[1:]] == [
        "HTTP_ADDRESS", "LOG_LEVEL", "EMAIL_PROVIDERS", "SMTP_SECURITY",
    ]  # fmt: skip
    assert "Traceback" not in done.stderr


def test_show_config_prints_allowed_values_as_comments_and_stays_a_valid_configuration(tmp_path):
    shown = run("notification", "--show-config", SMTP_SECURITY="STARTTLS").stdout
    assert "SMTP_SECURITY: starttls  # none, starttls or tls" in shown
    assert "LOG_LEVEL: INFO  # DEBUG, INFO, WARNING or ERROR" in shown
    assert STRONG not in shown
    file = tmp_path / "config.yaml"
    file.write_text("\n".join(line for line in shown.splitlines() if "****" not in line))
    assert "SMTP_SECURITY: starttls" in run("notification", "--config", str(file), "--show-config").stdout


@pytest.mark.parametrize(
    "command",
    [
        ["config", "load", str(Path(__file__))],
        ["appointments", "conflicts", "rumst"],
        ["messages", "failures", "rumst"],
        ["reports", "rebuild"],
        ["dead-letters", "list", "reporting.events"],
    ],
    ids=lambda command: command[0],
)
def test_a_command_refuses_the_settings_that_a_service_refuses(command):
    done = subprocess.run(
        [sys.executable, "-m", "loket_chassis.cli", *command],
        env={"PATH": os.environ["PATH"], "AMQP_URI": "pyamqp://guest:guest@h//"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 78
    assert "AMQP_URI cannot be used" in done.stderr


def test_the_demonstration_refuses_a_secret_that_booking_refuses():
    done = subprocess.run(
        [sys.executable, "-m", "loket_booking.demonstration"],
        env={"PATH": os.environ["PATH"], **NEEDED, "LOKET_SECRET": "change-me"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 78
    assert "LOKET_SECRET cannot be used" in done.stderr
