"""The ML backend of a Label Studio project whose config has names of its own, and its texts in a field of its own."""

from typing import Any

import pytest

from labeling.labelstudio.config import config_of
from labeling.labelstudio.offered import Config
from labeling.models import Annotation, RemoteTask, Sentence
from tests.cast import Cast
from tests.factories import make_sentences
from tests.labelstudio.connected import KEYS, Connected, annotation, connected, task

CONFIG = (
    config_of([key.capitalize() for key in KEYS])
    .replace('name="label"', 'name="kind"')
    .replace('"text"', '"story"')
    .replace("$text", "$body")
)


@pytest.fixture
def studio(cast: Cast) -> Connected:
    found = connected(cast)
    assert found.setup(CONFIG).status_code == 200
    return found


@pytest.fixture
def sentence(studio: Connected) -> Sentence:
    return make_sentences(studio.project, ["Banjir surut."])[0]


def sent(text: str) -> dict[str, Any]:
    """A task with its text in the field of the config, and something else in ours."""
    return task(7, "Lain.") | {"data": {"body": text, "text": "Lain."}}


def test_a_prediction_is_written_by_the_config_and_of_its_field(studio: Connected) -> None:
    config = Config(studio.project, CONFIG)
    chosen = {"from_name": "kind", "to_name": "story", "type": "choices", "value": {"choices": ["Denial"]}}
    assert config.result_of("denial") == [chosen]
    assert config.result_of("rumour") == []
    assert config.texts_of([sent("Banjir surut.")]) == ["Banjir surut."]


@pytest.mark.parametrize(("config", "n"), [(CONFIG, 1), (config_of(KEYS), 0), ("<View", 0), (None, 0)])
def test_a_task_made_there_is_known_by_the_text_in_the_configs_field(
    studio: Connected, sentence: Sentence, config: object, n: int
) -> None:
    given = annotation(5, 7, "Denial")
    given["result"][0] |= {"from_name": "kind", "to_name": "story"}
    about = {"id": 4, "title": "Studio", "label_config": config}
    body = {"action": "ANNOTATION_CREATED", "project": about, "task": sent("Banjir surut."), "annotation": given}
    assert studio.post("webhook", body).status_code == 201
    answers = Annotation.objects.filter(sentence=sentence, label__key="denial")
    assert (answers.count(), RemoteTask.objects.count()) == (n, n)
