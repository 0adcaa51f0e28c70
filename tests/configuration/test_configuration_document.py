"""The file as YAML: what can be read, on which line it stands, and what is refused."""

import pytest

from configuration.document import MAX_BYTES, MAX_DEPTH, MAX_VALUES, Document, Plain, parse
from configuration.faults import Findings


def reading(text: str) -> tuple[Document | None, list[str]]:
    """A text's document and faults."""
    findings = Findings("usher.yml")
    document = parse(text, findings)
    return document, [str(fault) for fault in findings.faults]


def value(text: str) -> Plain:
    """What a text without faults says."""
    document, faults = reading(text)
    assert document is not None
    assert not faults
    return document.value


def fault(text: str) -> str:
    """The one fault of a text."""
    _, faults = reading(text)
    assert len(faults) == 1, faults
    return faults[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("7", 7),
        ("-7", -7),
        ("007", 7),
        ("1.5", 1.5),
        ("2027-06-30", "2027-06-30"),
        ("12:30", "12:30"),
        ("0x1F", "0x1F"),
        ("'7'", "7"),
        ('"true"', "true"),
        ("1_000", "1_000"),
        ("9999999999999999999", 9999999999999999999.0),
    ],
)
def test_scalars_are_read_by_the_core_schema_of_yaml_1_2(written: str, meant: Plain) -> None:
    """A `yes` is a word, a date is text, and a quoted number is text."""
    assert value(f"key: {written}\n") == {"key": meant}


def test_every_key_and_every_item_knows_its_line() -> None:
    """A key counts where it is written, also when its value begins below it."""
    document, _ = reading("a:\n  - b: 1\n    c:\n      d\n  - [x,\n     y]\n")

    assert document is not None
    assert document.line(("a",)) == 1
    assert document.line(("a", 0)) == 2
    assert document.line(("a", 0, "b")) == 2
    assert document.line(("a", 0, "c")) == 3
    assert document.line(("a", 1, 1)) == 6
    assert document.line(("a", 0, "missing")) == 2


def test_lines_stay_right_when_something_is_left_out() -> None:
    """Items move up, their lines do not."""
    document, _ = reading("a:\n  - one\n  - two\n  - three\nb: 1\n")
    assert document is not None

    rest = document.without([("a", 0), ("b",)])

    assert rest.value == {"a": ["two", "three"]}
    assert rest.line(("a", 0)) == 3
    assert rest.line(("a", 1)) == 4
    assert rest.harmed == {(), ("a",), ("b",)}


def test_keys_given_twice_are_all_reported_and_the_first_counts() -> None:
    """Each repetition is a fault of its own."""
    document, faults = reading("a: 1\nb: {c: 1, c: 2}\na: 3\n")

    assert document is not None
    assert document.value == {"a": 1, "b": {"c": 1}}
    assert faults == [
        "usher.yml:2: c was already given on line 2. Keep one of the two.",
        "usher.yml:3: a was already given on line 1. Keep one of the two.",
    ]


def test_an_alias_repeats_a_value() -> None:
    """What is marked with & can be repeated with *."""
    assert value("a: &stages [1, 2]\nb: *stages\n") == {"a": [1, 2], "b": [1, 2]}


