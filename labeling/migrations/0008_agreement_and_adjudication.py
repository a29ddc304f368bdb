"""The adjudicators' queue, questions, silent repeats, the rule of settling, and what was computed of disputes."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('labeling', '0007_overlap_run'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n_answers', models.PositiveIntegerField()),
                ('disagreement', models.FloatField()),
                ('uncertainty', models.FloatField()),
                ('rarity', models.FloatField()),
                ('priority', models.FloatField()),
                ('until', models.DateTimeField(null=True)),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'ordering': ['-priority', 'sentence'],
            },
        ),
        migrations.CreateModel(
            name='Posterior',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('probability', models.FloatField()),
                ('n_answers', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Prediction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shares', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Repeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seconds', models.FloatField(null=True)),
                ('turn', models.PositiveIntegerField(default=0)),
                ('until', models.DateTimeField()),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('answered_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Reply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(blank=True)),
                ('replied_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='lease',
            name='lease_selection_known',
        ),
        migrations.RemoveConstraint(
            model_name='queueentry',
            name='entry_selection_known',
        ),
        migrations.AddField(
            model_name='agreementreport',
            name='confusions',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='agreementreport',
            name='people',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='agreementreport',
            name='weeks',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='project',
            name='hides_names',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='project',
            name='most_answers',
            field=models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)]),
        ),
        migrations.AddField(
            model_name='project',
            name='repeats',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='project',
            name='routed',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='project',
            name='settle_least',
            field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)]),
        ),
        migrations.AddField(
            model_name='project',
            name='settle_majority',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='project',
            name='settle_posterior',
            field=models.FloatField(default=None, null=True, validators=[django.core.validators.MinValueValidator(0.5), django.core.validators.MaxValueValidator(1)]),
        ),
        migrations.AddField(
            model_name='sentence',
            name='tie_breaks',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='verdict',
            name='blind_label',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.label'),
        ),
        migrations.AddField(
            model_name='verdict',
            name='error_kind',
            field=models.CharField(blank=True, choices=[('slip', 'A slip: somebody pressed the wrong key or read too fast'), ('guideline', 'The guideline is unclear here'), ('sentence', 'The sentence is bad: cut wrongly, or not a sentence'), ('ambiguous', 'Truly ambiguous: more than one label is right')], max_length=10),
        ),
        migrations.AlterField(
            model_name='annotation',
            name='selection',
            field=models.CharField(choices=[('seed', 'Seed'), ('random', 'Random'), ('uncertain', 'Uncertain'), ('diverse', 'Diverse'), ('review', 'Review'), ('tie_break', 'Tie Break'), ('imported', 'Imported')], max_length=10),
        ),
        migrations.AlterField(
            model_name='event',
            name='verb',
            field=models.CharField(choices=[('answered', 'Answered'), ('amended', 'Amended'), ('withdrew', 'Withdrew'), ('decided', 'Decided'), ('asked', 'Asked'), ('replied', 'Replied'), ('repeated', 'Repeated'), ('received', 'Received'), ('imported', 'Imported'), ('trained', 'Trained'), ('exported', 'Exported'), ('joined', 'Joined'), ('created', 'Created'), ('changed', 'Changed'), ('sought', 'Sought'), ('invited', 'Invited'), ('left', 'Left'), ('wrote', 'Wrote'), ('retired', 'Retired'), ('split', 'Split'), ('merged', 'Merged'), ('took out', 'Took Out'), ('put back', 'Put Back'), ('archived', 'Archived'), ('restored', 'Restored'), ('stopped', 'Stopped')], max_length=12),
        ),
        migrations.AlterField(
            model_name='lease',
            name='selection',
            field=models.CharField(choices=[('seed', 'Seed'), ('random', 'Random'), ('uncertain', 'Uncertain'), ('diverse', 'Diverse'), ('review', 'Review'), ('tie_break', 'Tie Break'), ('imported', 'Imported')], max_length=10),
        ),
        migrations.AlterField(
            model_name='queueentry',
            name='selection',
            field=models.CharField(choices=[('seed', 'Seed'), ('random', 'Random'), ('uncertain', 'Uncertain'), ('diverse', 'Diverse'), ('review', 'Review'), ('tie_break', 'Tie Break'), ('imported', 'Imported')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='sentence',
            index=models.Index(condition=models.Q(('slots_free__gt', 0), ('tie_breaks__gt', 0)), fields=['project'], name='sentence_tie_break'),
        ),
        migrations.AddConstraint(
            model_name='lease',
            constraint=models.CheckConstraint(condition=models.Q(('selection__in', ['seed', 'random', 'uncertain', 'diverse', 'review', 'tie_break', 'imported'])), name='lease_selection_known'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('most_answers__range', (1, 10)), ('settle_least__range', (1, 10))), name='project_answers_up_to_ten'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('settle_posterior__isnull', True), models.Q(('settle_posterior__gte', 0.5), ('settle_posterior__lte', 1)), _connector='OR'), name='project_settles_on_the_likelier'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(('selection__in', ['seed', 'random', 'uncertain', 'diverse', 'review', 'tie_break', 'imported'])), name='entry_selection_known'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.CheckConstraint(condition=models.Q(('error_kind__in', ['', 'slip', 'guideline', 'sentence', 'ambiguous'])), name='verdict_error_kind_known'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='adjudicator',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dispute',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='disputes', to='labeling.project'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='sentence',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='dispute', to='labeling.sentence'),
        ),
        migrations.AddField(
            model_name='posterior',
            name='label',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labeling.label'),
        ),
        migrations.AddField(
            model_name='posterior',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labeling.project'),
        ),
        migrations.AddField(
            model_name='posterior',
            name='sentence',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='posterior', to='labeling.sentence'),
        ),
        migrations.AddField(
            model_name='prediction',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labeling.project'),
        ),
        migrations.AddField(
            model_name='prediction',
            name='sentence',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='prediction', to='labeling.sentence'),
        ),
        migrations.AddField(
            model_name='prediction',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labeling.modelversion'),
        ),
        migrations.AddField(
            model_name='question',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='question',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='labeling.project'),
        ),
        migrations.AddField(
            model_name='question',
            name='sentence',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='labeling.sentence'),
        ),
        migrations.AddField(
            model_name='repeat',
            name='annotator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='repeat',
            name='first_label',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.label'),
        ),
        migrations.AddField(
            model_name='repeat',
            name='label',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labeling.label'),
        ),
        migrations.AddField(
            model_name='repeat',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='repeats_asked', to='labeling.project'),
        ),
        migrations.AddField(
            model_name='repeat',
            name='sentence',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labeling.sentence'),
        ),
        migrations.AddField(
            model_name='reply',
            name='annotator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reply',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='labeling.question'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['project', '-priority', 'sentence'], name='dispute_worst_first'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('priority__gt', 0), ('priority__lte', 1)), name='dispute_priority_of_one'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('adjudicator__isnull', True), ('until__isnull', False), _connector='OR'), name='dispute_in_hand_until_a_time'),
        ),
        migrations.AddConstraint(
            model_name='posterior',
            constraint=models.CheckConstraint(condition=models.Q(('probability__gte', 0), ('probability__lte', 1)), name='posterior_of_one'),
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['project'], name='question_open'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('sentence',), name='question_open_once_a_sentence'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='question_says_something'),
        ),
        migrations.AddIndex(
            model_name='repeat',
            index=models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['annotator', 'project'], name='repeat_in_hand'),
        ),
        migrations.AddConstraint(
            model_name='repeat',
            constraint=models.UniqueConstraint(fields=('sentence', 'annotator'), name='repeat_once_a_person'),
        ),
        migrations.AddConstraint(
            model_name='repeat',
            constraint=models.CheckConstraint(condition=models.Q(('answered_at__isnull', False), models.Q(('label__isnull', True), ('seconds__isnull', True)), _connector='OR'), name='repeat_answered_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='repeat',
            constraint=models.CheckConstraint(condition=models.Q(('seconds__isnull', True), ('seconds__gte', 0), _connector='OR'), name='repeat_seconds'),
        ),
        migrations.AddConstraint(
            model_name='reply',
            constraint=models.UniqueConstraint(fields=('question', 'annotator'), name='reply_once_a_person'),
        ),
        # Projects that were here before go on as they did; new ones begin with both.
        migrations.AlterField(
            model_name='project',
            name='repeats',
            field=models.BooleanField(default=True),
        ),
        migrations.AlterField(
            model_name='project',
            name='settle_posterior',
            field=models.FloatField(default=0.95, null=True, validators=[django.core.validators.MinValueValidator(0.5), django.core.validators.MaxValueValidator(1)]),
        ),
    ]
