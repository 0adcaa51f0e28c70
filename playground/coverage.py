"""What of Slack is here and what is not: the honest table, each line with the test that shows it.

`python -m playground.coverage` prints the page that stands in the documentation; a test compares
the two, looks whether every registered method has its line, and whether every test named exists.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum

from playground import methods as _methods  # registers the Web API
from playground.web_api import METHODS

_ = _methods


class State(StrEnum):
    """How far something goes."""

    FULL = "as Slack"
    PART = "in part"
    NONE = "not here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table."""

    what: str
    state: State
    test: str
    """`file::function` under tests/playground, or nothing for what is not here."""
    note: str = ""


SDK = "test_sdk_clients.py::test_both_clients_reach_every_covered_method"
MESSAGES = "test_messages.py::"
PLACES = "test_people_and_places.py::"
MODALS = "test_modals.py::"
DOOR = "test_web_api_door.py::"
DELIVERY = "test_delivery.py::"
EVENTS = "test_events.py::"
FAULTS = "test_faults.py::"
SOCKETS = "test_socket_mode.py::"

PAID = "the workspace is on a paid plan and permits it"

METHOD_TESTS: dict[str, tuple[str, str]] = {
    "api.test": (DOOR + "test_token_faults_have_slacks_words", ""),
    "apps.connections.open": (SOCKETS + "test_an_address_works_once", ""),
    "auth.test": (PLACES + "test_the_workspace_and_the_bot_describe_themselves", ""),
    "blocks.validate": (
        "test_limits.py::test_slacks_own_validator_answers_with_pointers",
        "Slack's page shows one kind of constraint, `enum`; other words are ours",
    ),
    "bots.info": (PLACES + "test_the_workspace_and_the_bot_describe_themselves", ""),
    "chat.delete": (
        MESSAGES + "test_deleted_messages_are_gone_and_links_lead_to_messages",
        "own messages only",
    ),
    "chat.getPermalink": (
        MESSAGES + "test_deleted_messages_are_gone_and_links_lead_to_messages",
        "",
    ),
    "chat.postEphemeral": (MESSAGES + "test_ephemeral_messages_are_for_one_person", ""),
    "chat.postMessage": (
        MESSAGES + "test_a_message_is_found_again_with_its_metadata",
        "no reply_broadcast, username or icons",
    ),
    "chat.unfurl": (MESSAGES + "test_links_can_be_unfurled", "by channel and ts"),
    "chat.update": (
        MESSAGES + "test_a_long_text_is_cut_when_posted_and_refused_when_updated",
        "",
    ),
    "conversations.archive": (
        PLACES + "test_channels_are_made_joined_left_and_archived",
        "no unarchive",
    ),
    "conversations.create": (PLACES + "test_channel_names_are_checked", ""),
    "conversations.history": (MESSAGES + "test_history_is_paged_and_bounded_in_time", ""),
    "conversations.info": (PLACES + "test_direct_messages_are_opened_once", ""),
    "conversations.invite": (
        PLACES + "test_inviting_follows_the_rules_for_each_kind",
        "",
    ),
    "conversations.join": (PLACES + "test_channels_are_made_joined_left_and_archived", ""),
    "conversations.kick": (PLACES + "test_removing_from_channels", ""),
    "conversations.leave": (PLACES + "test_channels_are_made_joined_left_and_archived", ""),
    "conversations.list": (PLACES + "test_channels_are_listed_by_kind", ""),
    "conversations.members": (PLACES + "test_channels_are_made_joined_left_and_archived", ""),
    "conversations.open": (PLACES + "test_direct_messages_are_opened_once", ""),
    "conversations.replies": (MESSAGES + "test_threads_are_listed_apart", ""),
    "emoji.list": (
        PLACES + "test_the_workspace_and_the_bot_describe_themselves",
        "the workspace has no emoji of its own",
    ),
    "files.completeUploadExternal": (PLACES + "test_files_are_uploaded_in_two_steps", ""),
    "files.delete": (PLACES + "test_files_are_uploaded_in_two_steps", ""),
    "files.getUploadURLExternal": (PLACES + "test_files_are_uploaded_in_two_steps", ""),
    "files.info": (PLACES + "test_files_are_uploaded_in_two_steps", "no comments or previews"),
    "oauth.v2.access": ("test_oauth.py::test_a_code_becomes_a_token_that_works", "bot tokens only"),
    "team.info": (PLACES + "test_the_workspace_and_the_bot_describe_themselves", ""),
    "team.profile.get": (PLACES + "test_a_manager_field_holds_a_user_id", "text and user fields"),
    "usergroups.create": (PLACES + "test_user_groups_are_made_disabled_and_listed", PAID),
    "usergroups.disable": (PLACES + "test_user_groups_are_made_disabled_and_listed", PAID),
    "usergroups.enable": (PLACES + "test_user_groups_are_made_disabled_and_listed", PAID),
    "usergroups.list": (PLACES + "test_user_groups_are_made_disabled_and_listed", ""),
    "usergroups.update": (PLACES + "test_user_groups_are_made_disabled_and_listed", PAID),
    "usergroups.users.list": (
        PLACES + "test_the_people_of_a_user_group_are_replaced_as_a_whole",
        "",
    ),
    "usergroups.users.update": (
        PLACES + "test_the_people_of_a_user_group_are_replaced_as_a_whole",
        PAID,
    ),
    "users.conversations": (PLACES + "test_channels_are_made_joined_left_and_archived", ""),
    "users.getPresence": (
        PLACES + "test_channels_are_made_joined_left_and_archived",
        "active unless deactivated",
    ),
    "users.info": (PLACES + "test_every_kind_of_person_is_told_apart", ""),
    "users.list": (PLACES + "test_listing_leaves_strangers_out_and_is_paged", ""),
    "users.lookupByEmail": (PLACES + "test_people_are_found_by_address", ""),
    "users.profile.get": (PLACES + "test_profile_fields_have_labels", ""),
    "views.open": (MODALS + "test_a_trigger_opens_one_view_within_three_seconds", ""),
    "views.publish": (MODALS + "test_home_tabs_are_published_per_person", ""),
    "views.push": (MODALS + "test_three_views_fit_on_the_stack_and_a_fourth_does_not", ""),
    "views.update": (MODALS + "test_a_stale_hash_is_refused", ""),
}


