"""The product: one row per recognition service. Routes, actions, products, forms, charts derive from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType

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


@dataclass(frozen=True, slots=True)
class Service:
    """One recognition API.

    `code` is the last part of the URL, the product and the price key; `action_name` the service's
    part of IAM actions (`ocr:<action_name>:subscribe`) and the value of Cloud Eye's dimension.
    `calls_per_minute` is the default throttle of one user.
    """

    code: str
    title: Promise
    title_en: str
    action_name: str
    group: str
    module: ModuleType
    limits: ImageLimits
    profile: Profile
    price_class: str = "card"
    calls_per_minute: int = 1200


# A cell stands alone, without a sentence to guess from: the careful reader reads them all.
TABLES = replace(PRINTED, name="tables", recognizer="small")

# Names on Chinese cards hold characters that the quick reader does not know.
CARD = replace(PRINTED, name="card", recognizer="small")

KHMER_CARD = replace(CARD, name="khmer-card", script="khmer")
THAI_CARD = replace(CARD, name="thai-card", script="thai")
BURMESE_CARD = replace(CARD, name="burmese-card", orientation_recognizer="burmese-card")
# A plate tells by its own grammar which way it stands.
PLATE = replace(PRINTED, name="plate", assume_upright=True)
ARABIC = replace(PRINTED, name="arabic", script="arabic")

SERVICES: tuple[Service, ...] = (
    Service(
        "general-text", _("General Text OCR"), "General Text OCR", "generalText", GENERAL,
        general_text, TEXT_IMAGE, TEXT, price_class="text",
    ),
    Service(
        "web-image", _("Web Image OCR"), "Web Image OCR", "webImage", GENERAL,
        web_image, WEB_IMAGE, TEXT, price_class="text",
    ),
    Service(
        "passport", _("Passport OCR"), "Passport OCR", "passport", CERTIFICATE,
        passport, CARD_IMAGE, MRZ,
    ),
    Service(
        "general-table", _("General Table OCR"), "General Table OCR", "generalTable", GENERAL,
        general_table, CARD_IMAGE, TABLES, price_class="table",
    ),
    Service(
        "id-card", _("ID Card OCR"), "ID Card OCR", "idCard", CERTIFICATE,
        id_card, CARD_IMAGE, CARD,
    ),
    Service(
        "hk-id-card", _("Hong Kong ID Card OCR"), "Hong Kong ID Card OCR", "hkIdCard", CERTIFICATE,
        hk_id_card, CARD_IMAGE, CARD,
    ),
    Service(
        "bankcard", _("UAE Bank Card OCR"), "UAE Bank Card OCR", "bankcard", CERTIFICATE,
        bankcard, CARD_IMAGE, PRINTED,
    ),
    Service(
        "thailand-license-plate", _("Thailand License Plate OCR"), "Thailand License Plate OCR",
        "thailandLicensePlate", CERTIFICATE, thailand_license_plate, CARD_IMAGE, PLATE,
    ),
    Service(
        "macao-id-card", _("Macao ID Card OCR"), "Macao ID Card OCR", "macaoIdCard", CERTIFICATE,
        macao_id_card, CARD_IMAGE, CARD,
    ),
    Service(
        "exit-entry-permit", _("Exit-Entry Permit OCR"), "Exit-Entry Permit OCR", "exitEntryPermit",
        CERTIFICATE, exit_entry_permit, CARD_IMAGE, CARD,
    ),
    Service(
        "mainland-travel-permit", _("Mainland Travel Permit OCR"), "Mainland Travel Permit OCR",
        "mainlandTravelPermit", CERTIFICATE, mainland_travel_permit, CARD_IMAGE, CARD,
    ),
    Service(
        "emirates-id-card", _("UAE ID Card OCR"), "UAE ID Card OCR", "emiratesIdCard", CERTIFICATE,
        emirates_id_card, CARD_IMAGE, ARABIC,
    ),
    Service(
        "thailand-id-card", _("Thailand ID Card OCR"), "Thailand ID Card OCR", "thailandIdCard", CERTIFICATE,
        thailand_id_card, CARD_IMAGE, THAI_CARD,
    ),
    Service(
        "cambodian-idcard", _("Cambodian ID Card OCR"), "Cambodian ID Card OCR", "cambodianIdcard", CERTIFICATE,
        cambodian_idcard, CARD_IMAGE, KHMER_CARD,
    ),
    Service(
        "myanmar-id-card", _("Myanmar ID Card OCR"), "Myanmar ID Card OCR", "myanmarIdCard", CERTIFICATE,
        myanmar_id_card, CARD_IMAGE, BURMESE_CARD,
    ),
    Service(
        "myanmar-driver-license", _("Myanmar Driver License OCR"), "Myanmar Driver License OCR",
        "myanmarDriverLicense", CERTIFICATE, myanmar_driver_license, LICENCE_IMAGE, BURMESE_CARD,
    ),
)  # fmt: skip
BY_CODE = {service.code: service for service in SERVICES}
BY_ACTION_NAME = {service.action_name.lower(): service for service in SERVICES}


def title_of(code: str) -> str:
    """Return a service's name in the reader's language; its code when it is not sold any more."""
    service = BY_CODE.get(code)
    return str(service.title) if service else code
