"""Settings of an account with their defaults, and validation of settings, names and passwords."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core import clock
from core.errors import ApiError
from iam import errors
from iam.models import Account, User

# The names and defaults of the published security settings; what a tenant changed is in
# `Account.settings`, by family.
DEFAULTS: dict[str, dict[str, Any]] = {
    "login_policy": {
        "account_validity_period": 0,
        "custom_info_for_login": "",
        "lockout_duration": 15,
        "login_failed_times": 5,
        "period_with_login_failures": 15,
        "session_timeout": 60,
        "show_recent_login_info": False,
    },
    "password_policy": {
        "maximum_consecutive_identical_chars": 0,
        "maximum_password_length": 32,
        "minimum_password_age": 0,
        "minimum_password_length": 8,
        "number_of_recent_passwords_disallowed": 1,
        "password_not_username_or_invert": True,
        "password_requirements": "",
        "password_validity_period": 0,
        "password_char_combination": 2,
    },
    "protect_policy": {
        "operation_protection": False,
        "allow_user": {
            "manage_accesskey": True,
            "manage_email": True,
            "manage_mobile": True,
            "manage_password": True,
        },
    },
    "console_acl_policy": {
        "allow_address_netmasks": [],
        "allow_ip_ranges": [{"ip_range": "0.0.0.0-255.255.255.255", "description": ""}],
    },
    "api_acl_policy": {
        "allow_address_netmasks": [],
        "allow_ip_ranges": [{"ip_range": "0.0.0.0-255.255.255.255", "description": ""}],
    },
}
RANGES: dict[str, tuple[int, int]] = {
    "account_validity_period": (0, 240),
    "lockout_duration": (15, 1440),
    "login_failed_times": (3, 10),
    "period_with_login_failures": (15, 60),
    "session_timeout": (15, 1440),
    "maximum_consecutive_identical_chars": (0, 32),
    "minimum_password_age": (0, 1440),
    "minimum_password_length": (6, 32),
    "number_of_recent_passwords_disallowed": (0, 10),
    "password_validity_period": (0, 180),
    "password_char_combination": (2, 4),
}
_USER_NAME = re.compile(r"[A-Za-z_\-.][A-Za-z0-9 _\-.]{0,63}")
_MOBILE = re.compile(r"\+?[0-9 ()-]{0,32}")
_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")


def family(account: Account, name: str) -> dict[str, Any]:
    """Return the settings of one family, the account's changes over the defaults."""
    return family_in(account.settings, name)


