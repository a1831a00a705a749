"""Kinds of noise in a few groups, for colours: more than ten cannot be told apart."""

from __future__ import annotations

from types import MappingProxyType

from cleaner.result.values import Kind

__all__ = ["GROUPS", "group_of"]

# Each group with its kinds; a kind in none is `_OTHER`.
GROUPS = MappingProxyType(
    {
        "comments": frozenset(kind for kind in Kind if kind.startswith("comment")),
        "author": frozenset(
            {
                Kind.AUTHOR_BOX,
                Kind.AUTHOR_BIO,
                Kind.BYLINE,
                Kind.PUBLICATION_DATE,
                Kind.READING_TIME,
                Kind.SIGNATURE,
            }
        ),
        "navigation": frozenset(
            {Kind.DUPLICATE_HEADLINE, Kind.BREADCRUMB, Kind.PAGE_TOOLS, Kind.PAGINATION, Kind.INTERFACE, Kind.TAGS}
        ),
        "sharing": frozenset(
            {Kind.SHARE_BAR, Kind.LIKE_COUNTER, Kind.SOCIAL_PROMOTION, Kind.FEED_FOOTER, Kind.FEED_SUBSCRIPTION}
        ),
        "related": frozenset({Kind.READ_ALSO, Kind.RELATED_LINKS, Kind.FOLLOW_UP}),
        "subscription": frozenset({Kind.NEWSLETTER, Kind.PAYWALL, Kind.COOKIE_NOTICE, Kind.DONATION_APPEAL}),
        "advertising": frozenset({Kind.ADVERTISEMENT_MARKER, Kind.SPONSOR_BLOCK, Kind.SEARCH_SPAM}),
        "credits": frozenset(
            {Kind.PHOTO_CREDIT, Kind.AGENCY_CREDIT, Kind.SYNDICATION_NOTE, Kind.COPYRIGHT, Kind.CONTACT_LINE}
        ),
    }
)
_OTHER = "other"
_GROUP_OF = MappingProxyType({kind: group for group, kinds in GROUPS.items() for kind in kinds})


def group_of(kind: Kind) -> str:
    """The group that a kind is shown with.

    >>> group_of(Kind.NEWSLETTER), group_of(Kind.BOILERPLATE)
    ('subscription', 'other')
    """
    return _GROUP_OF.get(kind, _OTHER)
