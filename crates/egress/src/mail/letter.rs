//! One mail, and the message it becomes (RFC 5322, RFC 2045).

use std::time::{Duration, SystemTime};

use consentry_domain::{Timestamp, mail::MailAddress};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{Header, HeaderName, HeaderValue},
    },
};
use url::Host;

/// Longest name of a sender, in characters.
const LONGEST_NAME: usize = 100;

/// One mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What makes it the same for a server that gets it again: letters, digits, `-` and `_`.
    pub id: String,
    /// Whom it goes to.
    pub to: MailAddress,
    /// Name of the sender, as people see it.
    pub from_name: String,
    /// Whom answers reach; none means the sender.
    pub reply_to: Option<MailAddress>,
    /// Language tag of what it says.
    pub language: String,
    /// Its subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// A whole HTML document saying the same, where there is one.
    pub html: Option<String>,
    /// When it is written.
    pub at: Timestamp,
    /// Where one `POST` switches such mails off.
    pub unsubscribe: Option<String>,
}

impl Letter {
    /// The message, from this sender; or why it cannot be one.
    pub(super) fn message(&self, from: &MailAddress) -> Result<Message, &'static str> {
        let sender = address(from)?;
        let id = format!("<{}@{}>", tagged(&self.id), sender.domain());
        let at = u64::try_from(self.at.as_seconds()).unwrap_or(0);
        let mut message = Message::builder()
            .from(Mailbox::new(name(&self.from_name), sender))
            .to(Mailbox::new(None, address(&self.to)?))
            .subject(line(&self.subject))
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(at))
            .message_id(Some(id))
            .header(Automatic)
            .header(Language(tagged(&self.language)));
        // One request may only go where nobody reads it on the way (RFC 8058 3.1).
        if let Some(address) = self
            .unsubscribe
            .as_deref()
            .filter(|own| own.starts_with("https://"))
        {
            message = message.header(Unsubscribe(line(address))).header(OneClick);
        }
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(Mailbox::new(None, address(reply_to)?));
        }
        let made = match &self.html {
            Some(html) => {
                message.multipart(MultiPart::alternative_plain_html(self.text.clone(), html.clone()))
            }
            None => message.singlepart(SinglePart::plain(self.text.clone())),
        };
        made.map_err(|_| "it cannot be made a message")
    }
}

/// An address as servers know it: its domain in ASCII (RFC 5891), since few of them speak of others.
fn address(address: &MailAddress) -> Result<Address, &'static str> {
    let (local, domain) = address.parts();
    let Ok(Host::Domain(domain)) = Host::parse(domain) else {
        return Err("an address is none that mail can go to");
    };
    Address::new(local, domain).map_err(|_| "an address is none that mail can go to")
}

fn name(text: &str) -> Option<String> {
    let name: String = line(text).chars().take(LONGEST_NAME).collect();
    (!name.is_empty()).then_some(name)
}

/// A text of one line: what ends a line is a space.
fn line(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Only what ids and language tags are made of.
fn tagged(text: &str) -> String {
    let fits = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    text.chars().filter(fits).collect()
}

type Unread = Box<dyn std::error::Error + Send + Sync>;

/// `Auto-Submitted` (RFC 3834): nobody's holiday notice answers it.
#[derive(Debug, Clone)]
struct Automatic;

impl Header for Automatic {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Unread> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// `List-Unsubscribe` (RFC 2369, RFC 8058).
#[derive(Debug, Clone)]
struct Unsubscribe(String);

impl Header for Unsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Unread> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), format!("<{}>", self.0))
    }
}

/// `List-Unsubscribe-Post` (RFC 8058): one request is enough.
#[derive(Debug, Clone)]
struct OneClick;

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Unread> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

/// `Content-Language` (RFC 3282).
#[derive(Debug, Clone)]
struct Language(String);

