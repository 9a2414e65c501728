//! Secrets: making them, and showing a label in their place.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The characters of a token: those that no encoding of URLs or JSON changes,
/// so that a secret is found again wherever it turns up.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Is in every secret of the simulator, and nowhere else: where this turns up, a
/// secret was shown, or a piece of one. It is there again and again, so that any
/// piece of 52 characters has it whole.
pub const CANARY: &str = "Xq7Canary7qX";

/// How far apart the beginnings of the canaries are.
const CANARY_EVERY: usize = 40;

/// What a secret that nobody made is shown as.
pub(crate) const UNKNOWN: &str = "unknown";

/// A shorter text is not looked for within other texts: a `state` of one
/// letter would turn up everywhere.
const SHORTEST_SOUGHT: usize = 8;

/// What a secret is good for; the word of its label, and its length. Access
/// tokens and codes are longer than a kilobyte because Atlassian's are, and
/// clients have broken on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Access,
    Refresh,
    Code,
    State,
    Download,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Access => "access",
            Kind::Refresh => "refresh",
            Kind::Code => "code",
            Kind::State => "state",
            Kind::Download => "download",
        }
    }

    fn length(self) -> usize {
        match self {
            Kind::Access => 1400,
            Kind::Code => 1100,
            Kind::Refresh => 700,
            Kind::Download => 300,
            Kind::State => 43,
        }
    }
}

/// All secrets of a run and their labels.
#[derive(Default)]
pub(crate) struct Secrets {
    labels: BTreeMap<String, String>,
    counts: BTreeMap<Kind, u64>,
}

impl Secrets {
    /// Makes the next secret of a kind: the same one in every run.
    pub fn mint(&mut self, kind: Kind) -> String {
        let secret = opaque(kind, self.count(kind) + 1);
        self.learn(kind, &secret);
        secret
    }

    /// Gives a label to a secret that a client made.
    pub fn learn(&mut self, kind: Kind, secret: &str) {
        if secret.is_empty() || self.labels.contains_key(secret) {
            return;
        }
        let count = self.count(kind) + 1;
        self.counts.insert(kind, count);
        self.name(secret, format!("{}#{count}", kind.word()));
    }

    /// Gives this label to a secret.
    pub fn name(&mut self, secret: &str, label: String) {
        self.labels.insert(secret.to_owned(), label);
    }

    pub fn label(&self, secret: &str) -> &str {
        self.labels.get(secret).map_or(UNKNOWN, String::as_str)
    }

    /// The text with labels in place of all secrets.
    pub fn redact(&self, text: &str) -> String {
        let mut redacted = text.to_owned();
        for (secret, label) in &self.labels {
            if secret.len() >= SHORTEST_SOUGHT && redacted.contains(secret) {
                redacted = redacted.replace(secret, label);
            }
        }
        redacted
    }

    fn count(&self, kind: Kind) -> u64 {
        self.counts.get(&kind).copied().unwrap_or(0)
    }
}

/// A text that looks random but for the canaries, and is the same in every run:
/// `DefaultHasher::new` always begins with the same keys.
fn opaque(kind: Kind, count: u64) -> String {
    (0..kind.length())
        .map(|place| {
            if let Some(sung) = CANARY.as_bytes().get(place % CANARY_EVERY) {
                return char::from(*sung);
            }
            let index = mixed((kind, count, place)) % ALPHABET.len() as u64;
            // The remainder is always an index into the alphabet.
            char::from(ALPHABET.get(index as usize).copied().unwrap_or(b'A'))
        })
        .collect()
}

/// Spreads every bit of a value over all bits of a number.
pub(crate) fn mixed(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_make_the_same_tokens_and_one_run_never_twice_the_same() {
        let (mut one, mut two) = (Secrets::default(), Secrets::default());
        let first = one.mint(Kind::Access);
        assert_eq!(first, two.mint(Kind::Access));
        assert_ne!(first, one.mint(Kind::Access));
        assert_ne!(one.mint(Kind::Refresh), one.mint(Kind::Code));
    }

    #[test]
    fn every_piece_of_a_secret_has_the_canary() {
        for kind in [Kind::Access, Kind::Refresh, Kind::Code, Kind::Download] {
            let secret = opaque(kind, 1);
            for piece in secret.as_bytes().windows(CANARY_EVERY + CANARY.len()) {
                assert!(String::from_utf8_lossy(piece).contains(CANARY));
            }
        }
        assert!(opaque(Kind::State, 1).starts_with(CANARY));
    }

    #[test]
    fn a_secret_is_shown_as_its_label_wherever_it_turns_up() {
        let mut secrets = Secrets::default();
        let code = secrets.mint(Kind::Code);
        assert_eq!(secrets.redact(&format!("a={code}&b")), "a=code#1&b");
        assert_eq!(secrets.label("something else"), "unknown");
    }
}
