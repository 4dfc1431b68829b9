"""The policy language: tables of single rules, and 10,000 random documents against a naive reader."""

from __future__ import annotations

import datetime as dt
import fnmatch
import random
from typing import Any

import pytest

from iam.policy_eval import PolicyError, Sourced, compile_document, evaluate

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


def _naive_action(pattern: str, action: str) -> bool:
    want, have = pattern.split(":"), action.split(":")
    return fnmatch.fnmatchcase(have[0], want[0]) and all(
        fnmatch.fnmatchcase(h.lower(), w.lower()) for w, h in zip(want[1:], have[1:], strict=True)
    )


def _naive_value(operator: str, have: Any, want: str) -> bool:
    text = str(have).lower() if isinstance(have, bool) else str(have)
    match operator:
        case "StringEquals":
            return text == want
        case "StringStartWith":
            return text[: len(want)] == want
        case "StringMatch":
            return fnmatch.fnmatchcase(text, want)
        case "NumberLessThan":
            return float(text) < float(want)
        case "Bool":
            return text == want
        case "DateGreaterThan":
            return dt.datetime.fromisoformat(text) > dt.datetime.fromisoformat(want)
    raise AssertionError(operator)


def _naive_condition(condition: dict[str, Any], context: dict[str, Any]) -> bool:
    for name, keys in condition.items():
        negated = name.startswith("StringNot")
        plain = name.replace("Not", "").removesuffix("IfExists")
        for key, values in keys.items():
            if key.lower() not in context:
                if name.endswith("IfExists"):
                    continue
                return False
            hit = any(_naive_value(plain, context[key.lower()], value) for value in values)
            if hit is negated:
                return False
    return True


def _naive(documents: list[dict[str, Any]], action: str, context: dict[str, Any]) -> bool:
    rows = [row for document in documents for row in document["Statement"]]
    hits = [
        row["Effect"]
        for row in rows
        if any(_naive_action(pattern, action) for pattern in row["Action"])
        and _naive_condition(row.get("Condition", {}), context)
    ]
    return "Allow" in hits and "Deny" not in hits


def _pattern(chance: random.Random, words: list[str]) -> str:
    word = chance.choice(words)
    match chance.randrange(5):
        case 0:
            return "*"
        case 1:
            return word[: chance.randint(1, len(word))] + "*"
        case 2:
            return "*" + word[chance.randrange(len(word)) :]
        case _:
            return word


_CONDITIONS = {
    "StringEquals": ("g:UserName", ["Anna", "Bob", "eve"]),
    "StringNotEquals": ("g:UserName", ["Anna", "Bob"]),
    "StringStartWith": ("g:DomainName", ["a", "ac", "x"]),
    "StringMatch": ("g:DomainName", ["a*", "*x", "a?me"]),
    "StringEqualsIfExists": ("g:Tag", ["x"]),
    "NumberLessThan": ("g:MFAAge", ["10", "31", "500"]),
    "Bool": ("g:MFAPresent", ["true", "false"]),
    "DateGreaterThan": (
        "g:CurrentTime",
        ["2026-01-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"],
    ),
}


def _random_statement(chance: random.Random) -> dict[str, Any]:
    actions = [
        ":".join((_pattern(chance, SERVICES), _pattern(chance, TYPES), _pattern(chance, WORDS)))
        for _ in range(chance.randint(1, 3))
    ]
    row: dict[str, Any] = {"Effect": chance.choice(["Allow", "Allow", "Deny"]), "Action": actions}
    if chance.random() < 0.4:
        row["Condition"] = {}
        for name in chance.sample(sorted(_CONDITIONS), chance.randint(1, 2)):
            key, values = _CONDITIONS[name]
            row["Condition"][name] = {key: chance.sample(values, chance.randint(1, len(values)))}
    return row


def test_ten_thousand_random_documents_agree_with_the_naive_reader() -> None:
    chance = random.Random(11)
    allowed = 0
    for _ in range(10_000):
        documents = [
            _document(*(_random_statement(chance) for _ in range(chance.randint(1, 4))))
            for _ in range(chance.randint(1, 3))
        ]
        action = ":".join((chance.choice(SERVICES), chance.choice(TYPES), chance.choice(WORDS)))
        context = {**CONTEXT, "g:username": chance.choice(["Anna", "Bob"])}
        if chance.random() < 0.3:
            del context["g:mfaage"]
        want = _naive(documents, action, context)
        statements = [
            Sourced("", "", row) for document in documents for row in compile_document(document)
        ]
        assert evaluate(statements, action, context).allowed is want, (documents, action, context)
        allowed += want
    assert 1500 < allowed < 8500  # the comparison is not empty on either side
