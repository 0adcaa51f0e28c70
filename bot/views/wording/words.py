"""The words on buttons, fields and titles. Those of the fixed surface never change."""

# Fixed: people's habits, guides and tests find controls by these.
APPROVE = "Approve"
DENY = "Deny"
EXTEND = "Extend"
GIVE_BACK = "Give back"
CANCEL_REQUEST = "Cancel request"
DONE = "Done"
REPROCESS = "Reprocess"
KEEP = "Keep"
REMOVE = "Remove"
DONT_KNOW = "Don't know"
REVIEW_NOW = "Review now"

PACKAGE = "Package"
JUSTIFICATION = "Justification"
FOR_HOW_LONG = "For how long"
STARTS = "Starts"
REASON = "Reason"

APPROVED = "Approved"
DENIED = "Denied"
EXPIRED = "Expired"
CANCELED = "Canceled"
DELIVERED = "Delivered"
PARTIALLY_DELIVERED = "Partially delivered"
DELIVERY_FAILED = "Delivery failed"

# Ours.
POLICY = "Policy"
NOTE = "Note"
REQUEST_ACCESS = "Request access"
REQUEST_AGAIN = "Request again"
ONLY_ASSIGNED_AGAIN = "Only an administrator can give it to you again."
MY_ACCESS = "My access"
WAITING_FOR_ME = "Waiting for me"
HELP = "Help"
PREVIOUS = "Previous"
NEXT = "Next"
APPROVE_SELECTED = "Approve selected"
DENY_SELECTED = "Deny selected"
USHER = "Usher"
CLOSE = "Close"
NOT_NOW = "Not now"
SEND_REQUEST = "Send request"

SOMEBODY = "somebody"
A_PACKAGE = "a package"
THE_MANAGER = "the manager"
A_MANAGER_FURTHER_UP = "a manager further up"
THE_CATALOGS_OWNERS = "the catalog's owners"


def counted(words: str, number: int) -> str:
    """A button with a number beside its words, when there is something to count."""
    return f"{words} ({number:,})" if number else words


def several(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 request", "3 requests"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
