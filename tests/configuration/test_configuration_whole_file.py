"""A file as a whole: everything wrong with it at once, and never a crash."""

from hypothesis import given, settings
from hypothesis import strategies as st

from configuration.document import Plain, parse
from configuration.faults import Findings
from configuration.yaml_text import block
from tests.configuration.contoso import CONTOSO, GOOD, faults, spoilt


def test_a_file_of_nothing_says_how_to_begin() -> None:
    """An empty file, or one of comments, is not a configuration of nothing."""
    expected = [
        (
            "usher.yml:1: The file is empty."
            " Begin with organization:, administrators: and admin_channel:."
        )
    ]

    assert faults("") == expected
    assert faults("# only a comment\n") == expected


def test_a_list_is_not_a_file() -> None:
    """The kind of the whole is checked like any other."""
    assert faults("- organization\n") == [
        (
            "usher.yml:1: This file must be keys with values, not a list."
            " Write it like {organization: {name: Contoso}, administrators: [ada@contoso.com],"
            ' admin_channel: "#access-admin"}.'
        )
    ]


def test_every_missing_key_of_the_whole_is_reported_at_once() -> None:
    """Three things must be there; a catalog is not one of them."""
    assert faults("catalogs: []\n") == [
        'usher.yml:1: This file has no admin_channel. Add admin_channel: "#access-admin"',
        (
            "usher.yml:1: This file has no administrators."
            ' Add administrators: [ada@contoso.com, "@access-admins"]'
        ),
        "usher.yml:1: This file has no organization. Add organization: {name: Contoso}",
    ]


def test_faults_of_form_and_of_meaning_are_reported_together_in_the_order_of_lines() -> None:
    """One run is enough to see everything that must be changed."""
    text = spoilt(
        ("[ada@contoso.com]", "[ada@contoso.com, ada]"),
        ("decide_within: P14D", "decide_within: two weeks"),
        ("{manager: 1}", "{people: [olag@contoso.com]}"),
        ("[P14D, P1D]", "[P14D, P14D]"),
        ("role: user", "role: usr"),
    )

    assert [fault.split(":")[1] for fault in faults(text)] == ["2", "27", "28", "35", "37"]


def test_a_fault_in_one_item_leaves_the_others_to_be_checked() -> None:
    """Lines and lookups stay right beside what was left out."""
    found = faults(spoilt(("[ada@contoso.com]", "\n  - ada\n  - nobody@contoso.com\n  - 7")))

    assert [fault.split(": ", 1)[0] for fault in found] == [
        "usher.yml:3",
        "usher.yml:4",
        "usher.yml:5",
    ]


JUNK: list[Plain] = [
    None, True, 0, -1, 1.5, "", " ", "x", "@x", "#x", "x@y.z", "P1D", "PT0S", "never", "2027-06-30",
    [], {}, [[]], [None], [{}], {"x": 1}, {"people": ["x@y.z"]}, ["olga@contoso.com"] * 2,
]  # fmt: skip


def _places(value: Plain, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every path in a value but the empty one."""
    parts: list[tuple[str | int, Plain]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    found = [path] if path else []
    return found + [place for key, part in parts for place in _places(part, (*path, key))]


def _replaced(value: Plain, path: tuple[str | int, ...], by: Plain) -> Plain:
    """The value with something else at a path."""
    if not path:
        return by
    if isinstance(value, dict):
        return {k: _replaced(v, path[1:], by) if k == path[0] else v for k, v in value.items()}
    if isinstance(value, list):
        return [_replaced(v, path[1:], by) if n == path[0] else v for n, v in enumerate(value)]
    return value


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_place_is_reported_or_right_and_never_a_crash(
    data: st.DataObject,
) -> None:
    """Junk at one or two places of a good file, with a directory and without."""
    document = parse(GOOD, Findings("good"))
    assert document is not None
    value = document.value
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from(_places(value)))
        value = _replaced(value, place, data.draw(st.sampled_from(JUNK)))
    assert isinstance(value, dict)

    for directory in (CONTOSO, None):
        found = faults(block(value), directory)

        assert len(found) == len(set(found))
        assert all(fault.startswith("usher.yml:") for fault in found)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, len(GOOD)),
    st.integers(0, 40),
    st.text("[]{}#@:-&*!|>'\"%?, \n\tab1", max_size=6),
)
def test_whatever_is_typed_into_a_file_is_reported_or_right_and_never_a_crash(
    at: int, length: int, typed: str
) -> None:
    """A slip of the keyboard anywhere."""
    found = faults(GOOD[:at] + typed + GOOD[at + length :])

    assert all(fault.startswith("usher.yml:") for fault in found)
