"""Configurations made at random that a file can describe, with the directory they are about."""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from configuration import names
from configuration.names import fold
from engine.application.directory import Channel
from engine.domain.catalogs import (
    AccessPackage,
    Catalog,
    CatalogState,
    Fulfillers,
    Grant,
    Organization,
    Resource,
)
from engine.domain.configuration import Configuration
from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import (
    CATALOG_OWNERS,
    Group,
    Person,
    PersonKind,
    Subject,
    members_of,
    the_manager,
    the_person,
)
from engine.domain.policies import (
    MAX_DECIDE_WITHIN,
    MAX_DURATION,
    NEVER,
    ApprovalStage,
    AssignmentPolicy,
    Escalation,
    Expiration,
    ExtensionRule,
    JustificationRule,
    ReasonRule,
    Requestors,
    RequestorScope,
)
from engine.domain.review_settings import ReviewSettings
from tests.configuration.contoso import TODAY, PlainDirectory, a_directory
from tests.configuration.generated_reviews import some_reviews

PEOPLE = [
    Person(id=PersonId(f"U{n}"), name=f"P{n}", kind=PersonKind.MEMBER, email=f"p{n}@contoso.com")
    for n in range(6)
]
GROUPS = [
    Group(
        id=GroupId(f"S{n}"),
        handle=f"group-{n}",
        name=f"G{n}",
        members=frozenset(person.id for person in PEOPLE),
    )
    for n in range(4)
]
CHANNELS = [Channel(id=ChannelId(f"C{n}"), name=f"c-{n}", is_private=True) for n in range(3)]
DIRECTORY: PlainDirectory = a_directory(PEOPLE, GROUPS, CHANNELS)

_LEAST = timedelta(microseconds=1)
_words = st.text(
    st.characters(
        exclude_categories=("Zs", "Zl", "Zp", "Cc", "Cs"), exclude_characters="\ufffe\uffff"
    ),
    min_size=1,
    max_size=12,
)
_name = st.lists(_words, min_size=1, max_size=3).map(" ".join).filter(lambda text: len(text) <= 75)
_odd = st.sampled_from(
    [
        "null",
        "yes",
        "~",
        "2027-06-30",
        "7",
        "- a",
        "a: b",
        "a #b",
        "@x",
        "#x",
        "'",
        '"',
        "\\n",
        "{}",
    ]
)
some_name = _name | _odd
some_text = st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=60)


def _unique(
    of: st.SearchStrategy[str], *, least: int = 0, most: int = 3
) -> st.SearchStrategy[list[str]]:
    return st.lists(of, min_size=least, max_size=most, unique_by=fold)


def _some_time(most: timedelta) -> st.SearchStrategy[timedelta]:
    exact = st.timedeltas(min_value=_LEAST, max_value=most)
    if most < timedelta(seconds=1):
        return exact
    return st.integers(1, int(most.total_seconds())).map(lambda n: timedelta(seconds=n)) | exact


person_subjects = [the_person(person.id) for person in PEOPLE]
group_subjects = [members_of(group.id) for group in GROUPS]
people_and_groups = st.lists(
    st.sampled_from([*person_subjects, *group_subjects]), max_size=4, unique=True
).map(tuple)
approvers = st.lists(
    st.sampled_from(
        [*person_subjects, *group_subjects, the_manager(1), the_manager(2), CATALOG_OWNERS]
    ),
    min_size=1,
    max_size=5,
    unique=True,
).map(tuple)


@st.composite
def stages(draw: st.DrawFn, name: str) -> ApprovalStage:
    """One stage that somebody could decide."""
    within = draw(_some_time(MAX_DECIDE_WITHIN).filter(lambda time: time > _LEAST))
    before = _some_time(within - _LEAST)
    times = st.lists(before, max_size=3, unique=True).map(sorted)
    # One whom no policy below names as requestor, so that nobody's request is stuck.
    decider = members_of(GROUPS[0].id)
    asked: tuple[Subject, ...] = draw(approvers)
    return ApprovalStage(
        name=name,
        approvers=(decider, *(each for each in asked if each != decider)),
        fallback_approvers=draw(people_and_groups),
        needed=draw(st.sampled_from([None, 1, 2, 3])),
        decide_within=within,
        remind=tuple(draw(times)),
        escalate=tuple(
            Escalation(after=after, to=draw(approvers), fallback=draw(people_and_groups))
            for after in draw(times)
        ),
        reason=draw(st.sampled_from(ReasonRule)),
    )


@st.composite
def _requestors(draw: st.DrawFn) -> Requestors:
    scope = draw(st.sampled_from(RequestorScope))
    if scope is not RequestorScope.SPECIFIC:
        return Requestors(scope=scope)
    people = draw(st.lists(st.sampled_from(person_subjects), max_size=2, unique=True))
    groups = draw(st.lists(st.sampled_from(group_subjects), min_size=1, max_size=2, unique=True))
    return Requestors(scope=scope, subjects=(*people, *groups))


