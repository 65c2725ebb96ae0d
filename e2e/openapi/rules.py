"""What a schema cannot say about the API, so that everything else counts as a failure."""

import base64
import functools
import json
import os
import re
import urllib.request
import uuid
import zlib

import schemathesis
from schemathesis.generation.modes import GenerationMode

# What the demo's bank asks for, with the wordings it has published.
KNOWN = [
    {"id": "share-my-email", "locale": "en-GB", "version": "1.0"},
    {"id": "email-newsletter", "locale": "ar", "version": "1.2"},
    {"id": "accounts:balance", "locale": "en-GB", "version": "2.0"},
]

# What can be done with each of them, since none names actions of its own.
ACTIONS = ["read", "use"]

FILTERS = [
    'displayName sw "S"',
    'id eq "share-my-email" or not (displayName pr)',
    'version ge "1.0" and locale co "e"',
    'titleText pr',
]

# Required of a wording that has not been published here; those that have been bring their own.
TEXTS = {("REQUIRED_VALUE", "dataText"), ("REQUIRED_VALUE", "purposeText")}

# Rules that are beyond schemas: what must exist, what belongs together, and what the installation chooses.
BEYOND_SCHEMAS = {
    ("DEFINITION_NOT_FOUND", "definition.id"),
    ("LOCALE_NOT_FOUND", "definition.locale"),
    ("VERSION_NOT_AVAILABLE", "definition.version"),
    ("REQUIRED_VALUE", "definition.locale"),
    ("REQUIRED_VALUE", "definition.version"),
    ("INVALID_REQUEST", "cursor"),
    ("INVALID_REQUEST", "limit"),
} | TEXTS

# What is administered: things that are there, and things that come and go.
ADMINISTERED = {
    "definition": ["share-my-email", "made-1", "made-2", "made 3/\u00a73"],
    "locale": ["en-GB", "ar", "nl"],
    "account": ["cn=made-1,dc=example", "cn=made-2,dc=example", "portal"],
}

# Data sources of the demo's dataspace.
SOURCES = [
    "dpp://tax_office@northbay.example/Person/Income_v1.0",
    "dpp://city_registry@northbay.example/Person/Address_v1.0",
]

# What the dataspace door answers to what a schema cannot tell from a good request: another token, another data source, an
# old version, too many questions about one person.
OF_DATASPACES = (401, 403, 410, 422, 429)

# What the preferences door refuses although it fits a schema: by status, the addresses below which it may. An id may be unknown or
# taken, a widget or a tree may name what is not there, and an organization asks 100 times in 15 seconds.
OF_PREFERENCES = {
    400: (
        "/v1/sessions",
        "/v1/auth/protocols/",
        "/v1/consents/events",
        "/v1/consents/tokens",
        "/v1/consents/links",
        "/v1/configuration-tree",
        "/v1/widgets",
    ),
    401: ("/v1/auth/protocols/otp/verify",),
    404: ("/v1/",),
    409: ("/v1/",),
    429: ("/v1/",),
}

# What the authorization door refuses although it fits a schema: what is named there has to be there, and a code, a token or a client is
# made elsewhere.
OF_AUTHORIZATION = (400, 401, 403, 404, 409, 410, 422, 429)

# What is there at the preferences door, by the name of the part of the address.
CHOSEN = {"purpose": ["news", "surveys"], "preference": ["news-topics"], "center": ["news"], "provider": ["otp", "message"]}

