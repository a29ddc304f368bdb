"""What the settings page says of each strategy. `ml.strategies` does the work, and would load numpy into the pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Whatever ml.strategies.DEFAULT names: stored as this word, so that a better one reaches old projects too.
DEFAULT = "default"
# Name in ml.strategies.STRATEGIES -> what people call it, and what it asks for. A test holds the names to those there.
OFFERED: dict[str, tuple[str | Promise, str | Promise]] = {
    DEFAULT: (_("Recommended"), _("what gained most over drawing by lot on all the texts it was measured on.")),
    "balanced_fisher": (
        _("Tells most"),
        _("what tells the model most about all sentences, each label weighing the same."),
    ),
    "fading_density": (
        _("Typical first, then close calls"),
        _("typical and scarce ones at first, close calls later on."),
    ),
    "random": (_("By lot"), _("every sentence is as likely as any other; slow, but nobody's choice.")),
    "diverse_margin": (
        _("Close calls, varied"),
        _("where the two likeliest labels are close, and never much the same sentence twice in a row."),
    ),
    "dense_margin": (_("Close calls among typical sentences"), _("close calls that are like many others, varied.")),
    "margin": (_("Close calls"), _("where the two likeliest labels are closest.")),
    "entropy": (_("Spread"), _("where the probabilities are spread over all labels.")),
    "least_confidence": (_("Least sure"), _("where even the likeliest label is unlikely.")),
    "badge": (_("Greatest change"), _("what would change the model most whatever its label, varied (like BADGE).")),
    "committee": (_("Committee"), _("where models of different kinds disagree.")),
    "typical": (
        _("Typical"),
        _("typical sentences of each group that has no label yet; for the first hundred labels."),
    ),
}