def _full(what: str, test: str, note: str = "") -> Line:
    return Line(what=what, state=State.FULL, test=test, note=note)


def _part(what: str, test: str, note: str) -> Line:
    return Line(what=what, state=State.PART, test=test, note=note)


def _none(what: str) -> Line:
    return Line(what=what, state=State.NONE, test="", note="")


BEHAVIOUR: tuple[Line, ...] = (
    _full(
        "GET, query, form, JSON and multipart",
        DOOR + "test_arguments_are_read_from_every_wire_form",
    ),
    _full(
        "token beside a JSON body",
        DOOR + "test_beside_json_only_the_header_carries_the_token",
    ),
    _full("token errors", DOOR + "test_token_faults_have_slacks_words"),
    _full("scopes from the manifest", DOOR + "test_scopes_come_from_the_manifest"),
    _part(
        "rate tiers per method",
        DOOR + "test_tier_two_takes_twenty_a_minute_and_refuses_the_next",
        "Slack's bursts are unpublished; ours is a factor",
    ),
    _full("a message a second and channel", DOOR + "test_a_channel_takes_one_message_a_second"),
    _full("signed delivery", DELIVERY + "test_requests_are_signed_over_the_raw_body"),
    _part(
        "what people read when the app does not answer",
        MODALS + "test_an_app_that_does_not_answer_leaves_the_person_with_a_sentence",
        "words people have quoted; Slack does not publish them",
    ),
    _full("three seconds to answer", DELIVERY + "test_a_slow_app_gives_operation_timeout"),
    _full(
        "event retries", DELIVERY + "test_events_are_repeated_at_once_after_one_and_five_minutes"
    ),
    _full("request URL verification", DELIVERY + "test_a_request_url_is_verified_by_its_challenge"),
    _full("redirects", DELIVERY + "test_two_redirects_are_followed_and_a_third_is_not"),
    _full("no-retry header", DELIVERY + "test_an_app_can_turn_a_retry_off"),
    _full("escaping of commands", DELIVERY + "test_commands_are_escaped_as_the_manifest_asks"),
    _full("who may type commands", DELIVERY + "test_who_may_not_type_commands"),
    _full("outsiders may press", DELIVERY + "test_outsiders_of_a_shared_channel_can_press"),
    _full(
        "events of shared channels",
        DELIVERY + "test_events_of_a_shared_channel_say_that_it_is_shared",
    ),
    _full("response_url: five uses", DELIVERY + "test_an_answer_address_works_five_times"),
    _full(
        "response_url: thirty minutes", DELIVERY + "test_an_answer_address_works_for_thirty_minutes"
    ),
    _full("block_suggestion", DELIVERY + "test_bad_options_cannot_be_loaded"),
    _part(
        "metadata size",
        MESSAGES + "test_bad_metadata_is_refused",
        "Slack's bound is unpublished; ours is 16,000 bytes",
    ),
    _full(
        "attachments of a message",
        MESSAGES + "test_a_hundred_attachments_fit_and_one_more_does_not",
    ),
    _full("Block Kit limits", "test_limits.py::test_a_limit_holds_at_its_bound_and_not_past_it"),
    _full("what Block Kit refuses", "test_limits.py::test_what_slack_does_not_take_is_refused"),
    _full("blocks per surface", "test_limits.py::test_each_surface_takes_its_own_blocks"),
    _part(
        "data_visualization",
        "test_limits.py::test_each_surface_takes_its_own_blocks",
        "title and number are judged, the chart is not",
    ),
    _full(
        "view of 250 kB", MODALS + "test_a_view_of_250_kilobytes_passes_and_a_byte_more_does_not"
    ),
    _full("typed input kept", MODALS + "test_typed_input_survives_an_update_that_keeps_the_ids"),
    _full("state of untouched inputs", MODALS + "test_untouched_and_first_values_are_in_the_state"),
    _full("view_closed", MODALS + "test_closing_is_told_only_when_asked_for"),
    _full("clear_on_close", MODALS + "test_a_view_may_clear_the_whole_stack_when_it_is_closed"),
    _full("answers to a submission", MODALS + "test_answers_to_a_submission_are_carried_out"),
    _full(
        "client-side input checks",
        "test_driver.py::test_the_client_checks_input_before_the_app_hears_of_it",
    ),
    _full("Socket Mode: one-use addresses", SOCKETS + "test_an_address_works_once"),
    _full(
        "Socket Mode: ten connections",
        SOCKETS + "test_ten_connections_fit_and_an_eleventh_does_not",
    ),
    _full(
        "Socket Mode: ack anywhere", SOCKETS + "test_an_acknowledgement_is_taken_on_any_connection"
    ),
    _part(
        "Socket Mode: redelivery",
        SOCKETS + "test_events_without_acknowledgement_come_again",
        "on the schedule of HTTP; Slack's is unpublished",
    ),
    _full(
        "Socket Mode: half-open connections",
        SOCKETS + "test_a_half_open_connection_swallows_everything",
    ),
    _full("Socket Mode: refresh", SOCKETS + "test_connections_are_refreshed_after_a_warning"),
    _full(
        "faults to the app's calls", FAULTS + "test_cut_before_and_after_differ_in_what_happened"
    ),
    _full("faults to deliveries", FAULTS + "test_deliveries_can_be_doubled_lost_and_refused"),
    _full("events of people and groups", EVENTS + "test_changes_to_people_raise_their_events"),
    _full("OAuth consent, codes", "test_oauth.py::test_codes_and_secrets_are_checked"),
    _full("token rotation", "test_oauth.py::test_rotating_tokens_end_and_are_refreshed_once"),
    _full("org-wide install", "test_oauth.py::test_an_org_wide_install_names_no_team"),
    _full("response_urls of modals", MODALS + "test_a_channel_chosen_in_a_modal_can_be_answered"),
    _full("uninstallation", EVENTS + "test_a_removed_app_is_told_and_its_token_is_worth_nothing"),
    _full(
        "second opinion of Slack's validator",
        "test_live_validate.py::test_where_slack_disagrees_the_inspector_says_so",
        "`--live-validate`, for whoever has a token",
    ),
    _full("journal", "test_journal.py::test_exchanges_and_payloads_are_written_as_they_happen"),
    _none("several apps at once"),
    _none("shortcuts, message menus, workflow steps, function_executed"),
    _none("scheduled messages, reminders, reactions, pins, bookmarks, canvases, search"),
    _none("app rate limiting of events (30,000 an hour), delayed events, disabling of events"),
)


def lines() -> tuple[Line, ...]:
    """Methods first, in order of their names, then everything else."""
    named = [
        Line(
            what=name,
            state=State.PART if METHOD_TESTS[name][1] else State.FULL,
            test=METHOD_TESTS[name][0],
            note=METHOD_TESTS[name][1],
        )
        for name in sorted(METHODS)
    ]
    return (*named, *BEHAVIOUR)


def page() -> str:
    """The table as Markdown."""
    rows = [
        f"| `{one.what}` | {one.state} | {_test(one)} | {one.note} |"
        if one.what in METHODS
        else f"| {one.what} | {one.state} | {_test(one)} | {one.note} |"
        for one in lines()
    ]
    head = [
        "# What the playground covers",
        "",
        "Made by `python -m playground.coverage`; a test keeps it true. A method that is not",
        "listed answers `unknown_method`. The rules come from Slack's public pages; no live",
        "Slack was compared with.",
        "",
        "| what | state | shown by | remark |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _test(line: Line) -> str:
    return f"`{line.test}`" if line.test else ""


if __name__ == "__main__":
    sys.stdout.write(page())
