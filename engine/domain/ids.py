"""The ids of everything. Opaque strings made at the edge; the rules only compare them."""

from typing import NewType

PersonId = NewType("PersonId", str)
"""The id the directory gives a person (in a Slack directory: the Slack user id)."""
GroupId = NewType("GroupId", str)
"""The id the directory gives a group of people (in a Slack directory: the user group's id)."""
ChannelId = NewType("ChannelId", str)
CatalogId = NewType("CatalogId", str)
ResourceId = NewType("ResourceId", str)
PackageId = NewType("PackageId", str)
PolicyId = NewType("PolicyId", str)
RequestId = NewType("RequestId", str)
AssignmentId = NewType("AssignmentId", str)
HoldingId = NewType("HoldingId", str)
ReviewRunId = NewType("ReviewRunId", str)
"""One occurrence of the reviews of a policy."""
