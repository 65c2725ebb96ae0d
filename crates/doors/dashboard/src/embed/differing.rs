//! What differs between pages that are the same otherwise: the bearer of the session and how long it lives. Where they belong, a page that
//! is kept has places.

use consentry_ledger::{Opaque, answers::Piece, environment::Entropy};

use crate::view::Screen;

/// Number of the place of the bearer.
const BEARER: usize = 0;

/// Number of the place of the seconds that are left.
const SECONDS: usize = 1;

/// What stands in the places while a page is made: drawn at random, so that nothing which others have named reads like it.
pub struct Places {
    bearer: String,
    seconds: i64,
}

impl Places {
    /// Draws what stands in the places.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 8];
        entropy.fill(&mut random);
        Self {
            bearer: Opaque::draw(entropy, "place").expose().to_owned(),
            // Negative and long, as no number of seconds that are left is.
            seconds: i64::from_le_bytes(random) | i64::MIN,
        }
    }

    /// A screen with these in place of what differs.
    pub fn instead_of_what_differs(&self, screen: Screen) -> Screen {
        Screen {
            session: self.bearer.clone(),
            ends_in: self.seconds,
            ..screen
        }
    }

    /// A page in pieces.
    pub fn cut(&self, text: &str) -> Vec<Piece> {
        let seconds = self.seconds.to_string();
        let mut pieces = Vec::new();
        for (number, part) in text.split(&self.bearer).enumerate() {
            if number > 0 {
                pieces.push(Piece::Place(BEARER));
            }
            for (number, part) in part.split(&seconds).enumerate() {
                if number > 0 {
                    pieces.push(Piece::Place(SECONDS));
                }
                pieces.push(Piece::Text(part.to_owned()));
            }
        }
        pieces
    }
}

/// The page with what belongs in its places.
pub fn filled(pieces: &[Piece], bearer: &str, seconds: i64) -> String {
    let seconds = seconds.to_string();
    let text = |piece: &Piece| match piece {
        Piece::Text(text) => text.len(),
        Piece::Place(BEARER) => bearer.len(),
        Piece::Place(_) => seconds.len(),
    };
    let mut page = String::with_capacity(pieces.iter().map(text).sum());
    for piece in pieces {
        page.push_str(match piece {
            Piece::Text(text) => text,
            Piece::Place(BEARER) => bearer,
            Piece::Place(_) => &seconds,
        });
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places {
            bearer: "place_7h2".to_owned(),
            seconds: -9_000_000_000_000_000_001,
        }
    }

    #[test]
    fn what_differs_is_put_where_it_belongs_and_nowhere_else() {
        let made = "<a>place_7h2</a> 1800 place_7h <b>-9000000000000000001</b><c>place_7h2</c>";
        let pieces = places().cut(made);
        let told = filled(&pieces, "ps_ada", 1799);
        assert_eq!(told, "<a>ps_ada</a> 1800 place_7h <b>1799</b><c>ps_ada</c>");
        assert_eq!(filled(&places().cut("nothing"), "ps_ada", 1), "nothing");
    }
}
