"""What is filled by putting texts together reads exactly as Liquid itself would have written it."""

from __future__ import annotations

import itertools

import pytest

from regulars.outreach.services.liquid import EmptyField, parsed, rendered
from regulars.outreach.services.plain_liquid import plain_parts, put_together

FACTS = ("greeting", "first_name", "today", "bought")
PLAIN = (
    "Hello",
    "{{ greeting }},\n\nthank you.",
    "{{ greeting -}}\n  , thank you {{- first_name }}!",
    "Happy birthday{% if first_name %}, {{ first_name }}{% endif %}",
    "{% if bought %}I hope you like {{ bought }}.{% else %}Come by, {{ first_name | default: 'friend' }}.{% endif %}",
    "{%- if bought -%} a {{ bought }} {%- endif %} b",
    '{{ today }}: {{ first_name | default: "you" }}',
    "{% if bought %}{% if first_name %}{{ first_name }}: {{ bought }}{% endif %}{% endif %}.",
)
ARTFUL = (
    "{{ first_name | upcase }}",
    "{{ today | default: 'now' }}",
    "{% if today %}x{% endif %}",
    "{% if bought %} {% endif %}",
    "{% if first_name == 'Ann' %}x{% endif %}",
    "{% unless bought %}x{% endunless %}",
    "{% assign n = 'x' %}{{ n }}",
    "{{ first_name | default: 'a', allow_false: true }}",
    "{{ first_name.size }}",
)


def _people():
    values = {"greeting": "Dear Ann", "first_name": "Ann", "today": "4 March", "bought": "a green scarf & a 100 % hat"}
    for n in range(len(FACTS) + 1):
        for names in itertools.combinations(FACTS, n):
            yield {name: values[name] for name in names}


@pytest.mark.parametrize("source", PLAIN)
def test_a_plain_template_reads_as_liquid_writes_it_whoever_it_is_for(source):
    parts = plain_parts(parsed(source).nodes)
    assert parts is not None
    filled = 0
    for facts in _people():
        text = put_together(parts, facts)
        if text is not None:
            filled += 1
            assert text == parsed(source).render(**facts)
    assert filled


@pytest.mark.parametrize("source", ARTFUL)
def test_what_takes_more_than_that_is_left_to_liquid(source):
    assert plain_parts(parsed(source).nodes) is None


def test_a_missing_field_is_named_as_ever_and_a_long_or_odd_value_is_left_to_liquid():
    parts = plain_parts(parsed("{{ greeting }}").nodes)
    assert parts is not None
    assert put_together(parts, {"greeting": True}) is None
    assert put_together(parts, {"greeting": "x" * 2_000}) is None
    assert rendered("{{ greeting }}", {"greeting": True}) == "true"
    with pytest.raises(EmptyField) as empty:
        rendered("Dear {{ first_name }}", {"greeting": "Dear Ann"})
    assert empty.value.name == "first_name"
