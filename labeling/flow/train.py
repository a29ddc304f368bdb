"""Training: settled labels become a model file, its figures, and a new order of the queue."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from labeling import jobs, learning
from labeling.claims import Claim, HandedOver
from labeling.errors import NotEnoughLabels
from labeling.flow import features, posterior, rank, review, side_by_side
from labeling.flow.settle import Settled, settled
from labeling.learning import Taught
from labeling.models import Event, Kind, Label, ModelVersion, Project, Sentence

# What several people agreed on, or an owner decided, weighs more than what one person said.
SURE = 1.5
# Model files of so many versions stay on the disk; the rows of all versions stay, with their figures.
KEPT_FILES = 5
_CHUNK = 2_000
# Where the progress bar stands, of 100, when a step is done.
FEATURES, GATHERED, FITTED, SAVED = 50, 55, 80, 85


def run(*, claim: Claim) -> dict[str, Any] | HandedOver:
    """Train on the settled labels outside the audit sample, rank the pool, publish both; returns the Run's result.

    A large pool is handed over to be ranked in parts, where the claim allows it: `flow.side_by_side` goes on then.

    Guarantees: the model, its order and the end of the Run become visible in one transaction or not at all, so the
    previous version serves on whatever fails; no label of the audit sample is trained on; a label given meanwhile
    counts as new afterwards; the same labels and pool give the same order.
    Raises NotEnoughLabels where fewer than two labels were seen, LostClaim where another worker took over.
    """
    project = claim.project
    # Who was paused past the lease deletes nothing: the file that another worker just made is not on the list to keep.
    claim.renew()
    _forget_files(project)
    # Counted before features are made: a label of a sentence that comes in meanwhile is left out for want of them, and
    # must count as new. One that is trained on all the same is trained on once more.
    heard = Event.objects.of_labels(project).count()
    if not features.are_being_made(project):
        # Else that Run, at its end, has the labels trained on that are left out here for want of features.
        features.catch_up(project, claim, upto=FEATURES)
    if learning.outgrown(project):
        # In the background, after this: the directions of today serve until then.
        jobs.owe(project=project, kind=Kind.FEATURES, by=None)
    posterior.refresh(project)
    taught, _audit = gather(project)
    counts = Counter(_most_said(taught).values())
    _require_two(project, counts)
    claim.progress(GATHERED, 100)
    model = learning.fit(project, taught, seed=project.pk)
    doubts = learning.doubts(model, taught, review.givers(project), review.records(project))
    views = learning.views(project, model, taught, rank.disputed(project))
    claim.progress(FITTED, 100)
    path, sha256 = learning.save(project, model)
    draft = ModelVersion(
        project=project,
        run=claim.run,
        path=path,
        sha256=sha256,
        n_labels=model.n_labels,
        n_label_events=heard,
        label_counts=dict(counts),
        metrics=model.metrics,
    )
    # What ranks is what was read back from the disk and verified, not what is still in memory.
    model = learning.load(draft)
    claim.progress(SAVED, 100)
    parts = learning.parted(project, most=claim.parts)
    if parts > 1:
        return side_by_side.hand_over(claim=claim, draft=draft, taught=taught, doubts=doubts, views=views, parts=parts)
    return rank.run(claim=claim, draft=draft, model=model, taught=taught, doubts=doubts, views=views)


def gather(project: Project) -> tuple[list[Taught], list[Taught]]:
    """The settled labels to learn from, and those of the audit sample. Only sentences with features, in order of id.

    What is settled as a label that was retired is left out, and so are votes for one: nobody is to choose it any more.
    Where several people answered, each label they chose teaches by its share (soft labels, heaviest first), and all of
    it counts more than one person's word; in the audit sample the settled label stands alone.
    """
    keys = dict(Label.objects.offered().filter(project=project).values_list("pk", "key"))
    taught: list[Taught] = []
    audit: list[Taught] = []
    for batch in _batches(settled(project)):
        drawn = dict(_rows(project, [one.sentence_id for one in batch]))
        known = learning.featured(project, drawn)
        for one in batch:
            if one.sentence_id not in known or one.label_id not in keys:
                continue
            article, chance = drawn[one.sentence_id]
            if chance is not None:
                audit.append(Taught(one.sentence_id, keys[one.label_id], article, 1 / chance))
                continue
            for label_id, share in _told(one):
                if label_id in keys:
                    taught.append(Taught(one.sentence_id, keys[label_id], article, share))
    return taught, audit


def _told(one: Settled) -> list[tuple[int, float]]:
    """The labels that a sentence teaches, each with its weight, the settled one first.

    A verdict is beyond doubt and teaches its label alone; one that the sentence is truly ambiguous teaches the shares
    of the votes, with the adjudicator's where nobody else chose its label. The likeliest label teaches its posterior,
    the other votes share the rest.
    """
    if one.source == "single":
        return [(one.label_id, 1.0)]
    if one.source == "adjudicated" and not one.ambiguous:
        return [(one.label_id, SURE)]
    shares = {label_id: SURE * share for label_id, share in _shares(one).items()}
    others = [(label_id, weight) for label_id, weight in shares.items() if label_id != one.label_id and weight]
    return [(one.label_id, shares[one.label_id]), *sorted(others, key=lambda pair: (-pair[1], pair[0]))]


def _shares(one: Settled) -> dict[int, float]:
    """What each label has of one, the settled one among them."""
    if one.probability is not None:
        others = one.n_annotations - one.votes[one.label_id]
        rest = {label_id: (1 - one.probability) * n / others for label_id, n in one.votes.items()}
        return rest | {one.label_id: one.probability}
    if one.label_id in one.votes or not one.votes:
        return one.soft
    n = one.n_annotations + 1
    return {label_id: count / n for label_id, count in (dict(one.votes) | {one.label_id: 1}).items()}


def _most_said(taught: Sequence[Taught]) -> dict[int, str]:
    """The settled label of each sentence, by id."""
    return {one.sentence_id: one.label for one in reversed(taught)}


def _rows(project: Project, sentence_ids: Sequence[int]) -> Iterator[tuple[int, tuple[str, float | None]]]:
    """Of each sentence its article, and the chance it had to be drawn: None outside the audit sample."""
    fields = ("pk", "source_id", "source__unit", "source__title", "audit_probability")
    found = Sentence.objects.filter(project=project, pk__in=sentence_ids).order_by().values_list(*fields)
    for sentence_id, source_id, unit, title, chance in found:
        yield sentence_id, (learning.article_of(sentence_id, source_id, unit, title), chance)


def _batches(rows: Iterator[Settled]) -> Iterator[list[Settled]]:
    while batch := list(islice(rows, _CHUNK)):
        yield batch


def _forget_files(project: Project) -> None:
    """Delete model files that are too old, and those that an attempt left behind which published nothing."""
    versions = list(ModelVersion.objects.filter(project=project).order_by("-number").values_list("pk", "path"))
    kept = [path for _pk, path in versions[: KEPT_FILES - 1]]
    ModelVersion.objects.filter(pk__in=[pk for pk, path in versions[KEPT_FILES - 1 :] if path]).update(path="")
    learning.forget_models(project, keep=kept)


def _require_two(project: Project, counts: Counter[str]) -> None:
    if len(counts) >= 2:
        return
    each = _("%(n)d of %(label)s")
    seen = ", ".join(each % {"n": n, "label": label} for label, n in counts.items()) or _("none")
    said = _(
        "Training needs settled sentences of two labels outside the audit sample; so far there are %(seen)s. "
        "Label more sentences of %(project)s and train again."
    )
    raise NotEnoughLabels(said % {"seen": seen, "project": project.name})
