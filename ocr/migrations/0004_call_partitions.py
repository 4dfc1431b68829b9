"""Partition the call records by weeks on PostgreSQL; give SQLite the same unique constraint."""

from django.db import migrations, models

TABLE = "ocr_callrecord"
INDEXES = (
    f"CREATE INDEX call_account_time ON {TABLE} (account_id, occurred_at DESC)",
    f"CREATE INDEX call_not_rolled_up ON {TABLE} (id) WHERE NOT rolled_up",
    f"CREATE INDEX call_account_failed ON {TABLE} (account_id, id DESC) WHERE status >= 400",
)


def _move(editor, statements):
    """Put the rows of the table, which is renamed to `calls_before`, into the one that is made."""
    for statement in (
        f"ALTER TABLE {TABLE} RENAME TO calls_before",
        f"ALTER TABLE calls_before ALTER COLUMN id DROP IDENTITY IF EXISTS",
        f"CREATE SEQUENCE IF NOT EXISTS {TABLE}_number",
        f"ALTER SEQUENCE {TABLE}_number OWNED BY NONE",
        f"SELECT setval('{TABLE}_number', greatest((SELECT max(id) FROM calls_before), 1))",
        *statements,
    ):
        editor.execute(statement)


def partition(apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    from ocr import partitions

    _move(
        editor,
        (
            # Bounds of partitions are texts: their order must not depend on the database's language.
            'ALTER TABLE calls_before ALTER COLUMN request_id TYPE varchar(32) COLLATE "C"',
            f"CREATE TABLE {TABLE} (LIKE calls_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS,"
            f" CONSTRAINT call_once PRIMARY KEY (request_id))"
            f" PARTITION BY RANGE (request_id)",
            f"ALTER TABLE {TABLE} ALTER COLUMN id SET DEFAULT nextval('{TABLE}_number')",
            f"CREATE TABLE {TABLE}_default PARTITION OF {TABLE} DEFAULT",
        ),
    )
    partitions.ensure()
    for statement in (
        f"INSERT INTO {TABLE} SELECT * FROM calls_before",
        "DROP TABLE calls_before",
        f"ALTER TABLE {TABLE} RENAME CONSTRAINT call_once TO call_request_once",
        f"CREATE INDEX call_number ON {TABLE} (id)",
        f"ALTER SEQUENCE {TABLE}_number OWNED BY {TABLE}.id",
        *INDEXES,
    ):
        editor.execute(statement)


def unite(apps, editor):
    """Make one plain table again."""
    if editor.connection.vendor != "postgresql":
        return
    _move(
        editor,
        (
            f"CREATE TABLE {TABLE} (LIKE calls_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
            f"INSERT INTO {TABLE} SELECT * FROM calls_before",
            f"ALTER SEQUENCE {TABLE}_number OWNED BY {TABLE}.id",
            "DROP TABLE calls_before",
            f"ALTER TABLE {TABLE} ADD PRIMARY KEY (id)",
            f"ALTER TABLE {TABLE} ADD CONSTRAINT call_request_once UNIQUE (request_id)",
            *INDEXES,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("ocr", "0003_account_limits")]

    operations = [
        migrations.AlterField("callrecord", "request_id", models.CharField(max_length=32)),
        migrations.AddConstraint(
            "callrecord",
            models.UniqueConstraint(fields=["request_id"], name="call_request_once"),
        ),
        migrations.RunPython(partition, unite, elidable=False),
    ]
