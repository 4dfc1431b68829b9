"""The published API as a table: options and answer fields of its services, in its spelling and type.

A service that the table lacks is compared with the official client alone, like all the others.
"""

import importlib

import huaweicloudsdkocr.v1 as sdk
import pytest

from ocr.catalog import SERVICES
from ocr.options import parse

# Service -> its options, a kind before each group.
OPTIONS = {
    "passport": "str country_code",
    "bankcard": "bool return_text_location",
    "emirates-id-card": "str side",
    "web-image": "bool detect_direction detect_font detect_text_direction list extract_type",
    "general-text": "bool detect_direction quick_mode character_mode single_orientation_mode return_markdown_result "
    "str language int pdf_page_number",
    "general-table": "bool return_text_location return_char_location return_confidence return_excel "
    "return_rectification_matrix with_borders",
    "id-card": "str side bool return_verification return_text_location return_portrait_image return_portrait_location "
    "return_adjusted_image detect_reproduce detect_copy detect_tampering detect_border_integrity "
    "detect_blocking_within_border detect_blur detect_interim detect_glare",
    "hk-id-card": "bool return_portrait_image return_portrait_location",
    "macao-id-card": "str side bool return_portrait_image",
    "exit-entry-permit": "bool return_portrait_image return_portrait_location",
    "mainland-travel-permit": "bool return_portrait_image return_portrait_location",
    "myanmar-id-card": "bool convert_unicode return_confidence return_portrait_image return_portrait_location "
    "return_idcard_type return_translation",
    "myanmar-driver-license": "bool convert_unicode",
    "thailand-license-plate": "",
    "thailand-id-card": "str side bool return_portrait_image return_portrait_location return_idcard_type "
    "return_text_location",
    "cambodian-idcard": "bool return_portrait_image return_portrait_location return_idcard_type return_adjusted_image "
    "detect_border_integrity detect_blocking_within_border detect_blur detect_glare detect_tampering detect_reproduce",
}
FIELDS = {
    "passport": "passport_type country_code passport_number nationality surname given_name sex date_of_birth "
    "date_of_expiry date_of_issue place_of_birth place_of_issue issuing_authority",
    "bankcard": "bank_name card_number issue_date expiry_date type card_holder",
    "emirates-id-card": "id_number name name_arabic nationality nationality_arabic sex date_of_birth expiry_date "
    "card_number country_code machinecode1 machinecode2 machinecode3 laser_number",
    "web-image": "words_block_count words_block_list extracted_data",
    "general-text": "direction words_block_count words_block_list markdown_result",
    "general-table": "words_region_count words_region_list excel rectification_matrix",
    "id-card": "name sex birth ethnicity address number issue valid_from valid_to",
    "hk-id-card": "name name_en sex birth_date number symbols name_telegraph_code permanent initial_issue_date issue_date",
    "macao-id-card": "side name name_en sex issue_date expiry_date birth_date initial_issue_date height number symbols "
    "machine_code1 machine_code2 machine_code3",
    "exit-entry-permit": "name name_en sex birth_date number issuing_authority issue_place valid_period machine_code type "
    "side endorsement_info_hk endorsement_info_mo endorsement_info_tw",
    "mainland-travel-permit": "name name_en birth_date sex valid_period issuing_authority number issue_place issue_times "
    "id_name id_number machine_code1 machine_code2 machine_code3 type side",
    "myanmar-id-card": "side class nrc_id issue_date name father_name birth bloodlines_religion height blood_group card_id "
    "nrc_id_back profession address",
    "myanmar-driver-license": "card_number card_number_en name name_en nrc_id nrc_id_en birth birth_en blood_group "
    "blood_group_en expiried_date expiried_date_en",
    "thailand-license-plate": "plate_number plate_location confidence province",
    "thailand-id-card": "type side id_number name_th name_en first_name_en last_name_en date_of_birth_th date_of_birth_en "
    "religion_th address_th date_of_issue_th date_of_issue_en date_of_expiry_th date_of_expiry_en serial_number "
    "card_number laser_number ref_number",
    "cambodian-idcard": "id_number name_kh name_en birth_date sex height birth_place address issue_date expiry_date "
    "description machine_code1 machine_code2 machine_code3",
}
LONGEST = {"web-image": 30_000, "general-text": 30_000, "myanmar-driver-license": 4_096}
KINDS = ("bool", "str", "int", "list")


def module(code):
    return importlib.import_module("ocr.extractors." + code.replace("-", "_"))


def published(code):
    """Return the options of the table by name."""
    kind, found = "", {}
    for word in OPTIONS[code].split():
        if word in KINDS:
            kind = word
        else:
            found[word] = kind
    return found


def test_the_catalogue_has_every_published_service():
    assert OPTIONS.keys() == FIELDS.keys()
    assert OPTIONS.keys() <= {service.code for service in SERVICES}


# Fields of the published answer that the client's classes do not name.
NOT_IN_CLIENT = {"bankcard": {"card_holder"}, "general-table": {"rectification_matrix"}}
CLIENT_KINDS = {"str": "str", "bool": "bool", "int": "int", "list[str]": "list"}


@pytest.mark.parametrize(
    "service", [row for row in SERVICES if row.sdk_name], ids=lambda row: row.code
)
def test_the_official_client_knows_the_same_options_and_fields(service):
    body = getattr(sdk, f"{service.sdk_name}RequestBody").openapi_types
    wanted = {
        name: CLIENT_KINDS[kind] for name, kind in body.items() if name not in ("image", "url")
    }
    assert {option.name: option.kind for option in service.extractor.OPTIONS} == wanted
    result = getattr(sdk, f"{service.sdk_name}Result", None)
    if result is None:  # a list of items
        result = getattr(sdk, f"{service.sdk_name}Item")
    extra = set(service.extractor.FIELDS) - set(result.attribute_map.values())
    assert extra == NOT_IN_CLIENT.get(service.code, set())


@pytest.mark.parametrize("code", OPTIONS)
def test_options_have_the_published_names_and_types(code):
    assert {option.name: option.kind for option in module(code).OPTIONS} == published(code)


@pytest.mark.parametrize("code", FIELDS)
def test_fields_have_the_published_names(code):
    assert set(module(code).FIELDS) == set(FIELDS[code].split())


@pytest.mark.parametrize("code", OPTIONS)
def test_switches_are_off_by_default_and_take_booleans_only(code):
    options = module(code).OPTIONS
    for name, kind in published(code).items():
        if kind != "bool":
            continue
        assert parse(options, {})[name] is (name == "detect_text_direction")
        with pytest.raises(ValueError, match=name):
            parse(options, {name: "true"})


@pytest.mark.parametrize(
    ("code", "name"),
    [(code, name) for code in OPTIONS for name, kind in published(code).items() if kind == "str"],
)
def test_a_string_left_empty_is_one_left_out(code, name):
    options = module(code).OPTIONS
    assert parse(options, {name: ""}) == parse(options, {})
    with pytest.raises(ValueError, match=name):
        parse(options, {name: "sideways"})


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.code)
def test_the_longest_side_is_the_published_one(service):
    assert service.limits.max_side_px == LONGEST.get(service.code, 8_192)
