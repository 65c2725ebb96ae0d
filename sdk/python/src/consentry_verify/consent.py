"""Consent tokens of the dataspace protocol 0.2, as a data source verifies them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from .dsi import is_dsi
from .errors import Code, Refused
from .fetching import Environment, FetchError, Request, Response, UrllibFetch, require_secure
from .identity import IdToken, IdTokens
from .keys import RS256, KeySource, verifies
from .parsing import KnownHeaders, Malformed, UnverifiedToken, is_text, is_time, take_apart
from .remembering import Name, Remembered
from .revocation import RevocationFeed

Revocation = Literal["none", "feed", "verify", "introspect"]

_MAX_URI = 2083
_NAMES = (("tid", 255, Code.TID), ("kid", 255, Code.KID), ("jku", _MAX_URI, Code.JKU))
_TEXTS = (("sub", 255), ("subiss", _MAX_URI), ("acr", _MAX_URI), ("app", _MAX_URI), ("appiss", _MAX_URI), ("dsi", 65_536))


class Consent(NamedTuple):
    """What an accepted token says. ``tid`` names the consent, not the token."""

    sub: str
    subiss: str
    acr: str
    app: str
    appiss: str
    dsi: str
    tid: str
    iat: int
    exp: int


_TID = Consent._fields.index("tid")


@dataclass(frozen=True)
class ConsentSettings:
    """How tokens are judged.

    ``issuer``: the one consent provider, exactly as in its tokens. ``expected_dsis``: the data sources served here,
    from configuration and never from a request. ``login_issuers``: whose id tokens count. ``require_id_token``: whether
    a token is accepted for somebody who does not show one. ``same_login_issuer``: applications and people are registered
    at one issuer. ``skew``: how far clocks may differ, 0 to 300 seconds. ``max_lifetime``: longest ``exp - iat``, in
    seconds. ``allowed_*``: lists that a token has to be on, where given. ``revocation``: how to find out whether a
    consent still stands. ``fail_open``: accept where nobody can tell. ``verifier_headers``: what introspection is asked
    with (``X-Consent-Verifier-Token`` or a key). ``remember``: how many verdicts are kept.
    """

    issuer: str
    expected_dsis: Sequence[str]
    login_issuers: Sequence[str] = ()
    require_id_token: bool = True
    same_login_issuer: bool = True
    skew: int = 60
    max_lifetime: int | None = None
    allowed_acrs: Sequence[str] | None = None
    allowed_apps: Sequence[str] | None = None
    allowed_subject_issuers: Sequence[str] | None = None
    revocation: Revocation = "none"
    fail_open: bool = False
    verifier_headers: Callable[[], Mapping[str, str]] | None = None
    feed_poll: float = 30
    key_cooldown: float = 30
    stale_if_error: float = 21_600
    remember: int = 1000

    def __post_init__(self) -> None:
        require_secure(self.issuer)
        if self.issuer.endswith("/"):
            raise ValueError("the issuer has no slash at its end")
        if isinstance(self.expected_dsis, str) or not self.expected_dsis or not all(map(is_dsi, self.expected_dsis)):
            raise ValueError("expected_dsis is a list of data source identifiers")
        if not 0 <= self.skew <= 300:
            raise ValueError("skew is 0 to 300 seconds")
        if self.revocation not in ("none", "feed", "verify", "introspect"):
            raise ValueError("revocation is none, feed, verify or introspect")
        if self.revocation == "introspect" and self.verifier_headers is None:
            raise ValueError("introspection needs verifier_headers")
        if self.needs_id_token and not self.login_issuers:
            raise ValueError("id tokens are required, so login_issuers must name whose")

    @property
    def needs_id_token(self) -> bool:
        """Whether nobody is accepted without an id token; the provider's own check cannot be asked without one."""
        return self.require_id_token or self.revocation == "verify"