# Members of a body that repeat a part of the address.
REPEATED = {"id": "definition", "definition": "definition", "locale": "locale", "dn": "account"}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Lets what fits the schema also name what exists."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    if "Idempotency-Key" in (case.headers or {}):
        # A key that was used for another request is refused, so each request has one of its own.
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if case.operation.path.startswith("/admin/"):
        administer(case)
        return
    if case.operation.path.startswith("/Consent/"):
        ask_as_application(case)
        return
    if case.operation.path.startswith("/v1/"):
        ask_as_back_end(case)
        return
    if case.operation.path.startswith("/cis/"):
        ask_as_first_party(case)
        return
    if isinstance(case.body, dict) and isinstance(case.body.get("definition"), dict):
        given = case.body["definition"]
        known = KNOWN[chance(given, len(KNOWN))]
        case.body["definition"] = {**given, **{name: known[name] for name in known if given.get(name)}}
    if isinstance(case.body, dict) and isinstance(case.body.get("actions"), list):
        case.body["actions"] = sorted({ACTIONS[chance(action, len(ACTIONS))] for action in case.body["actions"]})
    if "filter" in (case.query or {}):
        case.query["filter"] = FILTERS[chance(case.query["filter"], len(FILTERS))]


def ask_as_application(case):
    """Signs as the demo's application does, and names data sources that are there."""
    if "X-Consent-Request-Token" in (case.headers or {}):
        case.headers["X-Consent-Request-Token"] = request_token()
    wanted = case.body if isinstance(case.body, dict) else {}
    for item in [wanted, *wanted.get("consentRequests", [])]:
        if "dataSource" in item:
            item["dataSource"] = SOURCES[chance(item["dataSource"], len(SOURCES))]


def ask_as_back_end(case):
    """Shows a session of the demo's back end, or the public key, and names its organization and what is there."""
    address = case.path_parameters or {}
    if case.operation.path.startswith("/v1/auth/"):
        case.query = {**(case.query or {}), "key": "harbor-public"}
    elif case.operation.path != "/v1/sessions":
        case.headers["Authorization"] = "Bearer " + session()
        case.query = {**(case.query or {}), "organization_id": "harbor"}
        case.query.pop("key", None)
    for name, values in CHOSEN.items():
        if name in address and chance(address[name], 2) == 0:
            address[name] = values[chance(address[name], len(values))]
    event = case.body if isinstance(case.body, dict) else {}
    choose(event.get("event", event))


def ask_as_first_party(case):
    """Shows the credentials of the first party's back end, or a token of its own, and names its application and its clients."""
    security = case.operation.definition.raw.get("security", [])
    if any("authorization_basic" in way for way in security):
        case.headers["Authorization"] = "Basic " + credentials()
    elif security:
        case.headers["Authorization"] = "Bearer " + own_token()
    address = case.path_parameters or {}
    if "app_id" in address:
        address["app_id"] = clients()[0]["app_id"]
    if "app_id" in (case.query or {}):
        case.query["app_id"] = clients()[0]["app_id"]
    # Never the one that asks: a change of itself could end its token.
    others = [client["client_id"] for client in clients() if client["client_id"] != os.environ["ASKER_USERNAME"]]
    if "client_id" in address and chance(address["client_id"], 2) == 0:
        address["client_id"] = others[chance(address["client_id"], len(others))]


def credentials():
    pair = os.environ["ASKER_USERNAME"] + ":" + os.environ["ASKER_PASSWORD"]
    return base64.b64encode(pair.encode()).decode()