impl Header for Language {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(text: &str) -> Result<Self, Unread> {
        Ok(Self(tagged(text)))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            id: "abc_DEF-1".to_owned(),
            to: MailAddress::parse("ada@example.com").unwrap(),
            from_name: "Harbor Bank".to_owned(),
            reply_to: None,
            language: "en-GB".to_owned(),
            subject: "Hello".to_owned(),
            text: "Hello\n".to_owned(),
            html: Some("<p>Hello</p>".to_owned()),
            at: Timestamp::from_seconds(1_800_000_000),
            unsubscribe: None,
        }
    }

    fn lines(letter: &Letter) -> Vec<String> {
        let from = MailAddress::parse("noreply@bücher.example").unwrap();
        let message = letter.message(&from).unwrap().formatted();
        let message = String::from_utf8(message).unwrap();
        let (head, _) = message.split_once("\r\n\r\n").unwrap();
        // A line that begins with a space belongs to the one before (RFC 5322 2.2.3).
        head.replace("\r\n ", " ")
            .split("\r\n")
            .map(str::to_owned)
            .collect()
    }

    fn names(lines: &[String]) -> Vec<&str> {
        let mut names: Vec<&str> = lines
            .iter()
            .map(|line| line.split_once(':').unwrap_or((line, "")).0)
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_message_says_who_writes_in_which_language_and_that_no_machine_answers() {
        let lines = lines(&Letter {
            reply_to: Some(MailAddress::parse("help@example.com").unwrap()),
            ..letter()
        });
        for expected in [
            "Message-ID: <abc_DEF-1@xn--bcher-kva.example>",
            "Auto-Submitted: auto-generated",
            "Content-Language: en-GB",
            "To: ada@example.com",
            "Reply-To: help@example.com",
            "Subject: Hello",
        ] {
            assert!(lines.iter().any(|line| line == expected), "{expected}: {lines:?}");
        }
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("Date: Fri, 15 Jan 2027 08:00:00"))
        );
    }

    #[test]
    fn rfc_8058_one_request_is_offered_where_nobody_reads_it_on_the_way() {
        let address = format!("https://consent.bank.example/notices/{}", "A".repeat(60));
        let with = |address: &str| {
            lines(&Letter {
                unsubscribe: Some(address.to_owned()),
                ..letter()
            })
        };
        let offered = with(&address);
        for expected in [
            format!("List-Unsubscribe: <{address}>"),
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click".to_owned(),
        ] {
            assert!(offered.contains(&expected), "{expected}: {offered:?}");
        }
        let open = with("http://127.0.0.1:8080/notices/x");
        assert!(!open.iter().any(|line| line.starts_with("List-")), "{open:?}");
    }

    #[test]
    fn no_text_begins_another_header_or_another_line() {
        let plain = names(&lines(&letter()))
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>();
        for evil in [
            "x\r\nBcc: eve@example.com",
            "x\nBcc: eve@example.com",
            "x\rBcc: eve@example.com",
            "x\r\n\r\n<script>",
            "x\u{85}Bcc: y\u{2028}Bcc: z",
            "\0",
            "\" <eve@example.com>",
            "Ämter\r\nBcc: eve@example.com",
            &"long ".repeat(100),
            &"🎉\r\n".repeat(50),
        ] {
            let lines = lines(&Letter {
                from_name: evil.to_owned(),
                subject: evil.to_owned(),
                id: evil.to_owned(),
                language: evil.to_owned(),
                ..letter()
            });
            assert_eq!(names(&lines), plain, "{evil:?}: {lines:?}");
            let to: Vec<&String> = lines.iter().filter(|line| line.starts_with("To:")).collect();
            assert_eq!(to, ["To: ada@example.com"]);
        }
    }

    #[test]
    fn names_of_any_language_are_encoded() {
        let lines = lines(&Letter {
            from_name: "بنك المرفأ".to_owned(),
            subject: "تنتهي موافقتك 🎉".to_owned(),
            ..letter()
        });
        assert!(lines.iter().all(|line| line.is_ascii()), "{lines:?}");
    }

    #[test]
    fn domains_of_any_language_are_written_in_ascii() {
        let to = |text| {
            let letter = Letter {
                to: MailAddress::parse(text).unwrap(),
                ..letter()
            };
            letter
                .message(&MailAddress::parse("a@b.example").unwrap())
                .map(|message| message.envelope().to()[0].to_string())
        };
        assert_eq!(
            to("ada@bücher.example").as_deref(),
            Ok("ada@xn--bcher-kva.example")
        );
        assert_eq!(to("ada@例え.テスト").as_deref(), Ok("ada@xn--r8jz45g.xn--zckzah"));
        assert!(to("ada@1.2.3.4").is_err(), "an address of a host is no domain");
    }
}
