"""A project's models: fitted, saved, read back, forgotten, explained."""

from collections.abc import Sequence
from typing import Any

from labeling.learning import sealed
from labeling.learning.features import as_ids
from labeling.learning.places import features_folder
from labeling.learning.ranking import opened
from labeling.learning.shapes import Taught
from labeling.models import ModelVersion, Project, Sentence
from ml import encoder, pool, training
from ml.explain import explain as explained
from ml.fitted import FittedModel

# Words shown for and against a label.
SAID = 8
_LEAST = 0.01


def fit(project: Project, taught: Sequence[Taught], *, seed: int) -> FittedModel:
    """A model of `taught`, measured by cross-validation. Raises what `ml.training.train` raises."""
    return training.train(
        opened(project),
        as_ids(one.sentence_id for one in taught),
        [one.label for one in taught],
        [one.weight for one in taught],
        seed=seed,
        groups=[one.article for one in taught],
    )


def save(project: Project, model: FittedModel) -> tuple[str, str]:
    """Write the model file; returns its path in the storage, and the SHA-256 that seals it."""
    return sealed.save(project, model.arrays(), model.manifest())


def load(version: ModelVersion) -> FittedModel:
    """The model of a version, verified before it is parsed. Raises an `ml.errors.ArtifactError`, naming the fault."""
    return FittedModel.from_artifact(sealed.load(version.path, version.sha256))


def explain(version: ModelVersion, sentence: Sentence) -> list[dict[str, Any]]:
    """For each label, the likeliest first: its `probability`, and the words that spoke `for` and `against` it.

    A word is `{text, start, end, weight}`; weight is by how much it moved the log-odds, greatest first. Raises
    `SpaceMoved` where the directions were fitted anew since, an `ArtifactError`.
    """
    model = load(version)
    plugged = encoder.plugged_in()
    found = explained(
        model,
        pool.open_pool(features_folder(version.project)).fitted_space(),
        sentence.text,
        encode=None if plugged is None else lambda texts: encoder.columns(plugged, texts),
    )
    words = [
        {"text": sentence.text[word.start : word.end], "start": word.start, "end": word.end} for word in found.words
    ]
    said = []
    for place in found.probabilities.argsort()[::-1]:
        weights = found.weights[:, place]
        strongest = abs(weights).argsort(kind="stable")[::-1]
        sides: dict[str, list[dict[str, Any]]] = {"for": [], "against": []}
        for at in strongest:
            side = sides["for" if weights[at] > 0 else "against"]
            if abs(weights[at]) >= _LEAST and len(side) < SAID:
                side.append({**words[at], "weight": round(abs(float(weights[at])), 4)})
        said.append({"label": found.labels[place], "probability": float(found.probabilities[place]), **sides})
    return said
