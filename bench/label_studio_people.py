"""People for the bench of the loop, their tokens printed: the one who founds, or members of a project.

python -m bench.label_studio_people                    # migrates; the token of the owner
python -m bench.label_studio_people PROJECT PEOPLE     # a list of tokens, the owner's first
"""

import json
import sys

import django
from django.core.management import call_command

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # models exist only after setup

from labeling.flow.tokens import make  # noqa: E402
from labeling.models import Membership, Project, Role  # noqa: E402


def owner() -> str:
    """The token of the one who may found projects."""
    call_command("migrate", verbosity=0)
    person = User.objects.create_superuser("owner")
    return make(name="bench", by=person)[1]


def members(project: int, n: int) -> list[str]:
    """The tokens of `n` members: the owner, and annotators who are made here.

    The project, still empty, gets no audit sample, of which every sentence is asked of two.
    """
    Project.objects.filter(pk=project).update(audit_size=0)
    people = [User.objects.get(username="owner")]
    for number in range(1, n):
        people.append(User.objects.create(username=f"person-{number}"))
        Membership.objects.create(project_id=project, user=people[-1], role=Role.ANNOTATOR)
    return [make(name="bench", by=person)[1] for person in people]


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    print(json.dumps(members(*asked) if asked else owner()))
