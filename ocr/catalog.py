"""The recognition services, one row each: routes, IAM actions, products, forms and charts derive from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ocr.extractors import (
    bankcard,
    cambodian_idcard,
    emirates_id_card,
    exit_entry_permit,
    general_table,
    general_text,
    hk_id_card,
    id_card,
    macao_id_card,
    mainland_travel_permit,
    myanmar_driver_license,
    myanmar_id_card,
    passport,
    thailand_id_card,
    thailand_license_plate,
    vietnam_id_card,
    web_image,
)
from ocr.intake.image_header import BASIC, WEB, ImageLimits
from ocr.intake.image_header import TEXT as TEXT_FORMATS
from ocr.profiles import MRZ, PRINTED, TEXT, Profile

CERTIFICATE = "certificate"
GENERAL = "general"
GROUPS = {GENERAL: _("General OCR"), CERTIFICATE: _("Card and certificate OCR")}

CARD_IMAGE = ImageLimits(formats=BASIC, max_side_px=8192)
LICENCE_IMAGE = ImageLimits(formats=BASIC, max_side_px=4096)
WEB_IMAGE = ImageLimits(formats=WEB, max_side_px=30000, max_pixels=160_000_000)
TEXT_IMAGE = ImageLimits(formats=TEXT_FORMATS, max_side_px=30000, max_pixels=160_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One recognition API.

    `code`: last part of the URL, also the product and the price key. `title`: translatable name.
    `extractor`: module with `OPTIONS`, `FIELDS` and `extract`. `price_class`: key of `billing/pricebook.toml`.
    `calls_per_minute`: default throttle of one user. `sdk_class`: the middle part of the official SDK's
    class names (`Recognize<sdk_class>Request`) where it is not the code in CamelCase; "" = not in the SDK.
    """

    code: str
    title: Promise
    extractor: ModuleType
    group: str = CERTIFICATE
    limits: ImageLimits = CARD_IMAGE
    profile: Profile = PRINTED
    price_class: str = "card"
    calls_per_minute: int = 1200
    sdk_class: str | None = None

    @property
    def title_en(self) -> str:
        """The untranslated name: for logs, products and the OpenAPI document."""
        with translation.override(None):
            return str(self.title)

    @property
    def action_name(self) -> str:
        """The service's part of IAM actions (`ocr:<action_name>:subscribe`), also Cloud Eye's dimension."""
        first, *rest = self.code.split("-")
        return first + "".join(word.capitalize() for word in rest)

    @property
    def sdk_name(self) -> str:
        """The middle part of the official SDK's class names, "" if the SDK lacks the service."""
        if self.sdk_class is not None:
            return self.sdk_class
        return "".join(word.capitalize() for word in self.code.split("-"))


# A table cell has no context to correct an error by: the small model recognises all of them.
TABLES = replace(PRINTED, name="tables", recognizer="small")

# Names on Chinese cards hold characters that the tiny model does not know.
CARD = replace(PRINTED, name="card", recognizer="small")

KHMER_CARD = replace(CARD, name="khmer-card", script="khmer")
THAI_CARD = replace(CARD, name="thai-card", script="thai")
BURMESE_CARD = replace(CARD, name="burmese-card", orientation_recognizer="burmese-card")
# The grammar of a plate number decides its orientation.
PLATE = replace(PRINTED, name="plate", assume_upright=True)
ARABIC = replace(PRINTED, name="arabic", script="arabic")
# The machine-readable zone and the digits need PP-OCR: the extractor asks for the words again.
VIETNAMESE_CARD = replace(CARD, name="vietnamese-card", extractor_script="vietnamese")

SERVICES: tuple[Service, ...] = (
    Service(
        code="general-text", title=_("General Text OCR"), extractor=general_text,
        group=GENERAL, limits=TEXT_IMAGE, profile=TEXT, price_class="text",
    ),
    Service(
        code="web-image", title=_("Web Image OCR"), extractor=web_image,
        group=GENERAL, limits=WEB_IMAGE, profile=TEXT, price_class="text",
    ),
    Service(code="passport", title=_("Passport OCR"), extractor=passport, profile=MRZ),
    Service(
        code="general-table", title=_("General Table OCR"), extractor=general_table,
        group=GENERAL, profile=TABLES, price_class="table",
    ),
    Service(code="id-card", title=_("ID Card OCR"), extractor=id_card, profile=CARD),
    Service(code="hk-id-card", title=_("Hong Kong ID Card OCR"), extractor=hk_id_card, profile=CARD),
    Service(code="bankcard", title=_("UAE Bank Card OCR"), extractor=bankcard),
    Service(
        code="thailand-license-plate", title=_("Thailand License Plate OCR"),
        extractor=thailand_license_plate, profile=PLATE,
    ),
    Service(code="macao-id-card", title=_("Macao ID Card OCR"), extractor=macao_id_card, profile=CARD),
    Service(
        code="exit-entry-permit", title=_("Exit-Entry Permit OCR"), extractor=exit_entry_permit, profile=CARD,
    ),
    Service(
        code="mainland-travel-permit", title=_("Mainland Travel Permit OCR"),
        extractor=mainland_travel_permit, profile=CARD,
    ),
    Service(
        code="emirates-id-card", title=_("UAE ID Card OCR"), extractor=emirates_id_card,
        profile=ARABIC, sdk_class="",
    ),
    Service(
        code="thailand-id-card", title=_("Thailand ID Card OCR"), extractor=thailand_id_card,
        profile=THAI_CARD, sdk_class="ThailandIdcard",
    ),
    Service(
        code="cambodian-idcard", title=_("Cambodian ID Card OCR"), extractor=cambodian_idcard,
        profile=KHMER_CARD, sdk_class="CambodianIdCard",
    ),
    Service(
        code="myanmar-id-card", title=_("Myanmar ID Card OCR"), extractor=myanmar_id_card,
        profile=BURMESE_CARD, sdk_class="MyanmarIdcard",
    ),
    Service(
        code="myanmar-driver-license", title=_("Myanmar Driver License OCR"), extractor=myanmar_driver_license,
        limits=LICENCE_IMAGE, profile=BURMESE_CARD,
    ),
    Service(
        code="vietnam-id-card", title=_("Vietnam ID Card OCR"), extractor=vietnam_id_card,
        profile=VIETNAMESE_CARD,
    ),
)  # fmt: skip
BY_CODE = {service.code: service for service in SERVICES}
BY_ACTION_NAME = {service.action_name.lower(): service for service in SERVICES}


def title_of(code: str) -> str:
    """Return a service's name in the current language; its code if the catalogue lacks it."""
    service = BY_CODE.get(code)
    return str(service.title) if service else code
