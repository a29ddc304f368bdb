"""An owner takes out, puts back, splits and merges while people label: nothing is lent twice, nothing is lost."""

from itertools import cycle, islice

import pytest

from labeling.errors import Refused
from labeling.flow import annotate, cut, queue, withdraw
from labeling.models import Annotation, Membership, Project, Role, Sentence
from tests.cast import gather
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ACTS = 24


def change(owner: Membership) -> None:
    """One act after the other on the sentences as they are at that moment."""
    for n, verb in enumerate(islice(cycle(("split", "out", "merge", "back")), ACTS)):
        rows = list(Sentence.objects.live().filter(project=owner.project_id).order_by("pk"))
        row = rows[7 * n % len(rows)]
        try:
            if verb == "split":
                cut.split(by=owner.user, sentence=row, at=cut.places(row.text)[0])
            elif verb == "merge":
                cut.merge(by=owner.user, sentence=row)
            elif verb == "out":
                withdraw.take_out(by=owner.user, sentence=row)
            else:
                withdraw.put_back(by=owner.user, sentence=row)
        except (Refused, IndexError):
            continue


def label(member: Membership) -> None:
    for _ in range(ACTS):
        leases = queue.take(by=member, want=3)
        receipts = annotate.submit(by=member, acts=[answer(lease.sentence_id) for lease in leases])
        assert all(receipt.saved for receipt in receipts)


def test_whatever_an_owner_does_meanwhile_the_slots_add_up() -> None:
    cast = gather(overlap=2, audit_size=0)
    pool_of(cast.project, 30)
    at_once(lambda one: change(one) if one.role == Role.OWNER else label(one), [cast.ani, cast.budi, cast.citra])
    for one in Sentence.objects.live():
        lent = one.leases.filter(held=True).count()
        assert one.slots_free + lent + one.annotations.given().filter(surplus=False).count() == 2
    rows = Sentence.objects.live().filter(project=cast.project)
    project = Project.objects.get(pk=cast.project.pk)
    assert (project.n_sentences, project.n_pool) == (rows.count(), rows.in_pool().count())
    assert Annotation.objects.given().exists()
