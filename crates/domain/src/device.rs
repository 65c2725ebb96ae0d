//! From what kind of device a browser comes, as far as people need it to recognise their own. Nothing rests on it: a browser says of itself
//! what it likes.

use serde::{Deserialize, Serialize};

use crate::decision::named_enum;

named_enum! {
    /// A browser, by the name people know.
    BrowserName {
        /// Chrome, or what says it is.
        Chrome = "Chrome",
        /// Edge.
        Edge = "Edge",
        /// Firefox.
        Firefox = "Firefox",
        /// Opera.
        Opera = "Opera",
        /// Safari.
        Safari = "Safari",
        /// Samsung Internet.
        Samsung = "Samsung Internet",
    }
}

named_enum! {
    /// A system, by the name people know.
    SystemName {
        /// Android.
        Android = "Android",
        /// ChromeOS.
        ChromeOs = "ChromeOS",
        /// iPad.
        Ipad = "iPad",
        /// iPhone.
        Iphone = "iPhone",
        /// Linux.
        Linux = "Linux",
        /// macOS.
        MacOs = "macOS",
        /// Windows.
        Windows = "Windows",
    }
}

/// What is told of a device. Versions are left out: they would tell people apart and help nobody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The browser, where it is one of those known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<BrowserName>,
    /// The system, where it is one of those known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemName>,
}

impl Device {
    /// What a `User-Agent` says, of which the first 512 bytes are looked at.
    pub fn of_user_agent(text: &str) -> Self {
        let mut end = text.len().min(512);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        // Each says that it is also those behind it.
        let browsers = [
            ("Edg", BrowserName::Edge),
            ("OPR/", BrowserName::Opera),
            ("SamsungBrowser/", BrowserName::Samsung),
            ("Firefox/", BrowserName::Firefox),
            ("FxiOS/", BrowserName::Firefox),
            ("CriOS/", BrowserName::Chrome),
            ("Chrome/", BrowserName::Chrome),
            ("Safari/", BrowserName::Safari),
        ];
        let systems = [
            ("iPhone", SystemName::Iphone),
            ("iPad", SystemName::Ipad),
            ("Android", SystemName::Android),
            ("Windows", SystemName::Windows),
            ("CrOS", SystemName::ChromeOs),
            ("Mac OS X", SystemName::MacOs),
            ("Linux", SystemName::Linux),
        ];
        let first = |mark: &&str| text.contains(*mark);
        Self {
            browser: browsers
                .iter()
                .find(|(mark, _)| first(mark))
                .map(|(_, name)| *name),
            system: systems
                .iter()
                .find(|(mark, _)| first(mark))
                .map(|(_, name)| *name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BrowserName as B, Device, SystemName as S};

    #[test]
    fn devices_are_told_by_what_people_call_them() {
        let table = [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                Some(B::Chrome),
                Some(S::Linux),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
                Some(B::Edge),
                Some(S::Windows),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Mobile/15E148 Safari/604.1",
                Some(B::Safari),
                Some(S::Iphone),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0",
                Some(B::Firefox),
                Some(S::MacOs),
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 \
                 Chrome/130.0.0.0 Mobile Safari/537.36",
                Some(B::Samsung),
                Some(S::Android),
            ),
            ("curl/8.9", None, None),
            ("", None, None),
        ];
        for (text, browser, system) in table {
            assert_eq!(Device::of_user_agent(text), Device { browser, system }, "{text}");
        }
        let long = format!("{}é Firefox/1", "a".repeat(511));
        assert_eq!(Device::of_user_agent(&long), Device::default());
    }
}
