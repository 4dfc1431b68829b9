"""Template tags of the frame: the menu from PAGES, icons, figures, small charts."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import money as rounding
from portal import charts, error_help

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Draw an icon of the sprite; decoration only, hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        extra,
        static("portal/vendor/icons/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def console_menu(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the menu: groups of pages that the caller may open, the current one marked."""
    from portal.navigation import BY_SLUG, PAGES

    view = context.get("view")
    here = getattr(view, "slug", "")
    parent = BY_SLUG[here].parent if here in BY_SLUG else ""
    groups: dict[str, list[dict[str, Any]]] = {}
    for page in PAGES:
        if page.icon:
            groups.setdefault(str(page.group), []).append(
                {
                    "title": page.title,
                    "icon": page.icon,
                    "words": page.words,
                    "slug": page.slug,
                    "url": reverse(f"console:{page.slug}"),
                    "current": page.slug in (here, parent),
                }
            )
    return [{"title": title, "pages": pages} for title, pages in groups.items()]


@register.simple_tag(takes_context=True)
def breadcrumbs(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the way from the console's start to this page; the last has no address."""
    from portal.navigation import BY_SLUG

    page = BY_SLUG.get(getattr(context.get("view"), "slug", ""))
    if page is None:
        return []
    way: list[dict[str, Any]] = [{"title": page.group, "url": ""}]
    if page.parent:
        way.append({"title": BY_SLUG[page.parent].title, "url": reverse(f"console:{page.parent}")})
    return [*way, {"title": context.get("here") or page.title, "url": ""}]


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """Write an amount with its currency, rounded once, e.g. `1,234.50 USD`."""
    if amount is None:
        return "–"
    exact = rounding.round_amount(Decimal(amount), currency)
    places = max(-int(exact.as_tuple().exponent), 0)
    return f"{number_format(exact, places, use_l10n=True, force_grouping=True)} {currency}"


@register.filter
def unit_price(price: Decimal | None) -> str:
    """Write a price per call without trailing zeros."""
    if price is None:
        return "–"
    return f"{Decimal(price).normalize():f}"


@register.filter
def count(value: int | None) -> str:
    """Write a whole number with grouping."""
    return "–" if value is None else number_format(value, 0, use_l10n=True, force_grouping=True)


@register.filter
def percent(part: int, whole: int) -> str:
    """Write `part` of `whole` as a percentage with one place."""
    return f"{100 * part / whole:.1f}%" if whole else "–"


@register.filter
def percent_of(amount: Decimal, base: Decimal) -> str:
    """Write how much `amount` is above or below `base`, in percent with a sign."""
    return f"{100 * (amount - base) / base:+.1f}%" if base else "–"


@register.inclusion_tag("components/spark.html")
def spark(values: Iterable[int]) -> dict[str, Any]:
    """Draw a small line of `values`; nothing but a flat line when all are zero."""
    return charts.spark(list(values))


@register.filter
def remedy(code: str) -> str:
    """Write what to do about an error code, in the user's language; "" for an unknown code."""
    found = error_help.help_of(code)
    return " ".join(found.remedies) if found else ""


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    """Look `key` up in `mapping`; None when absent."""
    return mapping.get(key)
