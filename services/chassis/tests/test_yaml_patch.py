"""A patch changes one part of a YAML text and leaves the rest as it was written."""

import difflib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from loket_chassis.yaml.patch import amended

TEXT = """\
# what we offer
kinds:
  advice:            # the usual one
    name: {nl: "Advies", fr: 'Conseil'}
    duration: 45     # minutes
    hours:
      - {days: [monday], from: "09:00", to: "12:00"}   # not in summer

  # asked less often
  permit:
    name: Vergunning
    hours:
      - {days: [friday], from: "09:00", to: "12:00"}

# who gives it
people: {an: {team: one}}
"""


def changed_lines(before, after):
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:3] not in ("---", "+++") and not line.startswith("@@")]


def test_setting_the_same_value_leaves_the_text_unchanged():
    assert amended(TEXT, ("kinds", "advice"), {"duration": "45", "name": {"nl": "Advies", "fr": "Conseil"}}) == TEXT


def test_a_value_is_changed_on_its_line_and_keeps_its_comment():
    after = amended(TEXT, ("kinds", "advice"), {"duration": "60"})
    assert changed_lines(TEXT, after) == ["-    duration: 45     # minutes", "+    duration: 60     # minutes"]


def test_the_comment_before_the_next_part_survives_a_replaced_list():
    rules = [{"days": ["monday", "friday"], "from": "10:00", "to": "11:00"}]
    after = amended(TEXT, ("kinds", "advice"), {"hours": rules})
    assert changed_lines(TEXT, after) == [
        '-      - {days: [monday], from: "09:00", to: "12:00"}   # not in summer',
        '+      - {days: [monday, friday], from: "10:00", to: "11:00"}   # not in summer',
    ]


def test_a_new_key_is_added_at_the_end_of_its_part():
    after = amended(TEXT, ("kinds", "advice"), {"interval": "15"})
    assert changed_lines(TEXT, after) == ["+    interval: 15"]
    assert after.index("interval") < after.index("\n\n  # asked less often")


@pytest.mark.parametrize("path", [("kinds", "advice"), ("kinds", "permit")])
def test_removing_a_key_removes_only_its_lines(path):
    after = amended(TEXT, path, {"hours": None, "never there": None})
    assert all(line.startswith("-") and ("hours" in line or "days" in line) for line in changed_lines(TEXT, after))


def test_missing_parts_are_created():
    after = amended(TEXT, ("texts", "nl", "reminder"), {"closing": 'Tot "straks"'})
    assert after.startswith(TEXT)
    assert yaml.safe_load(after)["texts"] == {"nl": {"reminder": {"closing": 'Tot "straks"'}}}


SHARED = [{"days": ["monday"], "from": "09:00"}, {"days": ["friday"], "from": "10:00"}]

words = st.text(max_size=8)
texts = st.dictionaries(words, words, max_size=2)
values = words | st.lists(words | texts, max_size=3) | texts | st.dictionaries(words, texts, max_size=2)


@given(st.dictionaries(st.sampled_from(["name", "duration", "hours", "other"]), st.none() | values, max_size=4))
def test_a_patched_text_parses_to_the_new_values_and_keeps_the_rest(change):
    after = amended(TEXT, ("kinds", "advice"), change)
    read, before = (yaml.load(text, yaml.BaseLoader) for text in (after, TEXT))
    expected = {**before["kinds"].pop("advice"), **change}
    assert read["kinds"].pop("advice") == {name: value for name, value in expected.items() if value is not None}
    assert read == before
    for comment in ("# what we offer\n", "  # asked less often\n", "\n# who gives it\n"):
        assert comment in after


def test_changing_one_alias_leaves_the_others_unchanged():
    text = "a: {hours: &usual [x]}\nb:\n  hours: *usual\n  name: B\n"
    assert amended(text, ("b",), {"hours": ["z"]}) == "a: {hours: &usual [x]}\nb:\n  hours: [z]\n  name: B\n"
    assert amended(text, ("b",), {"hours": None}) == "a: {hours: &usual [x]}\nb:\n  name: B\n"


def test_a_part_on_one_line_is_rewritten_on_that_line():
    assert amended("a: {b: {c: x}} # why\n", ("a", "b"), {"c": "z", "d": "true"}) == 'a: {b: {c: z, d: "true"}} # why\n'


def test_a_multi_line_text_is_replaced_as_a_whole():
    text = "a:\n  t: |\n    one\n    two\n\n# next\nb: 1\n"
    assert amended(text, ("a",), {"t": "new"}) == "a:\n  t: new\n\n# next\nb: 1\n"


def test_changing_an_anchored_value_leaves_its_aliases_unchanged():
    text = yaml.safe_dump({name: {"hours": SHARED, "name": name} for name in ("an", "bert", "carla")})
    assert text.count("*") == 2
    before, after = (
        yaml.load(each, yaml.BaseLoader) for each in (text, amended(text, ("an",), {"hours": [{"a": "b"}]}))
    )
    assert after == {**before, "an": {"hours": [{"a": "b"}], "name": "an"}}
    gone = yaml.load(amended(text, ("an",), {"hours": None}), yaml.BaseLoader)
    assert gone == {**before, "an": {"name": "an"}}


def test_changing_an_aliased_part_leaves_its_anchor_unchanged():
    text = "a: &usual {hours: [x], name: A}\nb: *usual\n"
    assert amended(text, ("b",), {"hours": ["z"]}) == "a: &usual {hours: [x], name: A}\nb: {hours: [z], name: A}\n"
