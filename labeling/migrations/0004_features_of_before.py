"""Features and models of the engine before are of another version: both are made again, in the background."""

from typing import Any

from django.db import migrations


def owe_features(apps: Any, _schema_editor: Any) -> None:
    """Owe every project its features; the Run then owes a training where a model is in service."""
    runs = apps.get_model("labeling", "Run")
    projects = apps.get_model("labeling", "Project").objects.filter(n_pool__gt=0)
    open_now = runs.objects.filter(kind="features", state__in=["owed", "running"])
    for project in projects.exclude(pk__in=open_now.values("project_id")):
        runs.objects.create(project=project, kind="features")


class Migration(migrations.Migration):
    dependencies = [("labeling", "0003_pool_manifest")]

    operations = [migrations.RunPython(owe_features, migrations.RunPython.noop)]
