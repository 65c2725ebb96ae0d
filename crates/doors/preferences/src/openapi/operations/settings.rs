//! What a first party sets up: words, centers, and what pages of others need.

use serde_json::Value;
use utoipa::openapi::path::HttpMethod;

use super::{super::examples, Asker, Operation, flag, of_session, paging, query};

pub(super) fn of_words() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Patch, Post, Put};
    let purpose = || Some(("Purpose", examples::purpose()));
    let purpose_wish = || Some(("PurposeToDefine", examples::purpose_to_define()));
    let preference = || Some(("Preference", examples::preference()));
    let preference_wish = || Some(("PreferenceToDefine", examples::preference_to_define()));
    let (one_purpose, one_preference) = ("/metadata/purposes/{purpose}", "/preferences/{preference}");
    let listed = |path, name, of: &Value, schema| Operation {
        parameters: paging()
            .into_iter()
            .chain([flag("$translations", "Whether texts are shown in all languages.")])
            .collect(),
        ..of_session((Get, path), name, None, Some((schema, examples::list(of))))
    };
    vec![
        of_session(
            (Delete, one_purpose),
            (
                "hide_purpose",
                "Show a purpose nowhere any more; what was chosen stays",
            ),
            None,
            purpose(),
        ),
        of_session(
            (Delete, one_preference),
            (
                "hide_preference",
                "Show a preference nowhere any more; what was chosen stays",
            ),
            None,
            preference(),
        ),
        of_session(
            (Get, "/languages"),
            ("list_languages", "List the languages of the product's own words"),
            None,
            Some(("Languages", examples::languages())),
        ),
        of_session(
            (Get, "/configuration-tree"),
            ("read_tree", "Read what can be chosen as a tree"),
            None,
            Some(("ConfigurationTree", examples::tree())),
        ),
        listed(
            "/metadata/purposes",
            ("list_purposes", "List purposes"),
            &examples::purpose(),
            "Purposes",
        ),
        of_session(
            (Post, "/metadata/purposes"),
            ("define_purpose", "Define a purpose"),
            purpose_wish(),
            purpose(),
        ),
        of_session(
            (Get, one_purpose),
            ("read_purpose", "Read a purpose"),
            None,
            purpose(),
        ),
        of_session(
            (Put, one_purpose),
            ("put_purpose", "Define a purpose anew"),
            purpose_wish(),
            purpose(),
        ),
        of_session(
            (Patch, one_purpose),
            ("change_purpose", "Change a purpose"),
            purpose_wish(),
            purpose(),
        ),
        listed(
            "/preferences",
            ("list_preferences", "List preferences"),
            &examples::preference(),
            "Preferences",
        ),
        of_session(
            (Post, "/preferences"),
            ("define_preference", "Define a preference"),
            preference_wish(),
            preference(),
        ),
        of_session(
            (Get, one_preference),
            ("read_preference", "Read a preference"),
            None,
            preference(),
        ),
        of_session(
            (Put, one_preference),
            ("put_preference", "Define a preference anew"),
            preference_wish(),
            preference(),
        ),
        of_session(
            (Patch, one_preference),
            ("change_preference", "Change a preference"),
            preference_wish(),
            preference(),
        ),
        of_session(
            (Get, "/compliance/v1/regulations"),
            ("list_regulations", "List regulations"),
            None,
            Some(("Regulations", examples::regulations())),
        ),
    ]
}

pub(super) fn of_centers() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Patch, Post, Put};
    let center = || Some(("Center", examples::center()));
    let wish = || Some(("CenterToMake", examples::center_to_make()));
    let provider = || Some(("Provider", examples::provider()));
    let provider_wish = || Some(("ProviderToWrite", examples::provider_to_write()));
    let (one, one_provider) = ("/privacy-centers/{center}", "/auth-providers/{provider}");
    vec![
        Operation {
            parameters: paging(),
            ..of_session(
                (Get, "/privacy-centers"),
                ("list_centers", "List preferences centers"),
                None,
                Some(("Centers", examples::list(&examples::center()))),
            )
        },
        of_session(
            (Post, "/privacy-centers"),
            ("make_center", "Make a preferences center"),
            wish(),
            center(),
        ),
        Operation {
            asker: Asker::Either,
            ..of_session(
                (Get, one),
                ("read_center", "Read a preferences center"),
                None,
                center(),
            )
        },
        of_session(
            (Put, one),
            ("put_center", "Make a preferences center anew"),
            wish(),
            center(),
        ),
        of_session(
            (Patch, one),
            ("change_center", "Change a preferences center"),
            wish(),
            center(),
        ),
        of_session(
            (Delete, one),
            ("delete_center", "Take a preferences center away"),
            None,
            center(),
        ),
        Operation {
            parameters: paging(),
            ..of_session(
                (Get, "/auth-providers"),
                ("list_providers", "List the ways in by mail"),
                None,
                Some(("Providers", examples::list(&examples::provider()))),
            )
        },
        of_session(
            (Post, "/auth-providers"),
            (
                "add_provider",
                "Have a way in by mail, as the usual one where wanted",
            ),
            provider_wish(),
            provider(),
        ),
        of_session(
            (Get, one_provider),
            ("read_provider", "Read a way in by mail"),
            None,
            provider(),
        ),
        of_session(
            (Patch, one_provider),
            ("change_provider", "Make a way in by mail the usual one"),
            provider_wish(),
            provider(),
        ),
    ]
}