class ConsentVerifier:
    """Verifies consent tokens. Safe to use from several threads; make one and keep it."""

    def __init__(self, settings: ConsentSettings, environment: Environment | None = None) -> None:
        self._settings = settings
        self._environment = environment or Environment(UrllibFetch())
        self._keys = self._source(
            f"{settings.issuer}/.well-known/dataspace/consent-configuration.json", settings.issuer
        )
        self._id_tokens = IdTokens(
            {
                issuer: self._source(f"{issuer}/.well-known/openid-configuration", issuer)
                for issuer in settings.login_issuers
            },
            self._environment,
            settings.skew,
        )
        self._feed = RevocationFeed(
            lambda: self._place("consent_revocations_uri", "/.well-known/dataspace/consent-revocations.jwt"),
            settings.issuer,
            self._keys,
            self._environment,
            settings.feed_poll,
            settings.skew,
        )
        self._headers = KnownHeaders()
        self._verdicts: Remembered[Consent] = Remembered(settings.remember)
        self._standing: Remembered[bool] = Remembered(settings.remember)
        #: How many tokens were accepted although nobody could tell whether their consent stands (``fail_open``).
        self.unjudged = 0

    def verify(self, token: str | None, *, id_token: str | None = None, dsi: str | None = None) -> Consent:
        """Judges the content of the ``X-Consent-Token`` header; raises ``Refused``.

        ``id_token`` is the bearer token of the person. ``dsi`` says which of several data sources this request is for,
        as your own routing has it.
        """
        text = (token or "").strip(" \t")
        if not text:
            raise Refused(Code.MISSING)
        now = self._environment.clock()
        name = (text, id_token, dsi)
        consent = self._verdicts.get(name, now)
        if consent is None:
            consent, until = self._judge(text, id_token, dsi, now)
            self._verdicts.put(name, until, consent)
        self._require_standing(consent, text, id_token, name, now)
        return consent

    def _source(self, url: str, issuer: str) -> KeySource:
        settings = self._settings
        return KeySource(url, issuer, RS256, self._environment, settings.key_cooldown, settings.stale_if_error)

    def _judge(self, text: str, id_token: str | None, dsi: str | None, now: float) -> tuple[Consent, float]:
        """Everything but whether the consent still stands; with until when that verdict holds."""
        settings = self._settings
        token = _read(text, self._headers)
        kid = _require_header(token)
        if token.claims.get("iss") != settings.issuer:
            raise Refused(Code.ISSUER)
        published = self._keys.at_hand()
        if token.header["jku"] != published.document.get("jwks_uri"):
            raise Refused(Code.JKU)
        key = published.keys.get(kid) or self._keys.key(kid)
        if not verifies(key, token):
            raise Refused(Code.SIGNATURE)
        self._headers.keep(token)
        consent = _claims(token)
        self._require_time(consent, now)
        self._require_dsi(consent.dsi, dsi)
        until = min(consent.exp + settings.skew, self._keys.fresh_until())
        if id_token or settings.needs_id_token:
            if not id_token:
                raise Refused(Code.ID_TOKEN, "missing")
            person, keys_until = self._id_tokens.verify(id_token, now)
            self._require_same(consent, person)
            until = min(until, person.exp + settings.skew, keys_until)
        self._require_listed(consent)
        return consent, until

    def _require_time(self, consent: Consent, now: float) -> None:
        settings = self._settings
        if consent.iat > now + settings.skew:
            raise Refused(Code.NOT_YET)
        if now - settings.skew > consent.exp:
            raise Refused(Code.EXPIRED)
        if consent.iat > consent.exp:
            raise Refused(Code.CLAIMS, "it ends before it begins")
        if settings.max_lifetime is not None and consent.exp - consent.iat > settings.max_lifetime:
            raise Refused(Code.LIFETIME)

    def _require_dsi(self, found: str, asked: str | None) -> None:
        expected = self._settings.expected_dsis
        if asked is None and len(expected) == 1:
            asked = expected[0]
        # What is expected is an identifier by its form, and so is what equals it.
        if found != asked or found not in expected:
            raise Refused(Code.DSI)

    def _require_same(self, consent: Consent, person: IdToken) -> None:
        if consent.sub != person.sub:
            raise Refused(Code.SUBJECT)
        if consent.subiss != person.iss:
            raise Refused(Code.SUBJECT_ISSUER)
        if consent.acr != person.acr:
            raise Refused(Code.ACR)
        if not person.is_for(consent.app):
            raise Refused(Code.APP)
        if self._settings.same_login_issuer and consent.appiss != person.iss:
            raise Refused(Code.APP_ISSUER)

    def _require_listed(self, consent: Consent) -> None:
        settings = self._settings
        _require_on(settings.allowed_acrs, consent.acr, Code.ACR)
        _require_on(settings.allowed_apps, consent.app, Code.APP)
        _require_on(settings.allowed_subject_issuers, consent.subiss, Code.SUBJECT_ISSUER)

    def _require_standing(self, consent: Consent, text: str, id_token: str | None, name: Name, now: float) -> None:
        try:
            match self._settings.revocation:
                case "feed":
                    self._feed.require_standing(consent.tid, consent.iat, once_listed=True)
                case "verify":
                    self._ask_provider(consent, text, id_token or "")
                case "introspect":
                    if self._standing.get(name, now) is None:
                        self._standing.put(name, now + self._introspect(consent, text), True)
        except Refused as refused:
            if refused.code is Code.REVOKED or not self._settings.fail_open:
                raise
            self.unjudged += 1

    def _ask_provider(self, consent: Consent, text: str, id_token: str) -> None:
        answer = self._post(
            self._place("consent_verify_uri", "/Consent/Verify"),
            {"dataSource": consent.dsi},
            {"Authorization": f"Bearer {id_token}", "X-Consent-Token": text},
        )
        match _member(answer, "verified"):
            case True:
                return
            case False:
                raise Refused(Code.REVOKED)
        raise Refused(Code.REVOCATION_UNAVAILABLE, "the provider did not answer the question")

    def _introspect(self, consent: Consent, text: str) -> int:
        """For how many seconds the answer may be kept."""
        assert self._settings.verifier_headers is not None  # Settings without it do not exist.
        answer = self._post(
            self._place("consent_introspection_uri", "/Consent/Introspect"),
            {"consentToken": text, "dataSource": consent.dsi},
            self._settings.verifier_headers(),
        )
        match _member(answer, "active"):
            case True if _member(answer, "tid") == consent.tid:
                return answer.max_age(0, 0, 60)
            case True | False:
                raise Refused(Code.REVOKED)
        raise Refused(Code.REVOCATION_UNAVAILABLE, "the provider did not answer the question")

    def _place(self, member: str, path: str) -> str:
        return require_secure(self._keys.document().get(member, self._settings.issuer + path))

    def _post(self, url: str, body: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        sent = {"Content-Type": "application/json", **headers}
        try:
            response = self._environment.ask(Request(url, "POST", sent, json.dumps(body).encode()))
        except FetchError as error:
            raise Refused(Code.REVOCATION_UNAVAILABLE, str(error)) from error
        if response.status != 200:
            raise Refused(Code.REVOCATION_UNAVAILABLE, f"the provider answered {response.status}")
        return response


def _require_on(listed: Sequence[str] | None, value: str, code: Code) -> None:
    if listed is not None and value not in listed:
        raise Refused(code, "not on the list")


def _member(response: Response, name: str) -> object:
    try:
        return response.json().get(name)
    except Malformed as error:
        raise Refused(Code.REVOCATION_UNAVAILABLE, str(error)) from error


def _read(text: str, headers: KnownHeaders) -> UnverifiedToken:
    try:
        return take_apart(text, headers=headers)
    except Malformed as error:
        raise Refused(Code.MALFORMED, str(error)) from error


def _require_header(token: UnverifiedToken) -> str:
    header = token.header
    if header.get("alg") != "RS256":
        raise Refused(Code.ALG)
    if header.get("v") != "0.2":
        raise Refused(Code.VERSION)
    if header.get("typ") != "JWT":
        raise Refused(Code.TYP)
    for member, longest, code in _NAMES:
        if not is_text(header.get(member), longest):
            raise Refused(code)
    kid: str = header["kid"]
    return kid


def _claims(token: UnverifiedToken) -> Consent:
    claims = token.claims
    values = list(map(claims.get, Consent._fields))
    values[_TID] = token.header["tid"]
    for value, (name, longest) in zip(values, _TEXTS):
        if not is_text(value, longest):
            raise Refused(Code.CLAIMS, name)
    if not is_time(values[-2]) or not is_time(values[-1]):
        raise Refused(Code.CLAIMS, "iat or exp")
    return Consent._make(values)
