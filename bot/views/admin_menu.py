"""What administrators can press and fill in: the menu, and the forms of what needs more words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.views import form_state
from bot.views.action_ids import ActionId, BadValue, BlockId, CallbackId, parse_id
from bot.views.blocks import (
    Block,
    Option,
    View,
    actions,
    button,
    external_select,
    input_block,
    modal,
    options,
    people_select,
    section,
    text_input,
)
from bot.views.wording import admin_menu as said
from bot.views.wording import words
from bot.views.wording.requests import asks
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.catalogs import AccessPackage
from engine.domain.ids import CatalogId, PackageId, PersonId, RequestId
from engine.domain.reasons import MAX_REASON


def menu() -> list[Block]:
    """Everything the command does, to press: first what is looked at, then what is changed."""
    return [
        actions(
            button(said.REQUESTS, ActionId.ADMIN_REQUESTS),
            button(said.PACKAGES, ActionId.ADMIN_PACKAGES),
            button(said.REVIEWS, ActionId.ADMIN_REVIEWS),
            button(said.RESULTS, ActionId.ADMIN_RESULTS),
        ),
        actions(
            button(said.ASSIGN, ActionId.ASSIGN),
            button(said.REMOVE, ActionId.TAKE_AWAY),
            button(said.START_REVIEW, ActionId.START_REVIEW),
            button(words.HELP, ActionId.ADMIN_HELP),
        ),
    ]


# Forms ------------------------------------------------------------------------------------------


def assign_form() -> View:
    """`assign @person PACKAGE`."""
    return modal(
        CallbackId.ASSIGN_FORM,
        said.ASSIGN,
        [_person_field(), _package_field(said.ASSIGN_HINT), _why_field()],
        submit=said.ASSIGN_VERB,
        close=words.CLOSE,
    )


def remove_form() -> View:
    """`remove @person PACKAGE`."""
    return modal(
        CallbackId.TAKE_AWAY_FORM,
        said.REMOVE,
        [_person_field(), _package_field(said.REMOVE_HINT), _why_field()],
        submit=said.REMOVE_VERB,
        close=words.CLOSE,
    )


def review_form() -> View:
    """`review start PACKAGE`."""
    return modal(
        CallbackId.START_REVIEW_FORM,
        said.START_REVIEW,
        [_package_field(said.REVIEW_HINT)],
        submit=said.START_VERB,
        close=words.CLOSE,
    )


def reassign_form(request: AssignmentRequest) -> View:
    """`reassign ID @person`."""
    return modal(
        CallbackId.REASSIGN_FORM,
        said.REASSIGN,
        [section(f"{asks(request)}."), _person_field(said.REASSIGN_HINT)],
        submit=said.REASSIGN,
        close=words.CLOSE,
        private_metadata=form_state.remember(request=request.id),
    )


def _person_field(hint: str = "") -> Block:
    select = people_select(ActionId.PERSON, placeholder=said.PERSON_PLACEHOLDER)
    return input_block(BlockId.PERSON, said.PERSON, select, hint=hint)


def _package_field(hint: str) -> Block:
    select = external_select(
        ActionId.ANY_PACKAGE, initial=None, placeholder=said.PACKAGE_PLACEHOLDER
    )
    return input_block(BlockId.PACKAGE, words.PACKAGE, select, hint=hint)


def _why_field() -> Block:
    field = text_input(ActionId.REASON, multiline=True, most=MAX_REASON)
    return input_block(BlockId.REASON, words.REASON, field, optional=True, hint=said.WHY_HINT)


def package_options(
    packages: Iterable[AccessPackage], catalogs: Mapping[CatalogId, str]
) -> list[Block]:
    """What the package field offers while somebody types; beside each its catalog's name."""
    return options(
        Option(words=one.name, value=one.id, description=catalogs.get(one.catalog_id, ""))
        for one in packages
    )


# Reading ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedGrant:
    """A filled-in form about a person and a package."""

    person_id: PersonId
    package_id: PackageId
    why: str


def parse_grant(state: Mapping[str, object]) -> ParsedGrant | dict[str, str]:
    """Of `assign_form` and `remove_form`, or what is missing by block id."""
    person_id = form_state.person(state, BlockId.PERSON)
    package_id = form_state.choice(state, BlockId.PACKAGE)
    if person_id is None:
        return {str(BlockId.PERSON): said.CHOOSE_PERSON}
    if package_id is None:
        return {str(BlockId.PACKAGE): said.CHOOSE_PACKAGE}
    return ParsedGrant(
        person_id=PersonId(person_id),
        package_id=PackageId(package_id),
        why=form_state.text(state, BlockId.REASON),
    )


def parse_review(state: Mapping[str, object]) -> PackageId | dict[str, str]:
    """Of `review_form`, or what is missing by block id."""
    package_id = form_state.choice(state, BlockId.PACKAGE)
    return PackageId(package_id) if package_id else {str(BlockId.PACKAGE): said.CHOOSE_PACKAGE}


def parse_reassign(
    state: Mapping[str, object], private_metadata: str
) -> tuple[RequestId, PersonId] | dict[str, str]:
    """Of `reassign_form`, or what is missing by block id. Raises `BadValue` if it is not ours."""
    request_id = form_state.remembered_text(private_metadata, "request")
    if request_id is None:
        raise BadValue(private_metadata)
    person_id = form_state.person(state, BlockId.PERSON)
    if person_id is None:
        return {str(BlockId.PERSON): said.CHOOSE_PERSON}
    return RequestId(parse_id(request_id)), PersonId(person_id)
