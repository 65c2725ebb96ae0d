//! Addresses that a third party chose: a link only where it leads to a web site over https or to a mailbox (consent-dashboard A8.3).

use consentry_web::page::ShownName;
use url::Url;

/// An address as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads; none where it is not one to follow.
    pub href: Option<String>,
    /// Host, mailbox, or the text as it is.
    pub label: String,
    /// Whether it opens another site.
    pub is_site: bool,
}

impl Link {
    /// Reads an address.
    pub fn new(address: &str) -> Self {
        let plain = Self {
            href: None,
            label: ShownName::new(address).short,
            is_site: false,
        };
        let Ok(url) = Url::parse(address) else {
            return plain;
        };
        match (url.scheme(), url.host_str()) {
            ("https", Some(host)) if url.username().is_empty() && url.password().is_none() => Self {
                href: Some(url.to_string()),
                label: host.to_owned(),
                is_site: true,
            },
            ("mailto", _) => Self {
                label: ShownName::new(url.path()).short,
                href: Some(url.to_string()),
                is_site: false,
            },
            _ => plain,
        }
    }

    /// The address of the link; empty where there is none.
    pub fn href(&self) -> &str {
        self.href.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> (Option<String>, String) {
        let link = Link::new(address);
        (link.href, link.label)
    }

    #[test]
    fn dsh_a8_3_5_only_https_and_mail_are_links_and_show_where_they_lead() {
        let privacy = "https://moneytrack.example/privacy";
        assert_eq!(
            read(privacy),
            (Some(privacy.to_owned()), "moneytrack.example".to_owned())
        );
        let mail = "mailto:privacy@moneytrack.example";
        assert_eq!(
            read(mail),
            (Some(mail.to_owned()), "privacy@moneytrack.example".to_owned())
        );
        for bad in [
            "http://moneytrack.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "+44 20 7946 0000",
        ] {
            assert_eq!(read(bad), (None, bad.to_owned()), "{bad}");
        }
        assert_eq!(read("https://bank.example@evil.example/").0, None);
    }
}
