"""The only way a view gets a run or what belongs to one: what is not there is 404."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from regulars.intake.models import Feed, ImportRun, Mapping, Question


def run_seen(run_id: int) -> ImportRun:
    return get_object_or_404(ImportRun, pk=run_id)


def mapping_seen(mapping_id: int) -> Mapping:
    return get_object_or_404(Mapping, pk=mapping_id)


def question_seen(run: ImportRun, question_id: int) -> Question:
    return get_object_or_404(Question, run=run, pk=question_id)


def feed_seen(feed_id: int) -> Feed:
    return get_object_or_404(Feed, pk=feed_id)
