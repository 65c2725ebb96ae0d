//! Every route that takes a body, and what it takes.

use http::Method;

/// What a route takes, and who may send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A form of a page of ours, answered with a page.
    Page,
    /// A form of the embedded dashboard.
    Frame,
    /// A form of a client with its secret.
    Client,
    /// A form without credentials.
    Form,
    /// JSON of a back end of the first party.
    BackEnd,
    /// JSON of a records client.
    Records,
    /// JSON of a dashboard provider.
    Provider,
    /// JSON of a dashboard provider for one customer, whose one-time token it shows.
    Ticket,
    /// JSON of an embedded page.
    Embedded,
    /// A question of a back end of the first party.
    Question,
    /// JSON of an administrator.
    Administration,
    /// JSON of a client that keeps webhook endpoints.
    Endpoint,
    /// JSON of a back end at the preferences door.
    Organization,
}

use Takes::{
    Administration, BackEnd, Client, Embedded, Endpoint, Form, Frame, Organization, Page, Provider, Question,
    Records, Ticket,
};

/// Every route of a door that takes a body, without the twin that differs in its prefix, version or last slash only.
pub(super) const ROUTES: [(Method, &str, Takes); 96] = [
    (Method::POST, "/cis/oidc/auth", Page),
    (Method::POST, "/cis/oidc/session/end", Page),
    (Method::POST, "/login", Page),
    (Method::POST, "/login/code", Page),
    (Method::POST, "/login/code/entry", Page),
    (Method::POST, "/login/links", Page),
    (Method::POST, "/login/passkey", Page),
    (Method::POST, "/login/passkeys", Page),
    (Method::POST, "/login/sessions", Page),
    (Method::POST, "/login/with/{upstream}/back", Page),
    (Method::POST, "/logout", Page),
    (Method::POST, "/notices/{token}", Page),
    (Method::POST, "/center/{center}", Page),
    (Method::POST, "/consents/approvals/{link}", Page),
    (Method::POST, "/consent", Page),
    (Method::POST, "/cis/auth/consent/callback", BackEnd),
    (Method::POST, "/cis/oidc/token", Client),
    (Method::POST, "/cis/oidc/token/introspection", Client),
    (Method::POST, "/cis/oidc/token/revocation", Client),
    (Method::POST, "/cis/oidc/request", Client),
    (Method::POST, "/cis/oidc/me", Form),
    (Method::POST, "/consent/v1/consents", Records),
    (Method::PUT, "/consent/v1/consents/{consent}", Records),
    (Method::PATCH, "/consent/v1/consents/{consent}", Records),
    (Method::POST, "/api/v4/token", Provider),
    (Method::POST, "/api/v4/token/revoke", Provider),
    (Method::PUT, "/api/v4/customer_accounts", Provider),
    (
        Method::PUT,
        "/api/v4/consent_management/{consent}/accounts/{account}",
        Ticket,
    ),
    (
        Method::PUT,
        "/api/v4/consent_management/{consent}/accounts",
        Ticket,
    ),
    (Method::POST, "/embed/api/v1/session/renew", Embedded),
    (Method::PATCH, "/embed/api/v1/connections/{c}/accounts", Embedded),
    (Method::PATCH, "/embed/api/v1/connections/{c}/clusters", Embedded),
    (Method::POST, "/embed/api/v1/exports", Embedded),
    (Method::POST, "/embed/api/v1/consents/revoke", Embedded),
    (Method::POST, "/embed/api/v1/consents/{consent}/revoke", Embedded),
    (Method::POST, "/embed/api/v1/connections/revoke", Embedded),
    (Method::POST, "/embed/api/v1/connections/{c}/revoke", Embedded),
    (Method::POST, "/embed/api/v1/connections/{c}/renew", Embedded),
    (Method::POST, "/embed/api/v1/connections/{c}/report", Embedded),
    (Method::POST, "/embed/authorizations", Frame),
    (Method::POST, "/embed/connections", Frame),
    (Method::POST, "/embed/stop/confirm", Frame),
    (Method::POST, "/access/v1/evaluation", Question),
    (Method::POST, "/access/v1/evaluations", Question),
    (Method::POST, "/access/v1/search/subject", Question),
    (Method::POST, "/access/v1/search/resource", Question),
    (Method::POST, "/access/v1/search/action", Question),
    (Method::PUT, "/admin/v1/definitions/{definition}", Administration),
    (
        Method::PUT,
        "/admin/v1/definitions/{definition}/localizations/{locale}",
        Administration,
    ),
    (Method::PUT, "/admin/v1/accounts/{account}", Administration),
    (Method::POST, "/admin/v1/people/lookup", Administration),
    (
        Method::PUT,
        "/admin/v1/people/{subject}/restriction",
        Administration,
    ),
    (
        Method::POST,
        "/admin/v1/people/{subject}/erasures",
        Administration,
    ),
    (Method::POST, "/admin/v1/people/{subject}/holds", Administration),
    (Method::POST, "/cis/v1/clients", BackEnd),
    (Method::PUT, "/cis/v1/clients/{client_id}", BackEnd),
    (Method::PUT, "/cis/v1/clients/{client_id}/resources", BackEnd),
    (Method::POST, "/cis/v1/clients/{client_id}/secret/rotate", BackEnd),
    (Method::PUT, "/cis/v1/applications/{app_id}", BackEnd),
    (Method::POST, "/cis/v1/applications/{app_id}/clients", BackEnd),
    (
        Method::PUT,
        "/cis/v1/applications/{app_id}/clients/{client_id}",
        BackEnd,
    ),
    (
        Method::PUT,
        "/cis/v1/applications/{app_id}/clients/{client_id}/resources",
        BackEnd,
    ),
    (
        Method::POST,
        "/cis/v1/applications/{app_id}/clients/{client_id}/secret/rotate",
        BackEnd,
    ),
    (Method::POST, "/webhooks/v1/endpoints", Endpoint),
    (Method::PATCH, "/webhooks/v1/endpoints/{id}", Endpoint),
    (
        Method::POST,
        "/webhooks/v1/endpoints/{id}/secret/rotate",
        Endpoint,
    ),
    (Method::POST, "/webhooks/v1/endpoints/{id}/replay", Endpoint),
    (Method::POST, "/sessions", Organization),
    (Method::POST, "/auth-providers", Organization),
    (Method::PATCH, "/auth-providers/{provider}", Organization),
    (Method::POST, "/privacy-centers", Organization),
    (Method::PUT, "/privacy-centers/{center}", Organization),
    (Method::PATCH, "/privacy-centers/{center}", Organization),
    (Method::PATCH, "/keys/{key}", Organization),
    (Method::PUT, "/configuration-tree", Organization),
    (Method::POST, "/widgets", Organization),
    (Method::POST, "/widgets/deployments", Organization),
    (Method::PUT, "/widgets/{widget}", Organization),
    (Method::PATCH, "/widgets/{widget}", Organization),
    (Method::POST, "/secrets", Organization),
    (Method::PUT, "/secrets/{secret}", Organization),
    (Method::PATCH, "/secrets/{secret}", Organization),
    (Method::POST, "/metadata/purposes", Organization),
    (Method::PUT, "/metadata/purposes/{purpose}", Organization),
    (Method::PATCH, "/metadata/purposes/{purpose}", Organization),
    (Method::POST, "/preferences", Organization),
    (Method::PUT, "/preferences/{preference}", Organization),
    (Method::PATCH, "/preferences/{preference}", Organization),
    (Method::POST, "/auth/protocols/otp/verify", Organization),
    (Method::POST, "/consents/tokens", Organization),
    (Method::POST, "/consents/events", Organization),
    (Method::PATCH, "/consents/events/{event}", Organization),
    (Method::POST, "/consents/links", Organization),
    (Method::POST, "/consents/proofs", Organization),
    (Method::POST, "/consents/users", Organization),
    (Method::PATCH, "/consents/users/{user}", Organization),
];

