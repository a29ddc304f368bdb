"""Why the model in service reads one sentence as it does: the words that spoke for and against each label."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from labeling import learning
from labeling.claims import Claim
from labeling.errors import Refused
from labeling.models import Explanation, Project, Sentence


def run(*, claim: Claim) -> dict[str, Any]:
    """Explain the sentence that the Run's option `sentence` names, by the version in service; returns the Run's result.

    Guarantees: the Explanation and the end of the Run are one transaction. Raises Refused where sentence or model is
    not there, LostClaim where another worker took over.
    """
    # Read anew: a training may have published since the Run was claimed.
    project = Project.objects.select_related("version").get(pk=claim.project.pk)
    sentence = Sentence.objects.filter(project=project, pk=claim.run.options.get("sentence")).first()
    if project.version is None:
        raise Refused(_("There is no model yet. Train one, then ask again."))
    if sentence is None:
        raise Refused(_("This sentence is no longer here."))
    words = learning.explain(project.version, sentence)
    result = {"sentence": sentence.pk, "version": project.version.number}
    with transaction.atomic():
        claim.finish(result)
        Explanation.objects.update_or_create(
            version=project.version, sentence=sentence, defaults={"project": project, "words": words}
        )
    return result
