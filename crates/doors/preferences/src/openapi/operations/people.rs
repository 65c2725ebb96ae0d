//! Events and people.

use consentry_web::openapi::erasure;
use utoipa::openapi::path::{HttpMethod, Parameter, ParameterIn};

use super::{
    super::examples, Operation, SHARED, described, flag, number, of_session, organization, paging, query,
    text_like,
};

pub(super) fn of_events() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Patch, Post};
    let event = || Some(("Event", examples::event()));
    let filters = || {
        vec![
            query(
                "organization_user_id",
                "Whose, by what the organization knows them.",
            ),
            query("user_id", "Whose, by a device."),
            status(),
            regulation(),
        ]
    };
    vec![
        Operation {
            parameters: paging()
                .into_iter()
                .chain([sort("created_at"), sort("updated_at")])
                .chain(filters())
                .collect(),
            ..of_session(
                (Get, "/consents/events"),
                (
                    "list_events",
                    "List events of somebody; those that count, under gdpr, where nothing else is asked for",
                ),
                None,
                Some(("Events", examples::list(&examples::event()))),
            )
        },
        silenced(of_session(
            (Post, "/consents/events"),
            ("record_event", "Record what somebody chose"),
            Some(("EventToRecord", examples::event_to_record())),
            event(),
        )),
        silenced(Operation {
            parameters: [organization()].into_iter().chain(filters()).collect(),
            ..of_session(
                (Delete, "/consents/events"),
                ("delete_events", "Delete events of somebody that fit the query"),
                None,
                None,
            )
        }),
        of_session(
            (Get, "/consents/events/{event}"),
            ("read_event", "Read an event"),
            None,
            event(),
        ),
        silenced(of_session(
            (Patch, "/consents/events/{event}"),
            ("correct_event", "Correct an event"),
            Some(("EventToCorrect", examples::event_to_correct())),
            event(),
        )),
        silenced(of_session(
            (Delete, "/consents/events/{event}"),
            ("delete_event", "Delete an event"),
            None,
            None,
        )),
    ]
}

pub(super) fn of_users() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Patch, Post};
    let user = || Some(("User", examples::user()));
    let wish = || Some(("UserToWrite", examples::user_to_write()));
    let path = "/consents/users/{user}";
    vec![
        Operation {
            parameters: vec![
                organization(),
                query(
                    "organization_user_id",
                    "Whom, by what the organization knows them.",
                ),
                query("id", "Whom, by a device."),
                regulation(),
                number("$limit", 1, "Most people; 100 and at most 100."),
                with_tree(),
            ],
            ..of_session(
                (Get, "/consents/users"),
                ("list_users", "List people"),
                None,
                Some(("Users", examples::users())),
            )
        },
        silenced(of_session(
            (Post, "/consents/users"),
            ("make_user", "Make somebody known"),
            wish(),
            user(),
        )),
        Operation {
            parameters: vec![organization(), by_name(), regulation(), with_tree()],
            ..of_session((Get, path), ("read_user", "Read somebody"), None, user())
        },
        silenced(Operation {
            parameters: vec![organization(), by_name()],
            ..of_session(
                (Patch, path),
                ("change_user", "Change what is known about somebody"),
                wish(),
                user(),
            )
        }),
        Operation {
            parameters: vec![organization(), by_name()],
            ..of_session(
                (Delete, path),
                ("delete_user", "Delete somebody with events, devices and tokens"),
                None,
                user(),
            )
        },
        of_session(
            (Get, "/consents/erasures/{erasure}"),
            ("read_erasure", "Read what became of the deletion of somebody"),
            None,
            Some((SHARED, erasure())),
        ),
    ]
}

/// An operation of which receivers of webhooks may be kept from hearing.
fn silenced(mut operation: Operation) -> Operation {
    let meaning = "Whether receivers that are told in the words of Didomi are not told of it.";
    operation.parameters.push(flag("$disable_integrations", meaning));
    operation
}

fn with_tree() -> Parameter {
    flag(
        "$include_full_tree",
        "Whether purposes that nobody chose are shown too.",
    )
}

fn by_name() -> Parameter {
    let meaning = "Whether the address names somebody by what the organization knows them.";
    flag("$by_organization_user_id", meaning)
}

fn regulation() -> Parameter {
    let meaning = "Under which regulation; gdpr where nothing is said. An organization may have others.";
    described("regulation", ParameterIn::Query, meaning)
        .schema(Some(text_like("^(gdpr|cpra|cpa|ctdpa|vcdpa)$")))
        .build()
}

fn status() -> Parameter {
    described(
        "status",
        ParameterIn::Query,
        "What became of an event; confirmed where nothing is said.",
    )
    .schema(Some(text_like("^(confirmed|pending_approval|rejected|expired)$")))
    .build()
}

fn sort(field: &str) -> Parameter {
    let name = format!("$sort[{field}]");
    described(
        &name,
        ParameterIn::Query,
        "1 where the earliest comes first, -1 where the latest does.",
    )
    .schema(Some(text_like("^-?1$")))
    .build()
}
