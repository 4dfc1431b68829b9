"""The Grafana dashboard and the Prometheus rules ask for figures that /metrics gives, all of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana" / "ocr-console.json").read_text())
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
GIVEN_BY_PROMETHEUS = {"instance", "job"}  # labels of every scrape; `up` is its own figure, too
ASKED = [
    *((panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]),
    *((rule["alert"], rule["expr"]) for rule in RULES),
]  # fmt: skip


@pytest.fixture
def given(tenant: Any, settings: Any) -> dict[str, set[str]]:
    """The samples that /metrics shows after a call, with their labels."""
    settings.ENGINE = "recorded"
    tenant.call("POST", f"/v2/{tenant.described['project_id']}/ocr/general-text", {"image": 1})
    text = Client().get("/metrics").content.decode()
    found: dict[str, set[str]] = {"up": set()}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def names(expression: str) -> set[str]:
    """Return the figures that an expression reads."""
    plain = re.sub(r'"[^"]*"', '""', expression)
    return set(re.findall(r"\b(ocr_\w+|up)\b", plain))


def labels(expression: str) -> set[str]:
    """Return the labels that an expression groups or chooses by."""
    grouped = re.findall(r"\bby \(([^)]*)\)", expression)
    chosen = re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression)
    return {word.strip() for part in grouped for word in part.split(",")} | set(chosen)


@pytest.mark.parametrize(("what", "expression"), ASKED, ids=lambda value: value[:40])
def test_what_is_asked_for_is_given(what: str, expression: str, given: dict[str, set[str]]) -> None:
    assert names(expression), what
    assert names(expression) <= given.keys()
    known = set().union(*(given[name] for name in names(expression))) | GIVEN_BY_PROMETHEUS
    assert labels(expression) <= known
    assert expression.count("(") == expression.count(")")


def test_every_figure_of_ours_is_shown(given: dict[str, set[str]]) -> None:
    ours = {
        re.sub(r"_(bucket|sum|count|created)$", "", name)
        for name in given
        if name.startswith("ocr_") and not name.endswith("_created")
    }
    shown = " ".join(expression for _, expression in ASKED)
    assert [name for name in sorted(ours) if name not in shown] == []


def test_panels_stand_apart_and_say_what_they_show() -> None:
    taken = [
        (place["x"] + x, place["y"] + y)
        for panel in DASHBOARD["panels"]
        for place in [panel["gridPos"]]
        for x in range(place["w"])
        for y in range(place["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
    assert all(panel["title"] and panel["description"] for panel in DASHBOARD["panels"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_it_means_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["description"].endswith(".")
    told = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
    assert told <= labels(rule["expr"]) | GIVEN_BY_PROMETHEUS


def test_the_scrape_is_where_metrics_are() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("ocr-console", "/metrics")
    assert all((DEPLOY / "prometheus" / name).exists() for name in config["rule_files"])
