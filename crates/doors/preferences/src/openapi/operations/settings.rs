//! What a first party sets up: words, centers, and what pages of others need.

use utoipa::openapi::path::HttpMethod;

use super::{super::examples, Asker, Operation, flag, of_resource, of_session, paging, query};

pub(super) fn of_words() -> Vec<Operation> {
    use HttpMethod::Get;
    let purposes = of_resource(
        ("/metadata/purposes", "/metadata/purposes/{purpose}"),
        [
            ("list_purposes", "List purposes"),
            ("define_purpose", "Define a purpose"),
            ("read_purpose", "Read a purpose"),
            ("put_purpose", "Define a purpose anew"),
            ("change_purpose", "Change a purpose"),
            (
                "hide_purpose",
                "Show a purpose nowhere any more; what was chosen stays",
            ),
        ],
        "Purposes",
        &("PurposeToDefine", examples::purpose_to_define()),
        &("Purpose", examples::purpose()),
    );
    let preferences = of_resource(
        ("/preferences", "/preferences/{preference}"),
        [
            ("list_preferences", "List preferences"),
            ("define_preference", "Define a preference"),
            ("read_preference", "Read a preference"),
            ("put_preference", "Define a preference anew"),
            ("change_preference", "Change a preference"),
            (
                "hide_preference",
                "Show a preference nowhere any more; what was chosen stays",
            ),
        ],
        "Preferences",
        &("PreferenceToDefine", examples::preference_to_define()),
        &("Preference", examples::preference()),
    );
    let in_all_languages = |mut own: [Operation; 6]| {
        let flag = flag("$translations", "Whether texts are shown in all languages.");
        own[0].parameters.push(flag);
        for reading in own.iter_mut().filter(|own| own.method == Get) {
            reading.asker = Asker::Either;
        }
        own
    };
    let alone = [
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
        of_session(
            (HttpMethod::Put, "/configuration-tree"),
            ("put_tree", "Say which purposes and preferences are shown"),
            Some(("ConfigurationTree", examples::tree())),
            Some(("ConfigurationTree", examples::tree())),
        ),
        of_session(
            (Get, "/compliance/v1/regulations"),
            ("list_regulations", "List regulations"),
            None,
            Some(("Regulations", examples::regulations())),
        ),
    ];
    let resources = [purposes, preferences].map(in_all_languages);
    resources.into_iter().flatten().chain(alone).collect()
}

pub(super) fn of_centers() -> Vec<Operation> {
    let mut all = of_resource(
        ("/privacy-centers", "/privacy-centers/{center}"),
        [
            ("list_centers", "List preferences centers"),
            ("make_center", "Make a preferences center"),
            ("read_center", "Read a preferences center"),
            ("put_center", "Make a preferences center anew"),
            ("change_center", "Change a preferences center"),
            ("delete_center", "Take a preferences center away"),
        ],
        "Centers",
        &("CenterToMake", examples::center_to_make()),
        &("Center", examples::center()),
    );
    all[2].asker = Asker::Either;
    all.into()
}

pub(super) fn of_providers() -> Vec<Operation> {
    use HttpMethod::{Get, Patch, Post};
    let one = "/auth-providers/{provider}";
    let provider = || Some(("Provider", examples::provider()));
    let wish = || Some(("ProviderToWrite", examples::provider_to_write()));
    vec![
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
            wish(),
            provider(),
        ),
        of_session(
            (Get, one),
            ("read_provider", "Read a way in by mail"),
            None,
            provider(),
        ),
        of_session(
            (Patch, one),
            ("change_provider", "Make a way in by mail the usual one"),
            wish(),
            provider(),
        ),
    ]
}

pub(super) fn of_widgets() -> Vec<Operation> {
    use HttpMethod::{Get, Post};
    let widgets = of_resource(
        ("/widgets", "/widgets/{widget}"),
        [
            ("list_widgets", "List widgets"),
            ("make_widget", "Make a widget"),
            ("read_widget", "Read a widget"),
            ("put_widget", "Make a widget anew"),
            ("change_widget", "Change a widget"),
            ("delete_widget", "Take a widget away"),
        ],
        "Widgets",
        &("WidgetToMake", examples::widget_to_make()),
        &("Widget", examples::widget()),
    );
    let beside = [
        Operation {
            parameters: paging(),
            ..of_session(
                (Get, "/widgets/templates"),
                ("list_widget_templates", "List of what widgets can be made"),
                None,
                Some(("WidgetTemplates", examples::list(&examples::widget_template()))),
            )
        },
        of_session(
            (Post, "/widgets/deployments"),
            ("deploy_widgets", "Let people see widgets as they were changed"),
            Some(("WidgetsToDeploy", examples::widgets_to_deploy())),
            Some(("Deployment", examples::deployment())),
        ),
    ];
    widgets.into_iter().chain(beside).collect()
}

pub(super) fn of_keys() -> Vec<Operation> {
    use HttpMethod::{Get, Patch};
    let key = || Some(("ApiKey", examples::api_key()));
    vec![
        Operation {
            parameters: paging(),
            ..of_session(
                (Get, "/keys"),
                ("list_keys", "List the API keys of the organization"),
                None,
                Some(("ApiKeys", examples::list(&examples::api_key()))),
            )
        },
        of_session((Get, "/keys/{key}"), ("read_key", "Read an API key"), None, key()),
        of_session(
            (Patch, "/keys/{key}"),
            ("switch_key_off", "Switch an API key off"),
            Some(("ApiKeyToSwitchOff", examples::api_key_to_switch_off())),
            key(),
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