def test_a_file_may_begin_with_a_byte_order_mark_and_dashes() -> None:
    """Editors of some systems write one."""
    assert value("\ufeff---\na: 1\n") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\t- b\n", "2: A tab cannot stand here. Indent with spaces."),
        (
            "owners: [@it-desk, x]\n",
            '1: Text that begins with @ needs quotes. Write "@it-desk".',
        ),
        ("a: `x`\n", '1: Text that begins with ` needs quotes. Write "`x`".'),
        (
            "a: 1\nfulfillers: [#it-desk]\nb: 2\n",
            (
                "2: Everything after # is a comment, so the bracket here is never closed."
                ' Write "#it-desk" in quotes.'
            ),
        ),
        (
            "a: 1\nb: [1, 2\nc: 3\n",
            (
                "2: The bracket opened here is not closed, or a comma is missing in it."
                " Close it, with commas between the items."
            ),
        ),
        (
            'a: 1\npattern: "OPS-\\d+"\n',
            (
                "2: \\d means nothing inside double quotes."
                " Use single quotes around text with backslashes."
            ),
        ),
        (
            "a: 1\nb: 'text\nc: 2\n",
            "2: The quote opened here is never closed. Close it on the same line.",
        ),
        (
            "a: one: two\n",
            (
                "1: A colon cannot stand here."
                " Put text with a colon in quotes, and check the indentation."
            ),
        ),
        (
            "a: 1\njust words\nb: 2\n",
            (
                "2: This line is not of the form key: value."
                " Add the colon, or put text of several lines in quotes."
            ),
        ),
        (
            "- a\nb: 1\n",
            (
                "2: The indentation does not fit the lines above."
                " Start keys of one thing, and dashes of one list, in the same column."
            ),
        ),
        (
            "a: 1\n---\nb: 2\n",
            (
                "2: A second document begins here."
                " Remove the line ---: one file has one configuration."
            ),
        ),
        (
            "a: !!python/object/apply:os.system [x]\n",
            (
                "1: The tag !!python/object/apply:os.system is not allowed."
                " Values are plain text, numbers, true and false, lists, and keys with values."
            ),
        ),
        (
            "a: 1\nb: *other\n",
            (
                "2: *other repeats something that is not there."
                " Mark what it should repeat with &other, above and complete."
            ),
        ),
        (
            "a: &me\n  - *me\n",
            (
                "2: *me repeats something that is not there."
                " Mark what it should repeat with &me, above and complete."
            ),
        ),
        ("? [a]\n: 1\n", "1: A key must be a word. Write key: value."),
        ("a: &x b\n*x : 1\n", "2: A key must be a word. Write key: value."),
        ("a: 1\nb: \x01\n", "2: The character U+0001 cannot be in a YAML file. Remove it."),
        ("a: 1\nb: \ud800\n", "2: The character U+D800 cannot be in a YAML file. Remove it."),
        (
            "%YAML 3.0\n---\na: 1\n",
            (
                "1: This is not valid YAML: found incompatible YAML document (version 1.* is"
                " required)."
            ),
        ),
    ],
)
def test_what_yaml_cannot_read_is_said_in_words_on_its_line(text: str, expected: str) -> None:
    """Nobody needs to know the grammar's own words."""
    assert fault(text) == f"usher.yml:{expected}"


def test_a_strange_character_far_down_is_found_on_its_line() -> None:
    """The reader works in pieces; the line counts from the top all the same."""
    text = "# padding\n" * 2_000 + "a: \x02\n"

    assert fault(text).startswith("usher.yml:2001: The character U+0002")


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_refused() -> None:
    """The bound counts bytes, not characters."""
    head = "a: ü\n# "
    most = head + "x" * (MAX_BYTES - len(head.encode()))
    assert value(most) == {"a": "ü"}

    assert fault(most + "x") == (
        "usher.yml:1: The file has 4,194,305 bytes; 4,194,304 is the most."
        " Remove what is not configuration."
    )


def test_the_deepest_nesting_is_read_and_one_level_more_is_refused() -> None:
    """Also when it is an alias that makes it too deep."""
    deepest = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    value(deepest)
    expected = (
        "usher.yml:1: Nothing may be nested more than 20 levels deep."
        " Check the brackets and the indentation."
    )

    assert fault(f"[{deepest}]") == expected
    assert fault("[" * 500_000) == expected
    inner = "[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2)
    value(f"a: &x {inner}\nb: [*x]\n")
    assert fault(f"a: &x {inner}\nb: [[*x]]\n") == expected


def test_the_most_values_are_read_and_one_more_is_refused() -> None:
    """The count is of values with every alias spread out."""
    hundred = "[" + ", ".join(["1"] * 99) + "]"
    aliases = ", ".join(["*x"] * 3997)
    # The mapping, a with its hundred, b with its aliases, and c itself are counted already.
    spare = MAX_VALUES - 1 - 100 - (1 + 3997 * 100) - 1
    text = f"a: &x {hundred}\nb: [{aliases}]\nc: [{', '.join(['1'] * spare)}]\n"
    value(text)

    assert "more than 400,000 values" in fault(text.replace("c: [", "c: [1, "))


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    """A few lines that would be a hundred thousand million values never become them."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 11)]

    assert "every alias (*name) is spread out" in fault("\n".join(lines))
