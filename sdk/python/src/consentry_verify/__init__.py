"""Verifies consent tokens of dataspaces and Consentry's access tokens, follows revocations, and asks the check API.

No function here gives out what an unverified token claims.
"""

from .access import Access, AccessSettings, AccessVerifier
from .check import CheckClient, Decision, basic
from .consent import Consent, ConsentSettings, ConsentVerifier
from .errors import Code, Refused, access_answer, consent_answer
from .fetching import Environment, FetchError, Request, Response, UrllibFetch

__all__ = [
    "Access",
    "AccessSettings",
    "AccessVerifier",
    "CheckClient",
    "Code",
    "Consent",
    "ConsentSettings",
    "ConsentVerifier",
    "Decision",
    "Environment",
    "FetchError",
    "Refused",
    "Request",
    "Response",
    "UrllibFetch",
    "access_answer",
    "basic",
    "consent_answer",
]
