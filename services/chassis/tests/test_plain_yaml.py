"""What nobody means by a YAML text is refused before it means anything, with the line at which it stands."""

import pytest

from loket_chassis.plain_yaml import NotPlain, compose

#: ten times ten times ten ...
FOLDED = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: b\nc: [", 2, "expected"),
        ("a: \x00", 1, "signs"),
        ("\n" + "[" * 100_000, 1, "nested"),
        ("a: 1\nb: " + "[" * 40 + "]" * 40, 2, "nested"),
        ("&a [*a]", 1, "nested"),
        (FOLDED, None, "unfolds"),
        ("a: 1\n? [b]\n: c", 2, "key"),
        ('a: 1\nb: "\\ud800"', 2, "half"),
        ('"\\udfff": 1', 1, "half"),
    ],
)
def test_it_is_refused_with_its_line(text, line, why):
    with pytest.raises(NotPlain, match=why) as refused:
        compose(text)
    assert line in (None, refused.value.line)


@pytest.mark.parametrize("text", ["", "# nothing"])
def test_nothing_is_nothing(text):
    assert compose(text) is None


def test_aliases_and_whole_characters_are_what_people_write():
    assert compose('usual: &usual {a: "\\U0001F600"}\nother: *usual') is not None
