"""The steps of the rule in words, for people."""

from django.utils.translation import gettext_lazy as _

# Why a sentence is settled, or open; the keys are the steps of `flow.rule`.
STEPS = {
    "adjudicated": _("An adjudicator decided"),
    "unanimous": _("All who answered chose it"),
    "majority": _("More than half chose it"),
    "single": _("The one person who answered chose it"),
    "dawid_skene": _("The likeliest label, by how these people answer elsewhere"),
    "few": _("Open: fewer answers than the rule wants"),
    "apart": _("Open: the answers differ"),
    "unsure": _("Open: nobody was sure"),
}
