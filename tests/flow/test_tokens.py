"""Keys to the API: stored as hashes, revoked at once, useless for a closed account."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from labeling.errors import Refused
from labeling.flow import tokens
from labeling.models import ApiToken, Event
from tests.cast import Cast


def test_a_token_leads_to_whose_it_is(cast: Cast) -> None:
    _token, text = tokens.make(name="script", by=cast.ani.user)
    assert tokens.holder(text) == cast.ani.user


def test_the_text_itself_is_not_stored(cast: Cast) -> None:
    _token, text = tokens.make(name="script", by=cast.ani.user)
    assert text not in str([ApiToken.objects.values().get(), *Event.objects.values()])


def test_its_beginning_is_kept_to_tell_it_by(cast: Cast) -> None:
    token, text = tokens.make(name="script", by=cast.ani.user)
    assert text.startswith(token.prefix)


@pytest.mark.parametrize("text", ["", "x", "é", "\0"])
def test_what_is_no_token_leads_to_nobody(cast: Cast, text: str) -> None:
    assert tokens.holder(text) is None


def test_a_revoked_token_opens_nothing(cast: Cast) -> None:
    token, text = tokens.make(name="script", by=cast.ani.user)
    tokens.revoke(token=token, by=cast.ani.user)
    assert tokens.holder(text) is None


def test_nobody_revokes_the_token_of_another(cast: Cast) -> None:
    token, text = tokens.make(name="script", by=cast.ani.user)
    tokens.revoke(token=token, by=cast.budi.user)
    assert tokens.holder(text) == cast.ani.user


def test_the_token_of_a_closed_account_opens_nothing(cast: Cast) -> None:
    _token, text = tokens.make(name="script", by=cast.ani.user)
    User.objects.filter(pk=cast.ani.user_id).update(is_active=False)
    assert tokens.holder(text) is None


def test_a_closed_account_gets_no_token(cast: Cast) -> None:
    cast.ani.user.is_active = False
    with pytest.raises(Refused, match="closed"):
        tokens.make(name="script", by=cast.ani.user)


def test_there_is_an_end_to_how_many_one_has(cast: Cast) -> None:
    for number in range(tokens.AT_MOST):
        tokens.make(name=f"script {number}", by=cast.ani.user)
    with pytest.raises(Refused, match="Revoke"):
        tokens.make(name="one more", by=cast.ani.user)


def test_its_use_is_kept(cast: Cast) -> None:
    _token, text = tokens.make(name="script", by=cast.ani.user)
    tokens.holder(text)
    assert ApiToken.objects.get().used_at is not None


def test_its_use_is_written_once_a_minute_at_most(cast: Cast) -> None:
    _token, text = tokens.make(name="script", by=cast.ani.user)
    just_now = timezone.now() - timedelta(seconds=50)
    ApiToken.objects.update(used_at=just_now)
    tokens.holder(text)
    assert ApiToken.objects.get().used_at == just_now
