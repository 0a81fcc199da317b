"""Three readings of a form: was, what stands, what was typed."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

from django import forms
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.weaving import WovenForm, shown, weave


class AForm(WovenForm):
    name = forms.CharField(label="Name", required=False)
    phones = forms.CharField(label="Phones", required=False, widget=forms.Textarea)
    is_vip = forms.BooleanField(label="VIP", required=False)
    kinds = forms.MultipleChoiceField(label="Kinds", choices=[("a", "A"), ("b", "B"), ("c", "C")], required=False)
    LINES = MappingProxyType({"phones": "\n"})


def sent(was: dict[str, Any], **typed: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    opened = AForm(initial=was)
    data["was"] = json.dumps(shown(opened))
    for name, value in {**was, **typed}.items():
        if isinstance(value, list):
            data.setlist(name, value)
        elif value not in (False, None):
            data[name] = value if isinstance(value, str) else "on"
    return data


WAS = {"name": "Ann", "phones": "1\n2", "is_vip": False, "kinds": ["a"]}


def test_what_only_one_side_changed_falls_together() -> None:
    now = AForm(initial={**WAS, "name": "Ann Baker", "is_vip": True})
    data, clashes = weave(sent(WAS, phones="1\n2\n3"), now)
    assert clashes == []
    form = AForm(data)
    assert form.is_valid()
    assert form.cleaned_data["name"] == "Ann Baker"
    assert form.cleaned_data["is_vip"] is True
    assert form.cleaned_data["phones"] == "1\n2\n3"


def test_what_both_changed_differently_is_asked_with_both_values() -> None:
    now = AForm(initial={**WAS, "name": "Anna"})
    data, [clash] = weave(sent(WAS, name="Annie"), now, {"name": "Bo changed it 2 minutes ago"})
    assert (clash.label, clash.theirs, clash.mine, clash.who) == (
        "Name",
        "Anna",
        "Annie",
        "Bo changed it 2 minutes ago",
    )
    assert data["name"] == "Annie", "nothing typed is lost"
    data["keep-name"] = "theirs"
    data, clashes = weave(data, now)
    assert clashes == []
    assert data["name"] == "Anna"


def test_both_saying_the_same_is_no_clash() -> None:
    data, clashes = weave(sent(WAS, name="Annie"), AForm(initial={**WAS, "name": "Annie"}))
    assert clashes == []
    assert data["name"] == "Annie"


def test_lists_are_woven_line_by_line_and_choices_one_by_one() -> None:
    now = AForm(initial={**WAS, "phones": "2\n9", "kinds": ["a", "b"]})
    data, clashes = weave(sent(WAS, phones="1\n2\n3", kinds=["c"]), now)
    assert clashes == []
    assert data["phones"] == "2\n9\n3", "their new one, without the one they took out, and ours"
    assert data.getlist("kinds") == ["b", "c"]


@given(*(st.lists(st.sampled_from("abcd"), unique=True) for _ in range(3)))
def test_no_line_that_either_side_added_is_lost_and_none_that_either_took_out_stays(
    was: list[str], theirs: list[str], mine: list[str]
) -> None:
    data, _clashes = weave(
        sent({"phones": "\n".join(was)}, phones="\n".join(mine)), AForm(initial={"phones": "\n".join(theirs)})
    )
    woven = set(str(data["phones"]).split())
    assert woven >= (set(theirs) | set(mine)) - set(was)
    assert not woven & ((set(was) - set(theirs)) | (set(was) - set(mine)))


def test_a_form_that_does_not_say_what_it_showed_is_taken_as_meant() -> None:
    data = QueryDict("name=Annie&phones=1", mutable=True)
    woven, clashes = weave(data, AForm(initial=WAS))
    assert clashes == []
    assert (woven["name"], woven["phones"]) == ("Annie", "1")
