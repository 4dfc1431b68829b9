"""The policy language: tables of single rules, and 10,000 random documents against a naive reader."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections import Counter
from typing import Any

import pytest

from iam.policy_eval import OPERATORS, PolicyError, Sourced, compile_document, evaluate

CONTEXT = {
    "g:currenttime": "2026-05-01T12:00:00+00:00",
    "g:domainname": "acme",
    "g:domainid": "d" * 32,
    "g:username": "Anna",
    "g:userid": "u1",
    "g:sourceip": "10.1.2.3",
    "g:mfapresent": True,
    "g:mfaage": 30,
    "g:projectname": "ap-southeast-2",
    "region": "ap-southeast-2",
}


def _decide(
    *documents: dict[str, Any], action: str = "ocr:passport:subscribe", **context: Any
) -> bool:
    statements = [
        Sourced(str(number), str(number), statement)
        for number, document in enumerate(documents)
        for statement in compile_document(document)
    ]
    return evaluate(statements, action, {**CONTEXT, **context}).allowed


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "1.1", "Statement": list(statements)}


def _allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), **more}


def _deny(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), **more}


@pytest.mark.parametrize(
    ("pattern", "action", "answer"),
    [
        ("ocr:passport:subscribe", "ocr:passport:subscribe", True),
        ("ocr:PASSPORT:Subscribe", "ocr:passport:subscribe", True),
        ("ocr:*:*", "ocr:passport:subscribe", True),
        ("*:*:*", "iam:users:listUsers", True),
        ("ocr:*:get*", "ocr:webImage:getSubscribeUserList", True),
        ("ocr:*:get*", "ocr:webImage:subscribe", False),
        ("ocr:pass*:sub*", "ocr:passport:subscribe", True),
        ("ocr:*Card:*", "ocr:hkIdCard:subscribe", True),
        ("ocr:passport:*", "ocr:passports:subscribe", False),
        ("iam:*:*", "ocr:passport:subscribe", False),
        ("o*:passport:subscribe", "ocr:passport:subscribe", True),
        ("ocr:cambodianidcard:subscribe", "ocr:cambodianIdcard:subscribe", True),
    ],
)
def test_wildcards(pattern: str, action: str, answer: bool) -> None:
    assert _decide(_document(_allow(pattern)), action=action) is answer


def test_deny_wins_wherever_it_stands() -> None:
    allow, deny = _allow("ocr:*:*"), _deny("ocr:passport:*")
    assert not _decide(_document(allow, deny))
    assert not _decide(_document(deny), _document(allow))
    assert not _decide(_document(allow), _document(deny))
    assert _decide(_document(allow), _document(_deny("ocr:webImage:*")))
    assert not _decide(_document(_deny("iam:*:*")))


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ({"StringEquals": {"g:UserName": ["Anna"]}}, True),
        ({"StringEquals": {"g:UserName": ["anna"]}}, False),
        ({"StringEquals": {"g:UserName": ["bob", "Anna"]}}, True),
        ({"StringEqualsIgnoreCase": {"g:UserName": ["anna"]}}, True),
        ({"StringNotEquals": {"g:UserName": ["bob", "eve"]}}, True),
        ({"StringNotEquals": {"g:UserName": ["bob", "Anna"]}}, False),
        ({"StringNotEqualsIgnoreCase": {"g:UserName": ["ANNA"]}}, False),
        ({"StringMatch": {"g:DomainName": ["a*e"]}}, True),
        ({"StringMatch": {"g:DomainName": ["a?me"]}}, True),
        ({"StringNotMatch": {"g:DomainName": ["a*"]}}, False),
        ({"StringStartWith": {"g:DomainName": ["ac"]}}, True),
        ({"StringNotStartWith": {"g:DomainName": ["ac"]}}, False),
        ({"StringEndWith": {"g:DomainName": ["me"]}}, True),
        ({"StringNotEndWith": {"g:DomainName": ["xx"]}}, True),
        ({"NumberLessThan": {"g:MFAAge": [60]}}, True),
        ({"NumberLessThan": {"g:MFAAge": ["30"]}}, False),
        ({"NumberLessThanEquals": {"g:MFAAge": ["30"]}}, True),
        ({"NumberGreaterThan": {"g:MFAAge": [29]}}, True),
        ({"NumberGreaterThanEquals": {"g:MFAAge": [31]}}, False),
        ({"NumberEquals": {"g:MFAAge": ["30.0"]}}, True),
        ({"NumberNotEquals": {"g:MFAAge": [30]}}, False),
        ({"DateLessThan": {"g:CurrentTime": ["2026-05-01T12:00:01Z"]}}, True),
        ({"DateLessThan": {"g:CurrentTime": ["2026-05-01T12:00:00Z"]}}, False),
        ({"DateLessThanEquals": {"g:CurrentTime": ["2026-05-01T12:00:00Z"]}}, True),
        ({"DateGreaterThan": {"g:CurrentTime": ["2026-05-01T20:00:01+08:00"]}}, False),
        ({"DateGreaterThanEquals": {"g:CurrentTime": ["2026-05-01T20:00:00+08:00"]}}, True),
        ({"Bool": {"g:MFAPresent": [True]}}, True),
        ({"Bool": {"g:MFAPresent": ["false"]}}, False),
        ({"IpAddress": {"g:SourceIp": ["10.0.0.0/8"]}}, True),
        ({"IpAddress": {"g:SourceIp": ["10.1.2.4"]}}, False),
        ({"NotIpAddress": {"g:SourceIp": ["192.168.0.0/16", "::/0"]}}, True),
        ({"NotIpAddress": {"g:SourceIp": ["10.0.0.0/8"]}}, False),
        ({"IsNullOrEmpty": {"g:Absent": [True]}}, True),
        ({"IsNullOrEmpty": {"g:UserName": ["true"]}}, False),
        ({"IsNullOrEmpty": {"g:UserName": ["false"]}}, True),
        ({"StringEquals": {"g:Absent": ["x"]}}, False),
        ({"StringEqualsIfExists": {"g:Absent": ["x"]}}, True),
        ({"StringEqualsIfExists": {"g:UserName": ["x"]}}, False),
        ({"StringEquals": {"g:username": ["Anna"]}, "Bool": {"g:MFAPresent": [False]}}, False),
        ({"StringEquals": {"g:UserName": ["Anna"], "g:DomainName": ["other"]}}, False),
    ],
)
def test_conditions(condition: dict[str, Any], answer: bool) -> None:
    assert _decide(_document(_allow("ocr:*:*", Condition=condition))) is answer


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (["*"], True),
        (["ocr:*:*:*:*"], True),
        (["OCR:ap-southeast-*:*:*:*"], True),
        (["ocr:eu-1:*:*:*"], False),
        (["ocr:*:*:passport:*"], False),
        (["ocr:*:" + "d" * 32 + ":*:*"], True),
        (["ocr:*:" + "e" * 32 + ":*:*"], False),
        ({"uri": ["*"]}, True),
    ],
)
def test_resources(resource: Any, answer: bool) -> None:
    assert _decide(_document(_allow("ocr:*:*", Resource=resource))) is answer


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"Version": "1.1", "Statement": []},
        {"Version": "5.0", "Statement": [_allow("a:b:c")]},
        _document({"Effect": "Maybe", "Action": ["a:b:c"]}),
        _document({"Effect": "Allow", "Action": []}),
        _document({"Effect": "Allow", "Action": "a:b:c"}),
        _document(_allow("ocr:passport")),
        _document(_allow("OCR:passport:x")),
        _document(_allow("a:b:c", Resource=["x:y"])),
        _document(_allow("a:b:c", Condition={"Nope": {"g:UserName": ["x"]}})),
        _document(_allow("a:b:c", Condition={"Bool": {"g:MFAPresent": ["maybe"]}})),
        _document(_allow("a:b:c", Condition={"IpAddress": {"g:SourceIp": ["300.0.0.1"]}})),
        _document(_allow("a:b:c", Condition={"StringEquals": {"g:UserName": []}})),
        _document(_allow("a:b:c", Extra=1)),
        _document(*[_allow("a:b:c")] * 9),
    ],
)
def test_broken_documents_are_refused(document: Any) -> None:
    with pytest.raises(PolicyError):
        compile_document(document)


# An independent reader, written from the rules and not from the code under test ----------------------

SERVICES, TYPES = ["ocr", "iam", "eps"], ["passport", "webImage", "users", "hkIdCard"]
WORDS = ["subscribe", "getSubscribeUserList", "listUsers", "create"]
REGIONS, PATHS = ["ap-southeast-1", "ap-southeast-2", ""], ["a/b", "passport/1", ""]
MISSING = object()


def _naive_wild(pattern: str, text: str) -> bool:
    """Match `*` by trying every length, one character at a time."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _naive_wild(pattern[1:], text) or (bool(text) and _naive_wild(pattern, text[1:]))
    return bool(text) and pattern[0] == text[0] and _naive_wild(pattern[1:], text[1:])


