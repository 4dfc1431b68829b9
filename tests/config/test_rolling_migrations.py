"""While nodes are replaced, those of the version before run on the new schema: what a migration may do."""

from __future__ import annotations

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

# Each application's schema of the first release; the rule begins with the migration after it.
FIRST = dict.fromkeys(("iam", "billing", "monitoring", "ocr"), "0001_initial")
CONTRACTS = (
    migrations.RemoveField, migrations.DeleteModel, migrations.RenameField,
    migrations.RenameModel, migrations.AlterModelTable,
)  # fmt: skip


def trouble(operation: Operation, *, unused_since: str = "") -> str:
    """Return why nodes of the version before could not work after `operation`, "" if they can.

    A column or table may go once a release that does not use it is out: the migration names it as
    `unused_since`. Django's `default` is Python's, so an INSERT of the old version lacks the column.
    """
    if isinstance(operation, CONTRACTS) and not unused_since:
        return "the version before still uses it: set `unused_since` to the release that stopped"
    if isinstance(operation, migrations.AddField):
        field = operation.field
        if not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED):
            return (
                "the version before inserts rows without it: make it nullable or give `db_default`"
            )
    return ""


@pytest.mark.parametrize(
    ("operation", "works"),
    [
        (migrations.AddField("call", "note", models.TextField(default="")), False),
        (migrations.AddField("call", "note", models.TextField(db_default="")), True),
        (migrations.AddField("call", "note", models.TextField(null=True)), True),
        (migrations.RemoveField("call", "note"), False),
        (migrations.RenameField("call", "note", "remark"), False),
        (migrations.DeleteModel("Call"), False),
        (migrations.CreateModel("Call", [("id", models.AutoField(primary_key=True))]), True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Operation) else str(value),
)
def test_the_rule(operation, works):
    assert (trouble(operation) == "") is works
    if isinstance(operation, CONTRACTS):
        assert trouble(operation, unused_since="1.0") == ""


def test_migrations_let_the_version_before_run_on():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    found = [
        f"{app}.{name}: {operation.describe()}: {reason}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in FIRST and name > FIRST[app]
        for operation in migration.operations
        if (reason := trouble(operation, unused_since=getattr(migration, "unused_since", "")))
    ]
    assert found == []
    assert set(FIRST.items()) <= set(loader.disk_migrations)
