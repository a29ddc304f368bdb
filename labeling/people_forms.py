"""What people send about themselves and each other: invitations, roles, accounts, tokens."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from labeling.models import Role

if TYPE_CHECKING:
    _OfUser = UserCreationForm[User]
else:
    # Django's own class takes no type at run time.
    _OfUser = UserCreationForm


class InviteForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    note = forms.CharField(
        label=_("For whom"),
        max_length=120,
        required=False,
        help_text=_("For your own list, such as a name. Who opens the link does not see it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        help_text=_("Such as the name of the script or the machine that will use it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class JoinForm(_OfUser):
    """A new account: its name, its password twice, and the language of its pages."""

    language = forms.ChoiceField(label=_("Language of the pages"), choices=settings.LANGUAGES)

    class Meta(UserCreationForm.Meta):
        labels: ClassVar = {"username": _("Name")}
        help_texts: ClassVar = {"username": _("One word, as others will see it: letters, digits and @ . + - _")}
        error_messages: ClassVar = {"username": {"unique": _("Somebody has this name already. Choose another one.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs.pop("autofocus", None)

    def account(self) -> dict[str, str]:
        """The arguments of `flow.invite.join_anew` beyond the token."""
        sent = self.cleaned_data
        return {"name": sent["username"], "password": sent["password1"], "language": sent["language"]}