def _naive_action(pattern: str, action: str) -> bool:
    want, have = pattern.split(":"), action.split(":")
    if not _naive_wild(want[0], have[0]):
        return False
    return all(_naive_wild(want[n].lower(), have[n].lower()) for n in (1, 2))


def _naive_resource(row: dict[str, Any], action: str, context: dict[str, Any], name: str) -> bool:
    if "Resource" not in row:
        return True
    if not name:
        place = (context.get("region") or "", context.get("g:domainid") or "")
        name = ":".join((action.split(":")[0], *place, "", ""))
    for pattern in row["Resource"]:
        if pattern == "*":
            return True
        want, have = pattern.lower().split(":", 4), name.lower().split(":", 4)
        if all(_naive_wild(want[n], have[n]) for n in range(5)):
            return True
    return False


def _naive_question(pattern: str, text: str) -> bool:
    """Match `*` and `?` of StringMatch."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_naive_question(pattern[1:], text[n:]) for n in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and _naive_question(pattern[1:], text[1:])


def _naive_inside(address: str, network: str) -> bool:
    """Compare the leading bits of two IPv4 addresses."""
    start, _, length = network.partition("/")
    bits = ["".join(f"{int(part):08b}" for part in text.split(".")) for text in (address, start)]
    kept = int(length or 32)
    return bits[0][:kept] == bits[1][:kept]


def _naive_value(operator: str, have: str, want: str) -> bool:
    match operator:
        case "StringEquals":
            return have == want
        case "StringEqualsIgnoreCase":
            return have.lower() == want.lower()
        case "StringStartWith":
            return have[: len(want)] == want
        case "StringEndWith":
            return want == have[len(have) - len(want) :] and len(want) <= len(have)
        case "StringMatch":
            return _naive_question(want, have)
        case "Bool":
            return have.lower() == want.lower()
        case "IpAddress":
            return _naive_inside(have, want)
    kind = float if operator.startswith("Number") else dt.datetime.fromisoformat
    left, right = kind(have), kind(want)
    return {
        "Equals": left == right,
        "LessThan": left < right,
        "LessThanEquals": left <= right,
        "GreaterThan": left > right,
        "GreaterThanEquals": left >= right,
    }[operator.removeprefix("Number").removeprefix("Date")]


def _naive_condition(condition: dict[str, Any], context: dict[str, Any]) -> bool:
    for name, keys in condition.items():
        if_exists, name = name.endswith("IfExists"), name.removesuffix("IfExists")
        negated = name == "NotIpAddress" or name.startswith(("StringNot", "NumberNot"))
        plain = name.replace("Not", "")
        for key, values in keys.items():
            have = context.get(key.lower(), MISSING)
            if name == "IsNullOrEmpty":
                empty = have is MISSING or have == ""
                if ("true" if empty else "false") not in values:
                    return False
                continue
            if have is MISSING:
                if not if_exists:
                    return False
                continue
            text = str(have).lower() if isinstance(have, bool) else str(have)
            if any(_naive_value(plain, text, value) for value in values) is negated:
                return False
    return True


def _naive(
    documents: list[dict[str, Any]], action: str, context: dict[str, Any], resource: str
) -> bool:
    hits = [
        row["Effect"]
        for document in documents
        for row in document["Statement"]
        if any(_naive_action(pattern, action) for pattern in row["Action"])
        and _naive_resource(row, action, context, resource)
        and _naive_condition(row.get("Condition", {}), context)
    ]
    return "Allow" in hits and "Deny" not in hits


def _pattern(chance: random.Random, words: list[str]) -> str:
    word = chance.choice(words)
    place = chance.randrange(len(word)) if word else 0
    match chance.randrange(6):
        case 0:
            return "*"
        case 1:
            return word[: place + 1] + "*"
        case 2:
            return "*" + word[place:]
        case 3:
            return word[:place] + "*" + word[place + 1 :]
        case _:
            return word or "*"


TEXTS = {
    "g:UserName": ["Anna", "Bob", "eve", "an", "na", "A*", "?nna", "*"],
    "g:DomainName": ["acme", "ACME", "a", "ac", "me", "a*e", "a?me"],
    "g:ProjectName": ["ap-southeast-2", "ap-*", "-2", ""],
    "g:Tag": ["x", "y"],
}
DATES = [
    "2026-05-01T12:00:00+00:00", "2026-05-01T20:00:00+08:00", "2026-05-01T12:00:01+00:00",
    "2025-01-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00",
]  # fmt: skip
NETWORKS = ["10.0.0.0/8", "10.1.2.3", "10.1.2.2/31", "192.168.0.0/16", "0.0.0.0/0", "172.16.0.1/32"]


def _choices(operator: str) -> dict[str, list[str]]:
    """Return the keys that suit an operator, with values to draw from."""
    if operator == "IsNullOrEmpty":
        return {key: ["true", "false"] for key in [*TEXTS, "g:MFAAge"]}
    if operator.startswith("String"):
        return TEXTS
    if operator.startswith("Number"):
        return {"g:MFAAge": ["10", "30", "30.0", "31", "500", "-1"]}
    if operator.startswith("Date"):
        return {"g:CurrentTime": DATES}
    if operator == "Bool":
        return {"g:MFAPresent": ["true", "false", "True"]}
    return {"g:SourceIp": NETWORKS}


def _random_condition(chance: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for operator in chance.sample(sorted(OPERATORS), chance.randint(1, 3)):
        choices = _choices(operator)
        name = operator + ("IfExists" if chance.random() < 0.3 else "")
        keys = chance.sample(sorted(choices), chance.randint(1, min(2, len(choices))))
        found[name] = {
            key: chance.sample(choices[key], chance.randint(1, min(3, len(choices[key]))))
            for key in keys
        }
    return found


def _random_statement(chance: random.Random) -> dict[str, Any]:
    actions = [
        ":".join((_pattern(chance, SERVICES), _pattern(chance, TYPES), _pattern(chance, WORDS)))
        for _ in range(chance.randint(1, 3))
    ]
    row: dict[str, Any] = {"Effect": chance.choice(["Allow", "Allow", "Deny"]), "Action": actions}
    if chance.random() < 0.4:
        row["Condition"] = _random_condition(chance)
    if chance.random() < 0.4:
        row["Resource"] = [
            "*"
            if chance.random() < 0.2
            else ":".join(
                (
                    _pattern(chance, SERVICES), _pattern(chance, REGIONS),
                    chance.choice(["*", "d" * 32, "e" * 32]),
                    _pattern(chance, TYPES) if chance.random() < 0.5 else "*",
                    _pattern(chance, PATHS) if chance.random() < 0.5 else "*",
                )
            )
            for _ in range(chance.randint(1, 2))
        ]  # fmt: skip
    return row


def _random_context(chance: random.Random) -> dict[str, Any]:
    context = {
        **CONTEXT,
        "g:username": chance.choice(["Anna", "Bob", ""]),
        "g:mfapresent": chance.choice([True, False]),
        "g:mfaage": chance.choice([0, 30, 400]),
        "g:sourceip": chance.choice(["10.1.2.3", "192.168.7.9", "172.16.0.1"]),
        "region": chance.choice(REGIONS),
    }
    for key in ("g:mfaage", "g:projectname", "g:sourceip"):
        if chance.random() < 0.2:
            del context[key]
    return context


def test_ten_thousand_random_documents_agree_with_the_naive_reader() -> None:
    chance = random.Random(11)
    allowed, used = 0, Counter()
    for _ in range(10_000):
        documents = [
            _document(*(_random_statement(chance) for _ in range(chance.randint(1, 4))))
            for _ in range(chance.randint(1, 3))
        ]
        action = ":".join((chance.choice(SERVICES), chance.choice(TYPES), chance.choice(WORDS)))
        context, resource = _random_context(chance), ""
        if chance.random() < 0.5:
            place = (chance.choice(REGIONS), chance.choice(["d" * 32, "e" * 32]))
            kind = (chance.choice(TYPES), chance.choice(PATHS))
            resource = ":".join((action.split(":")[0], *place, *kind))
        want = _naive(documents, action, context, resource)
        statements = [
            Sourced("", "", row) for document in documents for row in compile_document(document)
        ]
        have = evaluate(statements, action, context, resource=resource).allowed
        assert have is want, (documents, action, context, resource)
        allowed += want
        used.update(
            name.removesuffix("IfExists")
            for document in documents
            for row in document["Statement"]
            for name in row.get("Condition", {})
        )
    assert 1500 < allowed < 8500  # the comparison is not empty on either side
    assert set(used) == set(OPERATORS) and min(used.values()) > 100


STARS = "*a" * 20 + "*b"  # matches nothing without a b; a backtracking matcher tries every split
LONG = "a" * 64


@pytest.mark.parametrize(
    ("document", "call"),
    [
        (
            {"Action": ["ocr:*:*"], "Condition": {"StringMatch": {"g:UserName": [STARS]}}},
            {"g:username": LONG},
        ),
        ({"Action": ["ocr:*:*"], "Resource": [f"ocr:*:*:service:{STARS}"]}, {}),
        ({"Action": [f"ocr:*:{STARS}"]}, {}),
    ],
    ids=["StringMatch", "resource", "action"],
)
def test_twenty_stars_cost_no_time(document: dict[str, Any], call: dict[str, Any]) -> None:
    source = {"Version": "1.1", "Statement": [{"Effect": "Allow", **document}]}
    statements = [Sourced("p", "policy", row) for row in compile_document(source)]
    begun = time.perf_counter()
    decision = evaluate(
        statements,
        f"ocr:passport:{LONG}",
        CONTEXT | call,
        resource=f"ocr:ap-southeast-2:{'d' * 32}:service:{LONG}",
    )
    assert time.perf_counter() - begun < 0.05
    assert not decision


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("*ab*ab", "abab", True),
        ("*ab*ab", "ab", False),
        ("a*b*a", "aba", True),
        ("a*b*a", "ab", False),
        ("ab*ba", "aba", False),
        ("*?*", "", False),
        ("*?*", "x", True),
        ("**", "", True),
        ("*a?c*c", "xabcac", True),
        ("a.c", "abc", False),
        ("[ab]*", "[ab]", True),
        ("*\n*", "a\nb", True),
    ],
)
def test_string_match(pattern: str, text: str, answer: bool) -> None:
    """`*` and `?` are the only special characters, and pieces may overlap nowhere."""
    assert OPERATORS["StringMatch"].test(text, pattern) is answer
