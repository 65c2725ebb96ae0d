"""Authlib, as it is published, doing what each line of stdin asks for and answering with a line; in place of a web application.

A line is ``{"do": NAME, ...}``; the answer is a value, or ``{"error": ...}`` with what the library says went wrong.
"""

import json
import sys
from urllib.parse import parse_qs, urlsplit

from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet


class Application:
    """One registration at one provider."""

    def __init__(self, issuer, client_id, client_secret, redirect_uri, out):
        self.session = OAuth2Session(
            client_id,
            client_secret,
            redirect_uri=redirect_uri,
            token_endpoint_auth_method="client_secret_basic",
            code_challenge_method="S256",
        )
        self.provider = self.session.get(
            issuer + "/.well-known/openid-configuration", withhold_token=True
        ).json()
        self.out = out
        self.begun = {}

    def begin(self, scope, more):
        """The address that the person is sent to."""
        verifier, nonce = generate_token(48), generate_token(20)
        self.session.scope = scope
        address, state = self.session.create_authorization_url(
            self.provider["authorization_endpoint"],
            code_verifier=verifier,
            nonce=nonce,
            **more,
        )
        self.begun = {"verifier": verifier, "nonce": nonce, "state": state}
        return address

    def finish(self, address):
        """What the answer of the person's browser is worth."""
        # As Authlib's own integrations into web frameworks do before they ask for tokens.
        declined = parse_qs(urlsplit(address).query).get("error")
        if declined:
            raise OAuthError(error=declined[0])
        token = self.session.fetch_token(
            self.provider["token_endpoint"],
            authorization_response=address,
            code_verifier=self.begun["verifier"],
            state=self.begun["state"],
        )
        keys = KeySet.import_key_set(
            self.session.get(self.provider["jwks_uri"], withhold_token=True).json()
        )
        signed = jwt.decode(token["id_token"], keys)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            options={
                "iss": {"essential": True, "value": self.provider["issuer"]},
                "aud": {"essential": True, "value": self.session.client_id},
            },
            params={
                "nonce": self.begun["nonce"],
                "client_id": self.session.client_id,
                "access_token": token["access_token"],
            },
        )
        claims.validate()
        person = self.session.get(self.provider["userinfo_endpoint"]).json()
        return told(token) | {
            "id": token["id_token"],
            "subject": claims["sub"],
            "person": person["sub"],
        }

    def refresh(self, token):
        return told(
            self.session.refresh_token(
                self.provider["token_endpoint"], refresh_token=token
            )
        )

    def introspect(self, token):
        answer = self.session.introspect_token(
            self.provider["introspection_endpoint"], token=token
        )
        answer.raise_for_status()
        return answer.json()

    def revoke(self, token):
        self.session.revoke_token(
            self.provider["revocation_endpoint"], token=token
        ).raise_for_status()

    def sign_out(self, id):
        state = generate_token(20)
        asked = {
            "post_logout_redirect_uri": self.out,
            "id_token_hint": id,
            "state": state,
        }
        address = add_params_to_uri(self.provider["end_session_endpoint"], asked.items())
        return {"out": address, "state": state}


def told(token):
    return {
        "access": token["access_token"],
        "refresh": token["refresh_token"],
        "scope": token["scope"].split(),
    }


def main():
    application = Application(**json.loads(sys.stdin.readline()))
    print(json.dumps(application.provider["issuer"]), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        do = asked.pop("do")
        try:
            answer = {"answer": getattr(application, do)(**asked)}
        except OAuthError as error:
            answer = {"error": error.error}
        print(json.dumps(answer), flush=True)


main()
