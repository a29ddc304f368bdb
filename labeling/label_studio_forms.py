"""What an owner says to push to a Label Studio server, or to pull from one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling.errors import Refused
from labeling.labelstudio import allowed, asking
from labeling.models import Kind, RemoteProject

KEY_MAX = 4_000


class ExchangeForm(forms.Form):
    """Which server, which project there, and the key, which no answer of ours ever holds."""

    url = forms.ChoiceField(label=_("Server"))
    remote = forms.IntegerField(
        label=_("Project there"),
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text=_("Its number, as in the address of its page. Left empty, a push makes a new project."),
    )
    key = forms.CharField(
        label=_("Your key there"),
        max_length=KEY_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("From “Account & Settings” there. It is kept sealed until the work has ended, then it is gone."),
    )
    kind = forms.ChoiceField(choices=((Kind.PUSH, ""), (Kind.PULL, "")), widget=forms.HiddenInput)

    def __init__(self, *args: Any, last: RemoteProject | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        servers = allowed.servers()
        self.fields["url"] = forms.ChoiceField(label=_("Server"), choices=[(one, one) for one in servers])
        if last is not None and last.url in servers:
            self.initial.update(url=last.url, remote=last.remote_id)

    def clean_key(self) -> str:
        try:
            return asking.require_key(self.cleaned_data["key"])
        except Refused as error:
            raise forms.ValidationError(str(error)) from None
