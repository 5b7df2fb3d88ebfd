//! How much a pool takes on.

use serde::{Deserialize, Serialize};

/// How much a pool takes on. What is beyond that is refused, and harms nothing that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How many calls to response groups there are at once, from greeting to end: one more gets 503.
    pub calls: usize,
    /// How many calls may begin in a second, whoever they are for: one more gets 503.
    pub calls_per_second: u32,
    /// How many SIP transactions there are at once: what begins something gets 503 from there on, what
    /// belongs to a call from twice as many on.
    pub transactions: usize,
    /// How many telephones a user can be registered with: one more gets 403.
    pub contacts: usize,
}

impl Default for Limits {
    /// - 4,000 calls: what a pool and its partner carry together by the document, twice.
    /// - 1,000 calls in a second, many times what the document asks for.
    /// - 131,072 transactions: those of so many calls, each of which is remembered for 32 s
    ///   (RFC 3261 section 17.2).
    /// - 8 contacts: more telephones than anybody has.
    fn default() -> Self {
        Limits {
            calls: 4_000,
            calls_per_second: 1_000,
            transactions: 131_072,
            contacts: 8,
        }
    }
}
