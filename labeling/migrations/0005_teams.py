"""Teams, invitations, tokens, versions of the guideline, labels that retire, sentences that are cut anew."""

from typing import Any

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


def colour_as_before(apps: Any, _schema_editor: Any) -> None:
    """Until now a label had the colour of its place on the keyboard."""
    apps.get_model("labeling", "Label").objects.update(colour=models.F("digit"))


class Migration(migrations.Migration):

    dependencies = [
        ('labeling', '0004_features_of_before'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('prefix', models.CharField(max_length=8)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='GuidelineExample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.CharField(blank=True, max_length=500)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('annotator', 'Annotator'), ('adjudicator', 'Adjudicator'), ('owner', 'Owner')], default='annotator', max_length=12)),
                ('note', models.CharField(blank=True, max_length=120)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Pulse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, unique=True)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AlterModelOptions(
            name='label',
            options={'ordering': [models.OrderBy(models.F('retired_at'), nulls_first=True), 'digit', 'pk']},
        ),
        migrations.RemoveConstraint(
            model_name='label',
            name='label_digit_once_a_project',
        ),
        migrations.RemoveConstraint(
            model_name='lease',
            name='lease_selection_known',
        ),
        migrations.RemoveConstraint(
            model_name='membership',
            name='membership_role_known',
        ),
        migrations.RemoveConstraint(
            model_name='queueentry',
            name='entry_selection_known',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='run_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='run_one_of_a_kind_at_a_time',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='run_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='sentence',
            name='sentence_number_once_a_source',
        ),
        migrations.AddField(
            model_name='guideline',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='guideline',
            name='note',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='label',
            name='colour',
            field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(9)]),
        ),
        migrations.AddField(
            model_name='label',
            name='description_en',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='label',
            name='description_id',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='label',
            name='merged_into',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='labeling.label'),
        ),
        migrations.AddField(
            model_name='label',
            name='retired_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='guideline_seen',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='membership',
            name='seen_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='project',
            name='archived_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='request_id',
            field=models.CharField(blank=True, max_length=36),
        ),
        migrations.AddField(
            model_name='sentence',
            name='duplicate_group',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='sentence',
            name='replaced_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='sentence',
            name='taken_out_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='annotation',
            name='selection',
            field=models.CharField(choices=[('seed', 'Seed'), ('random', 'Random'), ('uncertain', 'Uncertain'), ('diverse', 'Diverse'), ('review', 'Review'), ('imported', 'Imported')], max_length=10),
        ),
        migrations.AlterField(
            model_name='event',
            name='verb',
            field=models.CharField(choices=[('answered', 'Answered'), ('amended', 'Amended'), ('withdrew', 'Withdrew'), ('decided', 'Decided'), ('received', 'Received'), ('imported', 'Imported'), ('trained', 'Trained'), ('exported', 'Exported'), ('joined', 'Joined'), ('created', 'Created'), ('changed', 'Changed'), ('sought', 'Sought'), ('invited', 'Invited'), ('left', 'Left'), ('wrote', 'Wrote'), ('retired', 'Retired'), ('split', 'Split'), ('merged', 'Merged'), ('took out', 'Took Out'), ('put back', 'Put Back'), ('archived', 'Archived'), ('restored', 'Restored'), ('stopped', 'Stopped')], max_length=12),
        ),
        migrations.AlterField(
            model_name='lease',
            name='selection',
            field=models.CharField(choices=[('seed', 'Seed'), ('random', 'Random'), ('uncertain', 'Uncertain'), ('diverse', 'Diverse'), ('review', 'Review'), ('imported', 'Imported')], max_length=10),
        ),
        migrations.AlterField(
            model_name='membership',
            name='role',
            field=models.CharField(choices=[('annotator', 'Annotator'), ('adjudicator', 'Adjudicator'), ('owner', 'Owner')], default='annotator', max_length=12),
        ),
        migrations.AlterField(
            model_name='queueentry',
            name='selection',
            field=models.CharField(choices=[('seed', 'Seed'), ('random', 'Random'), ('uncertain', 'Uncertain'), ('diverse', 'Diverse'), ('review', 'Review'), ('imported', 'Imported')], max_length=10),
        ),
        migrations.AlterField(
            model_name='run',
            name='kind',
            field=models.CharField(choices=[('import', 'Import'), ('train', 'Training'), ('agree', 'Agreement'), ('export', 'Export'), ('features', 'Features'), ('evaluate', 'Evaluation'), ('explain', 'Explanation'), ('twins', 'Near duplicates')], max_length=8),
        ),
        migrations.AlterField(
            model_name='run',
            name='state',
            field=models.CharField(choices=[('owed', 'waiting'), ('running', 'running'), ('done', 'done'), ('failed', 'failed'), ('stopped', 'stopped')], default='owed', max_length=8),
        ),
        migrations.AddIndex(
            model_name='sentence',
            index=models.Index(condition=models.Q(('duplicate_group__isnull', False)), fields=['project', 'duplicate_group'], name='sentence_duplicate_group'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('project', 'digit'), name='label_digit_once_a_project'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.CheckConstraint(condition=models.Q(('colour__range', (1, 9))), name='label_colour_of_the_palette'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('retired_at__isnull', False), _connector='OR'), name='label_merged_is_retired'),
        ),
        migrations.AddConstraint(
            model_name='lease',
            constraint=models.CheckConstraint(condition=models.Q(('selection__in', ['seed', 'random', 'uncertain', 'diverse', 'review', 'imported'])), name='lease_selection_known'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['annotator', 'adjudicator', 'owner'])), name='membership_role_known'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(('selection__in', ['seed', 'random', 'uncertain', 'diverse', 'review', 'imported'])), name='entry_selection_known'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ('features', 'train', 'evaluate', 'agree', 'twins')), ('state__in', ('owed', 'running'))), fields=('project', 'kind'), name='run_one_of_a_kind_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['owed', 'running', 'done', 'failed', 'stopped'])), name='run_state_known'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['import', 'train', 'agree', 'export', 'features', 'evaluate', 'explain', 'twins'])), name='run_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='sentence',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('source', 'number'), name='sentence_number_once_a_source'),
        ),
        migrations.AddConstraint(
            model_name='sentence',
            constraint=models.CheckConstraint(condition=models.Q(('in_pool', False), models.Q(('replaced_at__isnull', True), ('taken_out_at__isnull', True)), _connector='OR'), name='sentence_out_of_the_pool_is_out'),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='guidelineexample',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='guidelineexample',
            name='label',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='examples', to='labeling.label'),
        ),
        migrations.AddField(
            model_name='guidelineexample',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='examples', to='labeling.project'),
        ),
        migrations.AddField(
            model_name='guidelineexample',
            name='sentence',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labeling.sentence'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='invited_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='labeling.project'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='used_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='guidelineexample',
            constraint=models.UniqueConstraint(fields=('project', 'sentence'), name='example_once_a_sentence'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['annotator', 'adjudicator', 'owner'])), name='invitation_role_known'),
        ),
        migrations.RunPython(colour_as_before, migrations.RunPython.noop),
    ]