pub(super) fn of_widgets() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Patch, Post, Put};
    let one = "/widgets/{widget}";
    let widget = || Some(("Widget", examples::widget()));
    let wish = || Some(("WidgetToMake", examples::widget_to_make()));
    let list = |path, name: (&'static str, &'static str), answer| Operation {
        parameters: paging(),
        ..of_session((Get, path), name, None, Some(answer))
    };
    vec![
        list(
            "/widgets",
            ("list_widgets", "List widgets"),
            ("Widgets", examples::list(&examples::widget())),
        ),
        list(
            "/widgets/templates",
            ("list_widget_templates", "List of what widgets can be made"),
            ("WidgetTemplates", examples::list(&examples::widget_template())),
        ),
        of_session(
            (Post, "/widgets"),
            ("make_widget", "Make a widget"),
            wish(),
            widget(),
        ),
        of_session((Get, one), ("read_widget", "Read a widget"), None, widget()),
        of_session((Put, one), ("put_widget", "Make a widget anew"), wish(), widget()),
        of_session(
            (Patch, one),
            ("change_widget", "Change a widget"),
            wish(),
            widget(),
        ),
        of_session(
            (Delete, one),
            ("delete_widget", "Take a widget away"),
            None,
            widget(),
        ),
        list(
            "/keys",
            ("list_keys", "List the API keys of the organization"),
            ("ApiKeys", examples::list(&examples::api_key())),
        ),
        of_session(
            (Get, "/keys/{key}"),
            ("read_key", "Read an API key"),
            None,
            Some(("ApiKey", examples::api_key())),
        ),
        of_session(
            (Patch, "/keys/{key}"),
            ("switch_key_off", "Switch an API key off"),
            Some(("ApiKeyToSwitchOff", examples::api_key_to_switch_off())),
            Some(("ApiKey", examples::api_key())),
        ),
        of_session(
            (Put, "/configuration-tree"),
            ("put_tree", "Say which purposes and preferences are shown"),
            Some(("ConfigurationTree", examples::tree())),
            Some(("ConfigurationTree", examples::tree())),
        ),
        of_session(
            (Post, "/widgets/deployments"),
            ("deploy_widgets", "Let people see widgets as they were changed"),
            Some(("WidgetsToDeploy", examples::widgets_to_deploy())),
            Some(("Deployment", examples::deployment())),
        ),
    ]
}

pub(super) fn of_pages() -> Vec<Operation> {
    use HttpMethod::{Get, Post};
    let of_page = |method, path, name: (&'static str, &'static str), parameters, answer| Operation {
        method,
        path,
        id: name.0,
        summary: name.1,
        asker: Asker::Page,
        parameters,
        body: None,
        answer: Some(answer),
    };
    vec![
        of_page(
            Get,
            "/auth/initiate",
            ("initiate", "Ask which way in a page shall offer"),
            Vec::new(),
            ("WayIn", examples::way_in()),
        ),
        of_page(
            Get,
            "/auth/protocols/otp/generate",
            (
                "send_code",
                "Send a code of six digits to somebody, if there is somebody",
            ),
            vec![query("email", "Their name at the organization.")],
            ("CodeSent", examples::code_sent()),
        ),
        Operation {
            body: Some(("CodeToVerify", examples::code_to_verify())),
            ..of_page(
                Post,
                "/auth/protocols/otp/verify",
                ("verify_code", "Get a consent token with a code"),
                Vec::new(),
                ("TokenGot", examples::token_got()),
            )
        },
        of_page(
            Get,
            "/auth/protocols/message/callback",
            (
                "send_link",
                "Send a link with a consent token to somebody, if there is somebody",
            ),
            vec![
                query("id", "Their name at the organization."),
                query(
                    "privacy_center_url",
                    "Where the link leads: a center or a page of the organization.",
                ),
            ],
            ("LinkSent", examples::link_sent()),
        ),
    ]
}