/// What these are for stands in the address.
pub(super) const WITHOUT_BODY: [&str; 7] = [
    "/admin/v1/mails/{mail}/retry",
    "/api/v4/consent_management/{consent}/disable_app_sharing",
    "/events/v1/tickets",
    "/webhooks/v1/deliveries/{id}/retry",
    "/webhooks/v1/endpoints/{id}/disable",
    "/webhooks/v1/endpoints/{id}/enable",
    "/webhooks/v1/endpoints/{id}/test",
];

/// Routes of the dataspace door, which is closed here: its own suite sends them what is broken (`dsp_5_7`, `dsp_5_1`, `dsp_9`).
pub(super) const OF_THE_DATASPACE: [&str; 3] = ["/Consent/", "/request/", "/portal"];

/// Takes a token in four forms, text among them: the dashboard's own suite sends it what is broken (`dsh_a6`).
pub(super) const IN_FOUR_FORMS: &str = "/admin/customers/jwt";

/// Closed here, since the bank does not speak FDX: the dashboard's own suite sends it what is broken (`dsh_d1`).
pub(super) const OF_FDX: &str = "/fdx/";

/// An opening of the dashboard is refused in one way, whatever is wrong with it (consent-dashboard A4.4).
pub(super) const OPENING: &str = "/embed/authorizations";

impl Takes {
    pub(super) const fn is_json(self) -> bool {
        matches!(
            self,
            BackEnd
                | Records
                | Provider
                | Ticket
                | Embedded
                | Question
                | Administration
                | Endpoint
                | Organization
        )
    }

    pub(super) const fn media_type(self) -> &'static str {
        if self.is_json() {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        }
    }
}
