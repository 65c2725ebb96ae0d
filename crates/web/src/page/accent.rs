//! A tenant's accent colour, made legible.

use std::fmt;

/// The colour that light pages are made of; the lightest thing that accent-coloured text stands on is the ground.
const LIGHT_GROUND: [u8; 3] = [0xf4, 0xf5, 0xf2];
/// The lightest surface of dark pages.
const DARK_GROUND: [u8; 3] = [0x24, 0x2b, 0x2c];
/// What WCAG 1.4.3 asks of text.
const LEGIBLE: f64 = 4.5;

/// An accent colour as chosen; pages use shades of it that can be read (WCAG 1.4.3, 1.4.11; dashboard B8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent([u8; 3]);

impl Accent {
    /// Takes `#rrggbb`.
    pub fn parse(text: &str) -> Result<Self, AccentError> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6)
            .ok_or(AccentError)?;
        let mut channels = [0; 3];
        for (channel, pair) in channels.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| AccentError)?;
            if !pair.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(AccentError);
            }
            *channel = u8::from_str_radix(pair, 16).map_err(|_| AccentError)?;
        }
        Ok(Self(channels))
    }

    /// Address of the stylesheet that sets the colour.
    pub fn path(self) -> String {
        let [red, green, blue] = self.0;
        format!("/assets/accent/{red:02x}{green:02x}{blue:02x}.css")
    }

    /// The shade for light pages: dark enough as text, and as ground of white text.
    #[must_use]
    pub fn on_light(self) -> Self {
        self.towards([0, 0, 0], LIGHT_GROUND)
    }

    /// The shade for dark pages: light enough as text, and as ground of dark text. White alone would wash it out, so half of the
    /// light comes from the colour itself.
    #[must_use]
    pub fn on_dark(self) -> Self {
        let white = [255, 255, 255];
        steps()
            .map(|share| self.brightened(share).mixed(self.mixed(white, share).0, 0.5))
            .find(|shade| shade.is_legible_on(DARK_GROUND))
            .unwrap_or_else(|| self.towards(white, DARK_GROUND))
    }

    /// The stylesheet that sets the colour in both themes.
    pub fn stylesheet(self) -> String {
        let light = self.on_light();
        let dark = self.on_dark();
        format!(
            ":root{{--accent:{light};--on-accent:#fff}}\n\
             @media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{--accent:{dark};--on-accent:#0e1314}}}}\n\
             :root[data-theme=dark]{{--accent:{dark};--on-accent:#0e1314}}\n"
        )
    }

    /// Mixes with `end` until the colour is legible on `ground`.
    fn towards(self, end: [u8; 3], ground: [u8; 3]) -> Self {
        steps()
            .map(|share| self.mixed(end, share))
            .find(|shade| shade.is_legible_on(ground))
            .unwrap_or(Self(end))
    }

    fn is_legible_on(self, ground: [u8; 3]) -> bool {
        contrast(self.0, ground) >= LEGIBLE
    }

    /// The same hue with more light: at 1 its strongest channel is as bright as it can be.
    fn brightened(self, share: f64) -> Self {
        let strongest = self.0.into_iter().max().unwrap_or_default().max(1);
        let factor = 1.0 + share * (255.0 / f64::from(strongest) - 1.0);
        Self(self.0.map(|channel| rounded(f64::from(channel) * factor)))
    }

    fn mixed(self, end: [u8; 3], share: f64) -> Self {
        let mut channels = self.0;
        for (channel, end) in channels.iter_mut().zip(end) {
            let mixed = f64::from(*channel) * (1.0 - share) + f64::from(end) * share;
            *channel = rounded(mixed);
        }
        Self(channels)
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// Shares of a change, in steps of two per cent.
fn steps() -> impl Iterator<Item = f64> {
    (0..=50).map(|step| f64::from(step) / 50.0)
}

/// Not `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #rrggbb")]
pub struct AccentError;

/// Contrast ratio of WCAG 2.
pub(super) fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance([red, green, blue]: [u8; 3]) -> f64 {
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn linear(channel: u8) -> f64 {
    let channel = f64::from(channel) / 255.0;
    if channel <= 0.04045 {
        channel / 12.92
    } else {
        ((channel + 0.055) / 1.055).powf(2.4)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mixture of two channels lies between them, and a brightened one ends at 255"
)]
fn rounded(channel: f64) -> u8 {
    channel.round() as u8
}
