"""The database itself refuses to change a ledger entry."""

from django.db import migrations

POSTGRESQL = (
    """
    CREATE FUNCTION billing_ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the ledger is append-only: post a correction instead';
    END $$
    """,
    """
    CREATE TRIGGER billing_ledger_append_only BEFORE UPDATE OR DELETE ON billing_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION billing_ledger_append_only()
    """,
)
SQLITE = (
    """
    CREATE TRIGGER billing_ledger_append_only BEFORE UPDATE ON billing_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: post a correction instead'); END
    """,
)


def forwards(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER billing_ledger_append_only ON billing_ledgerentry")
        schema_editor.execute("DROP FUNCTION billing_ledger_append_only()")
    else:
        schema_editor.execute("DROP TRIGGER billing_ledger_append_only")


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_usage_request_once")]
    operations = [migrations.RunPython(forwards, backwards)]
