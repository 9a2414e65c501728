//! Atlassian's token server: rotation, leeway, and the end of a family.

/// A refresh token that was used is accepted for so long.
pub const LEEWAY_MS: u64 = 10 * 60_000;

const ACCESS_LIFE_MS: u64 = 3_600_000;

/// The tokens of one grant, in the order in which they were issued.
#[derive(Default)]
pub struct TokenServer {
    issued: Vec<Pair>,
    /// Whether a token was used again after its leeway.
    pub is_revoked: bool,
    pub rotations: u64,
}

struct Pair {
    issued_at: u64,
    spent_at: Option<u64>,
}

pub enum Answer {
    /// The pair of this number.
    Issued(usize),
    /// `invalid_grant`.
    Refused,
}

impl TokenServer {
    /// Issues the first pair, or the next.
    pub fn issue(&mut self, now: u64) -> usize {
        self.issued.push(Pair {
            issued_at: now,
            spent_at: None,
        });
        self.issued.len() - 1
    }

    pub fn redeem(&mut self, number: usize, now: u64) -> Answer {
        if !self.accepts(number, now) {
            self.is_revoked = true;
            return Answer::Refused;
        }
        self.issued[number].spent_at.get_or_insert(now);
        self.rotations += 1;
        Answer::Issued(self.issue(now))
    }

    /// Whether this refresh token is good for a new pair.
    pub fn accepts(&self, number: usize, now: u64) -> bool {
        let in_leeway = |at| now - at <= LEEWAY_MS;
        !self.is_revoked && self.issued[number].spent_at.is_none_or(in_leeway)
    }

    pub fn was_spent(&self, number: usize) -> bool {
        self.issued[number].spent_at.is_some()
    }

    /// Whether Jira accepts this access token.
    pub fn is_good(&self, number: usize, now: u64) -> bool {
        let pair = &self.issued[number];
        now - pair.issued_at < ACCESS_LIFE_MS && self.accepts(number, now)
    }
}
