"""Events are inserted and never changed: the queue and the allocations get tables of their own."""

import django.db.models.deletion
from django.db import migrations, models


def link(to, kind=models.ForeignKey, **options):
    return kind(
        on_delete=django.db.models.deletion.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        to=to,
        **options,
    )


def move(apps, schema_editor):
    schema_editor.execute(
        "INSERT INTO billing_settledevent (event_id, allocation_id)"
        " SELECT id, allocation_id FROM billing_usageevent WHERE allocation_id IS NOT NULL"
    )
    schema_editor.execute(
        "INSERT INTO billing_unsettledevent (account_id, event_id)"
        " SELECT account_id, id FROM billing_usageevent WHERE allocation_id IS NULL"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0004_plan_edited"),
        ("iam", "0002_password_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="SettledEvent",
            fields=[
                (
                    "event",
                    link(
                        "billing.usageevent",
                        models.OneToOneField,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("allocation", link("billing.allocation", db_index=False)),
            ],
        ),
        migrations.CreateModel(
            name="UnsettledEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "event_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("account", link("iam.account", db_index=False)),
                ("event", link("billing.usageevent", db_index=False)),
            ],
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="settledevent",
            index=models.Index(fields=["allocation", "event"], name="settled_by_allocation"),
        ),
        migrations.RemoveIndex(model_name="usageevent", name="usage_unsettled"),
        migrations.RemoveIndex(model_name="usageevent", name="usage_by_allocation"),
        migrations.RemoveField(model_name="usageevent", name="allocation"),
    ]
