"""Founding projects, adding people and doctor, by command."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from labeling import checkup, readiness
from labeling.flow import tokens
from labeling.models import Membership, ModelVersion, Project, Upload
from tests.cast import Cast
from tests.factories import received


def said(*words: str, **how: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, "--json", stdout=out, **how)
    return dict(json.loads(out.getvalue()))


def test_a_project_is_founded_with_the_four_labels(db: None) -> None:
    said("create_project", "harbour", "--overlap", "2")
    labels = Project.objects.get(slug="harbour").labels.values_list("key", flat=True)
    assert list(labels) == ["claim", "denial", "condemnation", "none"]


def test_the_address_of_a_new_project_is_told(db: None) -> None:
    assert said("create_project", "harbour")["url"].endswith("/p/harbour/")


def test_a_short_name_that_is_taken_is_refused(cast: Cast) -> None:
    with pytest.raises(CommandError, match="is here already"):
        said("create_project", "berita")


def test_an_overlap_that_makes_no_sense_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="overlap"):
        said("create_project", "harbour", "--overlap", "11")


def test_a_person_comes_with_a_link(cast: Cast) -> None:
    told = said("add_person", "eka", "--project", "berita", "--role", "owner")
    assert (Membership.objects.get(user__username="eka").role, "/link/" in told["link"]) == ("owner", True)


def test_a_person_with_a_password_gets_no_link(cast: Cast) -> None:
    assert said("add_person", "ani", "--project", "berita")["link"] == ""


def test_a_person_comes_with_a_token_where_it_is_asked_for(cast: Cast) -> None:
    told = said("add_person", "eka", "--project", "berita", "--token")
    holder = tokens.holder(told["token"])
    assert holder is not None
    assert (holder.username, "/link/" in told["link"]) == ("eka", True)


def test_nobody_gets_a_token_unasked(cast: Cast) -> None:
    assert "token" not in said("add_person", "eka", "--project", "berita")


def test_an_adjudicator_is_added_by_command_too(cast: Cast) -> None:
    assert said("add_person", "eka", "--project", "berita", "--role", "adjudicator")["role"] == "adjudicator"


def test_an_unknown_project_is_answered_with_those_there_are(cast: Cast) -> None:
    with pytest.raises(CommandError, match="berita"):
        said("add_person", "eka", "--project", "harbour")


def test_doctor_names_a_model_that_is_missing(cast: Cast) -> None:
    cast.project.version = ModelVersion.objects.create(
        project=cast.project, number=1, path="models/gone.json", sha256="0" * 64, n_labels=2, n_label_events=2
    )
    cast.project.save()
    checks = {one.name: one for one in checkup.run_all()}
    assert checks["model of berita"].state == "failed"


def test_doctor_says_what_to_do_about_it(cast: Cast) -> None:
    test_doctor_names_a_model_that_is_missing(cast)
    with pytest.raises(CommandError, match="Not everything"):
        said("doctor")


def test_a_redis_that_is_down_is_degraded_and_not_failed(cast: Cast) -> None:
    assert {one.name: one.state for one in checkup.run_all()}["redis"] == "degraded"


def test_doctor_names_an_upload_that_is_gone(cast: Cast) -> None:
    received(cast.project, "Jembatan itu dibuka.")
    Upload.objects.update(path="uploads/gone")
    (found,) = [one for one in checkup.run_all() if one.name == "uploads"]
    assert (found.state, "uploads/gone" in found.says) == ("degraded", True)


def test_doctor_looks_no_further_where_tables_are_missing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_known_migrations", lambda: frozenset({("labeling", "9999_future")}))
    assert (checkup.run_all()[-1].name, checkup.run_all()[-1].state) == ("migrations", "failed")


def secret_key() -> readiness.Check:
    return {one.name: one for one in checkup.run_all()}["secret key"]


def test_doctor_looks_at_the_secret_key_that_is_used(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container the key comes from outside the data directory, and `make up` writes none."""
    given = tmp_path / "elsewhere"
    given.write_text("0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    given.chmod(0o400)
    monkeypatch.setenv("SECRET_KEY_FILE", str(given))
    assert secret_key().state == "ok"


def test_doctor_names_a_secret_key_that_others_can_read(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path / "elsewhere"
    given.touch()
    given.chmod(0o644)
    monkeypatch.setenv("SECRET_KEY_FILE", str(given))
    assert (secret_key().state, str(given) in secret_key().says) == ("failed", True)


def test_doctor_says_who_writes_a_secret_key(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY_FILE", raising=False)
    assert (secret_key().state, "`make up` writes one" in secret_key().says) == ("degraded", True)