@st.composite
def policies(draw: st.DrawFn, package: str, name: str) -> AssignmentPolicy:
    """One policy of a package."""
    expiration = draw(
        st.just(NEVER)
        | _some_time(MAX_DURATION).map(lambda time: Expiration(after=time))
        | st.dates(TODAY, TODAY + MAX_DURATION).map(lambda day: Expiration(on=day))
    )
    leads = st.lists(_some_time(MAX_DURATION), max_size=3, unique=True).map(tuple)
    usual = ExtensionRule().remind_before
    return AssignmentPolicy(
        id=names.policy_id(package, name),
        package_id=names.package_id(package),
        name=name,
        requestors=draw(_requestors()),
        justification=draw(st.sampled_from(JustificationRule)),
        stages=tuple(draw(stages(each)) for each in draw(_unique(some_name, most=2))),
        approval_for_request=draw(st.booleans()),
        approval_for_extension=draw(st.booleans()),
        expiration=expiration,
        requestor_may_shorten=draw(st.booleans()),
        extension=ExtensionRule(
            allowed=draw(st.booleans()),
            remind_before=draw(
                st.sampled_from([usual, ()]) if expiration == NEVER else leads | st.just(usual)
            ),
        ),
        reviews=draw(st.none() | _reviews()),
    )


@st.composite
def _reviews(draw: st.DrawFn) -> ReviewSettings:
    named = draw(st.just(["Review"]) | _unique(some_name, least=1, most=3))
    return draw(some_reviews(named, [*person_subjects, *group_subjects]))


@st.composite
def _resource(draw: st.DrawFn, catalog: str, name: str) -> Resource:
    kind = draw(st.sampled_from(["manual", "slack_usergroup", "slack_channel"]))
    label, target, fulfillers = "", "", Fulfillers()
    roles: tuple[str, ...] = ("member",)
    match kind:
        case "slack_usergroup":
            group = draw(st.sampled_from(GROUPS))
            label, target = f"@{group.handle}", str(group.id)
        case "slack_channel":
            channel = draw(st.sampled_from(CHANNELS))
            label, target = f"#{channel.name}", str(channel.id)
        case _:
            label = target = draw(some_name)
            roles = tuple(draw(st.lists(some_name, min_size=1, max_size=2, unique=True)))
            ids = [channel.id for channel in CHANNELS]
            fulfillers = Fulfillers(
                subjects=draw(people_and_groups),
                channels=tuple(draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))),
            )
    return Resource(
        id=names.resource_id(catalog, name),
        catalog_id=names.catalog_id(catalog),
        name=name,
        connector=kind,
        target=target,
        target_label=label,
        roles=roles,
        fulfillers=fulfillers,
    )


@dataclass(slots=True)
class _Parts:
    catalogs: list[Catalog]
    resources: list[Resource]
    packages: list[AccessPackage]
    policies: list[AssignmentPolicy]


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    """A whole configuration; everything in it can be written in a file."""
    parts = _Parts([], [], [], [])
    every_package = draw(_unique(some_name, least=2, most=4))
    left = list(every_package)
    for catalog in draw(_unique(some_name, least=draw(st.integers(0, 1)), most=2)):
        owners = draw(people_and_groups)
        parts.catalogs.append(
            Catalog(
                id=names.catalog_id(catalog),
                name=catalog,
                description=draw(some_text),
                state=draw(st.sampled_from(CatalogState)),
                visible_to_external_users=draw(st.booleans()),
                owners=owners,
            )
        )
        own = [draw(_resource(catalog, each)) for each in draw(_unique(some_name, least=1))]
        parts.resources += own
        for name in left[: draw(st.integers(0, 2))]:
            left.remove(name)
            _add_package(draw, parts, catalog, name, own)
    known = [package.name for package in parts.packages]
    packages = tuple(_with_incompatible(draw, package, known) for package in parts.packages)
    return Configuration(
        organization=Organization(
            name=draw(some_name),
            domains=tuple(draw(st.lists(st.sampled_from(["a.com", "b.example.org"]), unique=True))),
            administrators=(
                the_person(PEOPLE[0].id),
                *draw(st.sampled_from([(), (group_subjects[1],)])),
            ),
            admin_channel=draw(st.sampled_from([channel.id for channel in CHANNELS])),
            fallback_approvers=draw(people_and_groups),
        ),
        catalogs=tuple(parts.catalogs),
        resources=tuple(parts.resources),
        packages=packages,
        policies=tuple(parts.policies),
    )


def _add_package(
    draw: st.DrawFn, parts: _Parts, catalog: str, name: str, own: list[Resource]
) -> None:
    grants = [Grant(resource_id=each.id, role=role) for each in own for role in each.roles]
    parts.packages.append(
        AccessPackage(
            id=names.package_id(name),
            catalog_id=names.catalog_id(catalog),
            name=name,
            description=draw(some_text),
            hidden=draw(st.booleans()),
            grants=tuple(draw(st.lists(st.sampled_from(grants), min_size=1, unique=True))),
            keep_access_held_before=draw(st.booleans()),
        )
    )
    parts.policies += [draw(policies(name, each)) for each in draw(_unique(some_name, least=1))]


def _with_incompatible(draw: st.DrawFn, package: AccessPackage, known: list[str]) -> AccessPackage:
    others = [names.package_id(name) for name in known if name != package.name]
    groups = [group.id for group in GROUPS]
    return AccessPackage(
        id=package.id,
        catalog_id=package.catalog_id,
        name=package.name,
        description=package.description,
        hidden=package.hidden,
        grants=package.grants,
        incompatible_packages=tuple(
            draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else ()
        ),
        incompatible_groups=tuple(draw(st.lists(st.sampled_from(groups), max_size=2, unique=True))),
        keep_access_held_before=package.keep_access_held_before,
    )
