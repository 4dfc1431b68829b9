import core.clock
import core.models
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ocr', '0004_call_partitions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.CharField(default=core.models.hex_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('account_id', models.CharField(max_length=32)),
                ('project_id', models.CharField(max_length=32)),
                ('region', models.CharField(max_length=32)),
                ('enterprise_project_id', models.CharField(default='0', max_length=36)),
                ('user_id', models.CharField(max_length=32)),
                ('user_name', models.CharField(max_length=140)),
                ('agency_id', models.CharField(blank=True, default='', max_length=32)),
                ('method', models.CharField(max_length=10)),
                ('name', models.CharField(blank=True, default='', max_length=128)),
                ('service', models.CharField(max_length=40)),
                ('options', models.JSONField(default=dict)),
                ('page_range', models.CharField(blank=True, default='', max_length=200)),
                ('text_layer', models.CharField(default='recognise', max_length=10)),
                ('retention_hours', models.PositiveSmallIntegerField(default=24)),
                ('state', models.CharField(default='draft', max_length=10)),
                ('reason_code', models.CharField(blank=True, default='', max_length=20)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('runs', models.PositiveSmallIntegerField(default=0)),
                ('key', models.TextField(blank=True, default='')),
                ('counts', models.JSONField(blank=True, default=dict)),
                ('receipt', models.JSONField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField()),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['account_id', '-created_at', '-id'], name='job_account'), models.Index(condition=models.Q(('state', 'running')), fields=['id'], name='job_running'), models.Index(condition=models.Q(('state', 'deleted'), _negated=True), fields=['expires_at'], name='job_expiry')],
            },
        ),
        migrations.CreateModel(
            name='JobFile',
            fields=[
                ('id', models.CharField(default=core.models.hex_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=8)),
                ('size', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('pages', models.PositiveIntegerField()),
                ('sealed_key', models.BinaryField()),
                ('sealed_listing', models.BinaryField()),
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='ocr.job')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('job', 'position'), name='job_file_place')],
            },
        ),
        migrations.CreateModel(
            name='JobPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('entry', models.PositiveIntegerField()),
                ('number', models.PositiveIntegerField(default=1)),
                ('has_text', models.BooleanField(default=False)),
                ('state', models.CharField(default='waiting', max_length=10)),
                ('owner', models.CharField(blank=True, default='', max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('request_id', models.CharField(default=core.models.timed_id, max_length=32, unique=True)),
                ('free', models.BooleanField(default=False)),
                ('error_code', models.CharField(blank=True, default='', max_length=20)),
                ('sealed', models.BinaryField(null=True)),
                ('engine_ms', models.PositiveIntegerField(default=0)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='page_rows', to='ocr.jobfile')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pages', to='ocr.job')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['job', 'position'], name='job_page_waiting'), models.Index(condition=models.Q(('state', 'reading')), fields=['lease_until'], name='job_page_reading')],
                'constraints': [models.UniqueConstraint(fields=('job', 'position'), name='job_page_place')],
            },
        ),
    ]
