import core.clock
import core.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.CharField(default=core.models.hex_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=64)),
                ('enabled', models.BooleanField(default=True)),
                ('is_owner', models.BooleanField(default=False)),
                ('is_operator', models.BooleanField(default=False, help_text="May use the operator's pages.")),
                ('access_mode', models.CharField(choices=[('default', 'Console and programmatic access'), ('programmatic', 'Programmatic access'), ('console', 'Console access')], default='default', max_length=16)),
                ('email', models.EmailField(blank=True, max_length=255)),
                ('area_code', models.CharField(blank=True, max_length=8)),
                ('mobile', models.CharField(blank=True, max_length=32)),
                ('description', models.CharField(blank=True, max_length=255)),
                ('xuser_id', models.CharField(blank=True, max_length=128)),
                ('xuser_type', models.CharField(blank=True, max_length=64)),
                ('must_change_password', models.BooleanField(default=False)),
                ('password_changed_at', models.DateTimeField(blank=True, null=True)),
                ('totp_secret_encrypted', models.TextField(blank=True)),
                ('totp_last_step', models.PositiveBigIntegerField(default=0)),
                ('token_epoch', models.PositiveBigIntegerField(default=1)),
                ('failed_logins', models.PositiveIntegerField(default=0)),
                ('first_failed_login_at', models.DateTimeField(blank=True, null=True)),
                ('locked_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.CharField(default=core.models.hex_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=64, unique=True)),
                ('enabled', models.BooleanField(default=True)),
                ('is_frozen', models.BooleanField(default=False, help_text='Arrears past their grace period: no tokens, no pay-per-use calls.')),
                ('enterprise_projects_enabled', models.BooleanField(default=False)),
                ('settings', models.JSONField(blank=True, default=dict, help_text='Login, password and protection rules that differ.')),
                ('policy_version', models.PositiveBigIntegerField(default=1)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=128)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('enabled', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='RevokedToken',
            fields=[
                ('token_id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='AccessKey',
            fields=[
                ('access', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('secret_encrypted', models.TextField()),
                ('status', models.CharField(choices=[('active', 'Active'), ('inactive', 'Inactive')], default='active', max_length=8)),
                ('description', models.CharField(blank=True, max_length=255)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('locked_until', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='access_keys', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.CreateModel(
            name='TraceHead',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='trace_head', serialize=False, to='iam.account')),
                ('sequence', models.PositiveBigIntegerField(default=0)),
                ('hash', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', max_length=64)),
            ],
        ),
        migrations.AddField(
            model_name='user',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='users', to='iam.account'),
        ),
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.CharField(default=core.models.hex_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=64)),
                ('trust_domain_id', models.CharField(blank=True, max_length=32)),
                ('trust_domain_name', models.CharField(max_length=64)),
                ('description', models.CharField(blank=True, max_length=255)),
                ('duration', models.CharField(default='FOREVER', max_length=16)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agencies', to='iam.account')),
            ],
            options={
                'verbose_name_plural': 'agencies',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='agency_name_of_account')],
            },
        ),
        migrations.CreateModel(
            name='EnterpriseProject',
            fields=[
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('key', models.CharField(default=core.models.dashed_id, editable=False, max_length=36, primary_key=True, serialize=False)),
                ('public_id', models.CharField(default=core.models.dashed_id, editable=False, max_length=36)),
                ('name', models.CharField(max_length=255)),
                ('description', models.CharField(blank=True, max_length=512)),
                ('type', models.CharField(choices=[('prod', 'Production'), ('poc', 'Test')], default='prod', max_length=8)),
                ('status', models.PositiveSmallIntegerField(choices=[(1, 'Enabled'), (2, 'Disabled')], default=1)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enterprise_projects', to='iam.account')),
            ],
            options={
                'ordering': ['-created_at', 'public_id'],
                'permissions': [('use_enterpriseproject', 'A policy applies in this enterprise project')],
                'constraints': [models.UniqueConstraint(fields=('account', 'public_id'), name='ep_id_of_account'), models.UniqueConstraint(fields=('account', 'name'), name='ep_name_of_account'), models.CheckConstraint(condition=models.Q(('status__in', [1, 2])), name='ep_status_known')],
            },
        ),
        migrations.CreateModel(
            name='EnterpriseProjectUserPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='iam.enterpriseproject')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Group',
            fields=[
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.CharField(default=core.models.hex_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=128)),
                ('description', models.CharField(blank=True, max_length=255)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='iam.account')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='group_name_of_account')],
            },
        ),
        migrations.CreateModel(
            name='EnterpriseProjectGroupPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='iam.enterpriseproject')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='iam.group')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='iam.group')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'group'), name='membership_once')],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='groups',
            field=models.ManyToManyField(related_name='users', through='iam.Membership', to='iam.group'),
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.CharField(default=core.models.hex_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=64, unique=True)),
                ('display_name', models.CharField(max_length=64)),
                ('type', models.CharField(choices=[('AX', 'Account'), ('XA', 'Project'), ('AA', 'Both'), ('XX', 'Neither')], max_length=2)),
                ('catalog', models.CharField(default='CUSTOMED', max_length=64)),
                ('description', models.CharField(blank=True, max_length=512)),
                ('description_cn', models.CharField(blank=True, max_length=512)),
                ('document', models.JSONField()),
                ('for_agencies', models.BooleanField(default=False)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='policies', to='iam.account')),
            ],
            options={
                'verbose_name_plural': 'policies',
                'ordering': ['display_name'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('account__isnull', False)), fields=('account', 'display_name'), name='policy_name_of_account')],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.CharField(default=core.models.hex_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=64)),
                ('description', models.CharField(blank=True, max_length=255)),
                ('enabled', models.BooleanField(default=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='projects', to='iam.account')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='iam.project')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='iam.region')),
            ],
            options={
                'ordering': ['region__position', 'name'],
                'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='project_name_of_account'), models.UniqueConstraint(condition=models.Q(('parent__isnull', True)), fields=('account', 'region'), name='one_main_project_per_region')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('account', 'Account'), ('project', 'One project'), ('all_projects', 'All projects'), ('enterprise_project', 'One enterprise project')], max_length=20)),
                ('slot', models.CharField(help_text='policy:subject:scope:place; makes a grant unique.', max_length=200, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='iam.account')),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='iam.agency')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to=settings.AUTH_USER_MODEL)),
                ('enterprise_project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='iam.enterpriseproject')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='iam.group')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='iam.policy')),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='iam.project')),
            ],
            options={
                'ordering': ['created_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('agency__isnull', True), ('group__isnull', False), ('user__isnull', True)), models.Q(('agency__isnull', True), ('group__isnull', True), ('user__isnull', False)), models.Q(('agency__isnull', False), ('group__isnull', True), ('user__isnull', True)), _connector='OR'), name='attachment_one_subject'), models.CheckConstraint(condition=models.Q(models.Q(('enterprise_project__isnull', True), ('project__isnull', True), ('scope__in', ['account', 'all_projects'])), models.Q(('enterprise_project__isnull', True), ('project__isnull', False), ('scope', 'project')), models.Q(('enterprise_project__isnull', False), ('project__isnull', True), ('scope', 'enterprise_project')), _connector='OR'), name='attachment_place_fits_scope')],
            },
        ),
        migrations.CreateModel(
            name='ObsAuthorization',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('endpoint', models.CharField(blank=True, max_length=255)),
                ('access_key_encrypted', models.TextField()),
                ('secret_key_encrypted', models.TextField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='obs_grants', to='iam.account')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='iam.region')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'region'), name='one_obs_key_per_region')],
            },
        ),
        migrations.CreateModel(
            name='Trace',
            fields=[
                ('id', models.CharField(default=core.models.dashed_id, editable=False, max_length=36, primary_key=True, serialize=False)),
                ('sequence', models.PositiveBigIntegerField()),
                ('time', models.DateTimeField()),
                ('trace_name', models.CharField(max_length=64)),
                ('trace_type', models.CharField(max_length=16)),
                ('trace_rating', models.CharField(default='normal', max_length=8)),
                ('service_type', models.CharField(max_length=32)),
                ('resource_type', models.CharField(max_length=64)),
                ('resource_id', models.CharField(blank=True, max_length=64)),
                ('resource_name', models.CharField(blank=True, max_length=256)),
                ('code', models.CharField(max_length=8)),
                ('user_id', models.CharField(blank=True, max_length=32)),
                ('user_name', models.CharField(blank=True, max_length=64)),
                ('is_owner', models.BooleanField(default=False)),
                ('access_key', models.CharField(blank=True, max_length=40)),
                ('source_ip', models.CharField(blank=True, max_length=45)),
                ('project_id', models.CharField(blank=True, max_length=32)),
                ('enterprise_project_id', models.CharField(blank=True, max_length=36)),
                ('request_id', models.CharField(blank=True, max_length=36)),
                ('request', models.TextField(blank=True)),
                ('response', models.TextField(blank=True)),
                ('message', models.TextField(blank=True)),
                ('api_version', models.CharField(blank=True, max_length=16)),
                ('resource_url', models.CharField(blank=True, max_length=512)),
                ('read_only', models.BooleanField(default=False)),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='traces', to='iam.account')),
            ],
            options={
                'ordering': ['-sequence'],
                'indexes': [models.Index(fields=['account', 'time'], name='trace_by_time'), models.Index(fields=['account', 'trace_name', 'time'], name='trace_by_name'), models.Index(fields=['account', 'resource_id'], name='trace_by_resource'), models.Index(fields=['time'], name='trace_age')],
                'constraints': [models.UniqueConstraint(fields=('account', 'sequence'), name='trace_order_of_account')],
            },
        ),
        migrations.CreateModel(
            name='Tracker',
            fields=[
                ('id', models.CharField(default=core.models.dashed_id, editable=False, max_length=36, primary_key=True, serialize=False)),
                ('project_id', models.CharField(max_length=32)),
                ('name', models.CharField(default='system', max_length=64)),
                ('type', models.CharField(default='system', max_length=16)),
                ('status', models.CharField(default='enabled', max_length=16)),
                ('options', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trackers', to='iam.account')),
            ],
            options={
                'ordering': ['created_at'],
                'constraints': [models.UniqueConstraint(fields=('account', 'project_id', 'name'), name='tracker_name_of_project')],
            },
        ),
        migrations.AlterUniqueTogether(
            name='enterpriseprojectuserpermission',
            unique_together={('user', 'permission', 'content_object')},
        ),
        migrations.AlterUniqueTogether(
            name='enterpriseprojectgrouppermission',
            unique_together={('group', 'permission', 'content_object')},
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(fields=('account', 'name'), name='user_name_of_account'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('is_owner', True)), fields=('account',), name='one_owner_of_account'),
        ),
    ]