@functools.cache
def own_token():
    """A token of the back end's own, good for an hour."""
    request = urllib.request.Request(
        os.environ["ASKER_BASE"] + "/cis/oidc/token", b"grant_type=client_credentials", {"Authorization": "Basic " + credentials()}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["access_token"]


@functools.cache
def clients():
    """The clients of the first party, as they were at the beginning."""
    request = urllib.request.Request(
        os.environ["ASKER_BASE"] + "/cis/v1/clients", headers={"Authorization": "Bearer " + own_token()}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def choose(event):
    """Lets an event be about a purpose that is there."""
    consents = event.get("consents") if isinstance(event, dict) else None
    for purpose in (consents or {}).get("purposes", []):
        purpose["id"] = CHOSEN["purpose"][chance(purpose["id"], 2)]
        if "values" in purpose:
            purpose["values"] = {"news-topics": {"value": "home,travel"}} if purpose["id"] == "news" else {}


@functools.cache
def session():
    """A session of the demo's back end, good for an hour."""
    key = {"type": "api-key", "key": os.environ["ASKER_USERNAME"], "secret": os.environ["ASKER_PASSWORD"]}
    request = urllib.request.Request(
        os.environ["ASKER_BASE"] + "/v1/sessions", json.dumps(key).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["access_token"]


@functools.cache
def request_token():
    """A token of the demo's application, good for an hour."""
    with urllib.request.urlopen(os.environ["ASKER_BASE"] + "/demo/api/moneytrack/request-token") as answer:
        return answer.read().decode()


def administer(case):
    """Names what is there or could be, and repeats it where the body does."""
    address = case.path_parameters or {}
    for name in ADMINISTERED.keys() & address.keys():
        address[name] = ADMINISTERED[name][chance(address[name], len(ADMINISTERED[name]))]
    if isinstance(case.body, dict):
        for member, name in REPEATED.items():
            if member in case.body and name in address:
                case.body[member] = address[name]
        if case.body.get("dn") == "portal":
            del case.body["dn"]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Accepts a refusal that is right although the request fits the schema."""
    kind = type(failure).__name__
    if case.operation.path.startswith("/v1/") and kind in ("IgnoredAuth", "AcceptedNegativeData", "RejectedPositiveData"):
        # Each request shows the session, those that try it without one as well: the door's own tests try it without. So do they with
        # what does not fit, since members that are not known are ignored there, and `null` is nothing.
        return kind == "RejectedPositiveData" and not case.operation.path.startswith(OF_PREFERENCES.get(response.status_code, ()))
    if case.operation.path.startswith("/cis/") and kind in ("IgnoredAuth", "AcceptedNegativeData", "RejectedPositiveData"):
        # As at the preferences door: each request shows who asks, and parameters that are not known are ignored.
        return kind == "RejectedPositiveData" and response.status_code not in OF_AUTHORIZATION
    if kind == "IgnoredAuth":
        # Whoever tries wrong passwords again and again is made to wait.
        return "429" not in failure.message
    if kind == "MalformedJson" and case.operation.path.endswith(".jwt"):
        # A text is JSON for whoever looks at its schema alone.
        return False
    if case.operation.path.startswith("/Consent/") and kind in ("RejectedPositiveData", "AcceptedNegativeData"):
        return response.status_code not in OF_DATASPACES
    if kind != "RejectedPositiveData":
        return True
    conditions = [case.headers.get(name) for name in ("If-Match", "If-None-Match")]
    if response.status_code in (412, 422) or any(is_malformed(tags) for tags in conditions):
        return False
    if response.headers.get("content-type") == ["application/problem+json"]:
        return not is_beyond_schemas(response.json())
    if response.json().get("code") == "SEARCH_SIZE_LIMIT_EXCEEDED":
        return False
    refused = {(detail.get("code"), detail.get("target")) for detail in details(response)}
    if names_wording(case.body) and refused & TEXTS:
        return True
    return not refused or not refused <= BEYOND_SCHEMAS


def is_beyond_schemas(problem):
    """Whether the administration door refuses what a schema cannot say: a cursor of its own, a hash that is one and stands alone."""
    wrong = [error.get("pointer") for error in problem.get("errors", [])]
    return problem["code"] == "cursor_mismatch" or wrong == ["/password_hash"]


def names_wording(body):
    """Whether a body names, in full, a wording that has been published."""
    given = body.get("definition") if isinstance(body, dict) else None
    return isinstance(given, dict) and any(known.items() <= given.items() for known in KNOWN)


def details(response):
    return response.json().get("details", [])


def is_malformed(tags):
    """Whether this is no list of entity tags. Schemathesis takes some for good whose type it changed on purpose."""
    return tags is not None and not re.fullmatch(r'\*|(W/)?"[^"]*"(\s*,\s*(W/)?"[^"]*")*', tags)


def chance(value, choices):
    """Always the same choice for the same value."""
    return zlib.crc32(json.dumps(value, sort_keys=True, default=str).encode()) % choices
