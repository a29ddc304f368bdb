"""Laying down what an exported folder holds: articles as far as they are known, every judgement, verdicts, splits."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone

from labeling.flow.brought import Answer, Brought, account, called, meaning, stand_in
from labeling.flow.laying import Draft, Layer, Piece
from labeling.flow.sample import AUDIT_ANSWERS
from labeling.flow.splits import KEPT, of_source
from labeling.formats.returned import Near, Returned, Standing
from labeling.keys import annotator_key, text_hash
from labeling.models import (
    Annotation,
    Dispute,
    Event,
    Exposure,
    Label,
    Sentence,
    Source,
    Unit,
    Verb,
    Verdict,
)

# How exports call a person: see keys.annotator_key.
_KEY = re.compile(r"[0-9a-f]{16}")
# Exports do not say who decided.
ADJUDICATOR = "adjudicator"
_MOMENT = timedelta(milliseconds=1)
Laid = tuple[Source, list[tuple[Standing, Draft]]]


class Returner:
    """Writes chunks of one folder. Call `lay` in a transaction that holds the project's row."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.tally = layer.tally
        self.project = layer.project
        self.upload = layer.upload
        self._people: dict[str, int] = {}

    def lay(self, found: Sequence[Returned], groups: Sequence[Near]) -> None:
        """Write the articles and rows with what was said of them, then the groups of near twins.

        A sentence that is in the pool already is not added again: what was said of it goes to the one that is there,
        and what stands there stays. Of an article that has a new sentence all is laid. What is known as context alone
        stands outside the pool, so that nobody is asked about it.
        """
        if not (found or groups):
            return
        asked = [(one, text_hash(one.text)) for each in found for one in each.sentences if one.asked]
        here = self.layer.here(hashed for _one, hashed in asked)
        laid = list(self._laid(found, here))
        Source.objects.bulk_create(source for source, _each in laid)
        self.layer.write([sentence for _source, each in laid for _one, sentence in each])
        self.tally.articles += sum(source.unit == Unit.ARTICLE for source, _each in laid)
        answers = [answer for one, hashed in asked for answer in self._answers(one, hashed)]
        kept = Brought(self.project, self.upload, self.tally).keep(answers)
        in_pool = self._in_pool(hashed for _one, hashed in asked)
        self._expose(answers, in_pool)
        decided = self._decide([(one, in_pool[hashed]) for one, hashed in asked if one.verdict and hashed in in_pool])
        self._keep_splits(laid)
        self.layer.tell([(one.line, here[hashed]) for one, hashed in asked if hashed in here], kept | decided)
        for group in groups:
            self._group(group)

    def _laid(self, found: Iterable[Returned], here: Mapping[str, str]) -> Iterator[Laid]:
        """Drafts of what holds a sentence that is not here yet."""
        place, seen = self._next_place, set()
        for each in found:
            hashes = {one.line: text_hash(one.text) for one in each.sentences if one.asked}
            if set(hashes.values()) <= here.keys():
                continue
            sha256 = each.sha256
            if sha256 in seen or Source.objects.filter(project=self.project, sha256=sha256).exists():
                continue
            seen.add(sha256)
            unit = Unit.ARTICLE if each.unit == "article" else Unit.SENTENCE
            source = self.layer.source(each.origin, each.lang or each.origin.lang, each.text, sha256, unit)
            source.n_sentences = len(each.sentences)
            drafts = [(one, self._sentence(source, one)) for one in each.sentences]
            for one, sentence in drafts:
                if one.probability is not None and hashes[one.line] not in here:
                    sentence.audit_place, sentence.audit_probability = place, one.probability
                    place += 1
            yield source, drafts

    def _sentence(self, source: Source, one: Standing) -> Draft:
        piece = Piece(one.start, one.end, one.paragraph, boilerplate=False)
        sentence = self.layer.sentence(source, one.number, piece, lang=one.lang)
        if not one.asked:
            sentence.in_pool, sentence.taken_out_at = False, timezone.now()
            return sentence
        wanted = max(self.project.overlap, AUDIT_ANSWERS if one.probability is not None else 0)
        # All that were counted there count here, however many are wanted.
        sentence.slots_free = max(wanted, sum(not said.surplus for said in one.judgements))
        return sentence

    @property
    def _next_place(self) -> int:
        sample = Sentence.objects.of_audit_sample().filter(project=self.project)
        last = sample.aggregate(last=Max("audit_place"))["last"]
        return 0 if last is None else int(last) + 1

    @cached_property
    def _labels(self) -> dict[str, Label]:
        chosen = self.upload.options.get("labels", {})
        meant = meaning(self.project, chosen)
        theirs = {key: label for key in chosen if (label := meant.get(key.casefold()))}
        return {one.key: one for one in Label.objects.filter(project=self.project)} | theirs

    def _answers(self, one: Standing, hashed: str) -> Iterator[Answer]:
        for said in one.judgements:
            label, second = self._labels.get(said.label), self._labels.get(said.label_2)
            second = second if second != label else None
            yield Answer(one.line, hashed, self._person(said.annotator), label, second, said)

    def _person(self, name: str) -> int:
        """Whose answers are those of `name`: of the person of this project whom exports call so, else of a closed
        account that stands for them and is called so again."""
        if name not in self._people:
            user = None if name in self._ours else self._account(name)
            self._people[name] = user.pk if user else self._ours[name]
        return self._people[name]

    def _account(self, name: str) -> User:
        return stand_in(self.project, name, exported_as=name) if _KEY.fullmatch(name) else account(self.project, name)

    @cached_property
    def _ours(self) -> dict[str, int]:
        answered = Annotation.objects.filter(project=self.project).order_by().values_list("annotator", flat=True)
        members = self.project.memberships.values_list("user", flat=True)
        ids = {*answered.distinct(), *members}
        stand_ins = called(self.project)
        return {annotator_key(self.project.pk, pk): pk for pk in ids - stand_ins.keys()}

    def _in_pool(self, hashes: Iterable[str]) -> dict[str, int]:
        pool = Sentence.objects.in_pool().filter(project=self.project, text_hash__in=set(hashes))
        return dict(pool.values_list("text_hash", "pk"))

    def _expose(self, answers: Iterable[Answer], in_pool: Mapping[str, int]) -> None:
        """Keep that a suggestion was shown before an answer; what it said is not in an export."""
        Exposure.objects.bulk_create(
            (
                Exposure(
                    project=self.project,
                    sentence_id=in_pool[one.text_hash],
                    annotator_id=one.annotator,
                    share=0,
                    shown_at=one.judged.answered_at - _MOMENT,
                )
                for one in answers
                if one.judged and one.judged.suggestion_shown and one.text_hash in in_pool
            ),
            ignore_conflicts=True,
        )

    def _decide(self, asked: Sequence[tuple[Standing, int]]) -> set[int]:
        """Write the verdicts on sentences that have none, each with its Event; returns their lines."""
        ids = [pk for _one, pk in asked]
        standing = set(Verdict.objects.filter(sentence__in=ids).values_list("sentence_id", flat=True))
        new = [(one, pk) for one, pk in asked if pk not in standing]
        if not new:
            return set()
        by = stand_in(self.project, ADJUDICATOR)
        Verdict.objects.bulk_create(
            Verdict(
                project=self.project,
                sentence_id=pk,
                label=self._labels[one.verdict],
                error_kind=one.error_kind,
                decided_by=by,
            )
            for one, pk in new
        )
        Dispute.objects.filter(sentence__in=[pk for _one, pk in new]).delete()
        Event.objects.bulk_create(
            Event(
                project=self.project,
                who=by,
                verb=Verb.DECIDED,
                sentence_id=pk,
                after={
                    "label": self._labels[one.verdict].key,
                    "blind_label": "",
                    "error_kind": one.error_kind,
                    "reason": "",
                    "upload": self.upload.pk,
                },
            )
            for one, pk in new
        )
        return {one.line for one, _pk in new}

    def _keep_splits(self, laid: Iterable[Laid]) -> None:
        """Write down, as an Event, which split the export had each source in, and which sentences it left out."""
        kept: dict[str, list[int]] = {}
        for source, drafts in laid:
            told = [(one, sentence) for one, sentence in drafts if one.split and sentence.in_pool]
            splits = Counter(one.split for one, _sentence in told if one.split != "rest")
            if not told:
                continue
            whole = splits.most_common(1)[0][0] if splits else "test"
            kept.setdefault(whole, []).append(source.pk)
            kept.setdefault("rest", []).extend(
                sentence.pk
                for one, sentence in told
                if of_source(whole, drawn=sentence.audit_place is not None) != one.split
            )
        if kept:
            Event.objects.create(
                project=self.project, who=None, verb=Verb.RECEIVED, after={"upload": self.upload.pk, KEPT: kept}
            )

    def _group(self, group: Near) -> None:
        """Give near twins their duplicate group until they are looked for again; those that have one keep it."""
        ids = self._in_pool(map(text_hash, group.texts)).values()
        if ids:
            alone = Sentence.objects.filter(pk__in=ids, duplicate_group__isnull=True)
            alone.update(duplicate_group=min(ids))
