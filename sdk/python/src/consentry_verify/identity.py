"""Id tokens of people, as far as a data source needs them: whose they are, and for which application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import Code, Refused
from .fetching import Environment
from .keys import KeySource, verifies
from .parsing import Malformed, is_text, is_time, take_apart


@dataclass(frozen=True)
class IdToken:
    """What an id token says."""

    iss: str
    sub: str
    acr: object
    audience: tuple[str, ...]
    is_list: bool
    azp: object
    exp: int

    def is_for(self, app: str) -> bool:
        """Whether it was issued to an application."""
        return app in self.audience and not (self.is_list and self.azp is not None and self.azp != app)


class IdTokens:
    """Verifies id tokens of configured issuers."""

    def __init__(self, sources: Mapping[str, KeySource], environment: Environment, skew: int) -> None:
        self._sources = sources
        self._environment = environment
        self._skew = skew

    def verify(self, text: str, now: float) -> tuple[IdToken, float]:
        """The token, and until when the keys that say so are fresh; raises ``Refused``."""
        try:
            token = take_apart(text.strip(" \t"))
        except Malformed as error:
            raise Refused(Code.ID_TOKEN, str(error)) from error
        kid, issuer = token.header.get("kid"), token.claims.get("iss")
        source = self._sources.get(issuer) if isinstance(issuer, str) else None
        if source is None or token.header.get("alg") != "RS256" or not is_text(kid, 255):
            raise Refused(Code.ID_TOKEN, "not of a login issuer, or not signed with RS256")
        try:
            key = source.key(str(kid))
        except Refused as refused:
            raise Refused(Code.ID_TOKEN, "unknown key") if refused.code is Code.KID_UNKNOWN else refused
        if not verifies(key, token):
            raise Refused(Code.ID_TOKEN, "signature")
        claims = token.claims
        audience = claims.get("aud")
        listed: list[Any] = audience if isinstance(audience, list) else [audience]
        iat, exp = claims.get("iat"), claims.get("exp")
        if not is_text(claims.get("sub"), 255) or not listed or not all(is_text(one, 2083) for one in listed):
            raise Refused(Code.ID_TOKEN, "claims")
        if not is_time(iat) or not is_time(exp) or iat > now + self._skew or now - self._skew > exp:
            raise Refused(Code.ID_TOKEN, "not of this moment")
        person = IdToken(
            str(issuer), claims["sub"], claims.get("acr"), tuple(listed), isinstance(audience, list), claims.get("azp"), exp
        )
        return person, source.fresh_until()