def family_in(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one family out of an account's `settings`, over the defaults."""
    return {**DEFAULTS[name], **settings.get(name, {})}


def may_manage_own(settings: dict[str, Any], what: str) -> bool:
    """Return whether the account lets its users change `what` of their own.

    `what` is `accesskey`, `email`, `mobile` or `password`; the owner always may.
    """
    return bool(family_in(settings, "protect_policy")["allow_user"].get(f"manage_{what}", True))


def password_age(user: User) -> dt.timedelta:
    """Return how long ago the password was set; zero if it is not known."""
    return clock.now() - user.password_changed_at if user.password_changed_at else dt.timedelta(0)


def password_too_young(user: User) -> bool:
    """Return whether the account's rules forbid changing the password again already."""
    least = family(user.account, "password_policy")["minimum_password_age"]
    return (
        bool(least)
        and not user.must_change_password
        and password_age(user) < dt.timedelta(minutes=least)
    )


def password_end(user: User) -> dt.datetime | None:
    """Return when the password ends by the account's rules, None if never."""
    days = family(user.account, "password_policy")["password_validity_period"]
    if not days or user.password_changed_at is None:
        return None
    return user.password_changed_at + dt.timedelta(days=days)


def password_expired(user: User) -> bool:
    """Return whether the password outlived the account's rules."""
    end = password_end(user)
    return end is not None and end < clock.now()


def unused_too_long(user: User) -> bool:
    """Return whether an IAM user did not sign in for longer than the account allows."""
    days = family(user.account, "login_policy")["account_validity_period"]
    last = user.last_login or user.created_at
    return bool(days) and not user.is_owner and clock.now() - last > dt.timedelta(days=days)


def address_allowed(settings: dict[str, Any], name: str, ip: str) -> bool:
    """Return whether `ip` may use the API or console by the account's access control list.

    Without a list every address may; with one, an address must be in a network or range of it.
    """
    lists = settings.get(name)
    if not lists or not ip:
        return True
    address = ipaddress.ip_address(ip)
    networks = lists.get("allow_address_netmasks", [])
    ranges = lists.get("allow_ip_ranges", DEFAULTS[name]["allow_ip_ranges"])
    if any(
        address in ipaddress.ip_network(row["address_netmask"], strict=False) for row in networks
    ):
        return True
    for row in ranges:
        first, last = (ipaddress.ip_address(part) for part in row["ip_range"].split("-"))
        if address.version == first.version and int(first) <= int(address) <= int(last):
            return True
    return False


def check_addresses(value: Any, name: str) -> None:
    """Raise 400 unless `value` is a list of networks or ranges as the published API has them."""
    key = "address_netmask" if name == "allow_address_netmasks" else "ip_range"
    try:
        for row in value:
            text = row[key]
            if key == "address_netmask":
                ipaddress.ip_network(text, strict=False)
            else:
                first, last = (ipaddress.ip_address(part) for part in text.split("-"))
                if first.version != last.version or int(first) > int(last):
                    raise ValueError(text)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ApiError(errors.BAD_PARAMETER, name=name) from error


def check_user_name(name: Any) -> str:
    """Return `name`: 1 to 64 of letters, digits, space, `_-.`, no digit or space first."""
    if not isinstance(name, str) or not _USER_NAME.fullmatch(name):
        raise ApiError(errors.USER_NAME)
    return name


def check_text(value: Any, name: str, longest: int, *, least: int = 0) -> str:
    """Return a text of `least`..`longest` characters."""
    if not isinstance(value, str) or not least <= len(value) <= longest:
        raise ApiError(
            errors.DESCRIPTION if name == "description" else errors.BAD_PARAMETER, name=name
        )
    return value


def check_email(value: Any) -> str:
    """Return an e-mail address or the empty string."""
    if not isinstance(value, str) or len(value) > 255:
        raise ApiError(errors.EMAIL)
    try:
        if value:
            validate_email(value)
    except ValidationError as error:
        raise ApiError(errors.EMAIL) from error
    return value


def check_mobile(value: Any) -> str:
    """Return a telephone number or the empty string."""
    if not isinstance(value, str) or not _MOBILE.fullmatch(value):
        raise ApiError(errors.PHONE)
    return value


def check_area_code(value: Any) -> str:
    """Return a country calling code such as `0086` or the empty string."""
    if not isinstance(value, str) or not re.fullmatch(r"\+?[0-9]{0,7}", value):
        raise ApiError(errors.PHONE)
    return value


def check_password(account: Account, user_name: str, password: Any) -> str:
    """Return `password` if it meets the account's password rules; raises 1118 or 1103."""
    if not isinstance(password, str):
        raise ApiError(errors.PASSWORD)
    rules = family(account, "password_policy")
    kinds = sum(bool(re.search(kind, password)) for kind in _KINDS)
    short = len(password) < rules["minimum_password_length"]
    long = len(password) > rules["maximum_password_length"]
    if short or long or kinds < rules["password_char_combination"]:
        raise ApiError(errors.WEAK_PASSWORD)
    if rules["password_not_username_or_invert"] and password.lower() in {
        user_name.lower(),
        user_name.lower()[::-1],
    }:
        raise ApiError(errors.WEAK_PASSWORD)
    run = rules["maximum_consecutive_identical_chars"]
    if run and re.search(rf"(.)\1{{{run},}}", password):
        raise ApiError(errors.WEAK_PASSWORD)
    return password
