"""Contact details in running text: name, telephone number, parts of a Chinese address. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Provinces, autonomous regions, municipalities and special regions by short name (GB/T 2260).
_PROVINCES = [
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "黑龙江",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "海南",
    "四川",
    "贵州",
    "云南",
    "陕西",
    "甘肃",
    "青海",
    "台湾",
]
_REGIONS = {
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区",
    "澳门": "澳门特别行政区",
}
_MUNICIPALITIES = ("北京", "天津", "上海", "重庆")
PROVINCES = {
    **{name: f"{name}省" for name in _PROVINCES},
    **_REGIONS,
    **{name: f"{name}市" for name in _MUNICIPALITIES},
}
_PROVINCE = re.compile(
    "|".join(
        sorted(
            (re.escape(form) for pair in PROVINCES.items() for form in pair), key=len, reverse=True
        )
    )
)
_CITY = re.compile(r"^([\u4e00-\u9fff]{1,9}?(?:自治州|地区|盟|市))")
_DISTRICT = re.compile(r"^([\u4e00-\u9fff]{1,9}?(?:自治县|自治旗|新区|区|县|旗|市))")
_STREET = re.compile(r"[路街道巷弄号村镇乡楼室幢栋座院苑园]")
# Chinese mobile (11 digits), landline with area code, and 400 numbers; +86 optional.
_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8}|400[- ]?\d{3,4}[- ]?\d{3,4})(?!\d)"
)
_FOREIGN_PHONE = re.compile(r"(?<![\d+])\+\d{1,3}(?:[-. ]?\(?\d{1,4}\)?){2,5}(?!\d)")
_NAME = re.compile(
    r"(?:收货人|收件人|联系人|寄件人|姓名|Name|Contact)\s*[:：]?\s*([\u4e00-\u9fff·]{2,8}|[A-Z][A-Za-z.'-]+(?: [A-Z][A-Za-z.'-]+){0,3})"
)
_ADDRESS_LABEL = re.compile(r"^.*?(?:地址|所在地区|Address)\s*[:：]?\s*")


@dataclass(frozen=True, slots=True)
class Contact:
    """Contact details; an absent part is empty."""

    name: str = ""
    phone: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    detail_address: str = ""


def contact(lines: Sequence[str]) -> Contact:
    """Return the first name, telephone and address of the lines, in reading order."""
    text = "\n".join(lines)
    phone = _PHONE.search(text) or _FOREIGN_PHONE.search(text)
    name = _NAME.search(text)
    number = (phone.group(1) if phone and phone.re is _PHONE else phone.group(0)) if phone else ""
    person = name.group(1) if name else _name_beside_phone(lines, phone)
    return Contact(person, number, *_address(lines))


def _name_beside_phone(lines: Sequence[str], phone: re.Match[str] | None) -> str:
    """Return a name of 2 to 4 Chinese characters in the telephone's line, as on parcels."""
    if phone is None:
        return ""
    for line in lines:
        if phone.group(0) in line:
            rest = line.replace(phone.group(0), "").strip(" ,，:：")
            if re.fullmatch(r"[\u4e00-\u9fff]{2,4}", rest) and rest not in (
                "电话",
                "手机",
                "联系电话",
            ):
                return rest
    return ""


def _address(lines: Sequence[str]) -> tuple[str, str, str, str]:
    for index, line in enumerate(lines):
        found = _PROVINCE.search(line)
        if found is None:
            continue
        start = _ADDRESS_LABEL.sub("", line[: found.start()])
        if start.strip():
            continue  # a province in running text, not at the start of an address
        rest = line[found.end() :].strip(" ,，")
        short = next(key for key, full in PROVINCES.items() if found.group(0) in (key, full))
        parts = _parts(short, rest)
        if not (parts[1] or parts[2] or _STREET.search(rest)):
            continue
        detail = parts[3]
        if not detail and index + 1 < len(lines) and _STREET.search(lines[index + 1]):
            detail = lines[index + 1].strip()
        return (*parts[:3], detail)
    return "", "", "", ""


def _parts(short: str, rest: str) -> tuple[str, str, str, str]:
    province = PROVINCES[short]
    city = province if short in _MUNICIPALITIES else ""
    if short in _MUNICIPALITIES:
        rest = rest.removeprefix(province).removeprefix("市辖区").strip()
    elif match := _CITY.match(rest):
        city, rest = match.group(1), rest[match.end() :].strip()
    district = ""
    if match := _DISTRICT.match(rest):
        district, rest = match.group(1), rest[match.end() :].strip()
    return province, city, district, rest
