//! Patterns for names: of clauses in a walk's `judges:`, of walks and clauses on the command line.

use std::fmt;

/// A pattern in which `*` stands for any run of characters, dots included: `outage.*`,
/// `*.connected.*`. All else stands for itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern that this text is; every text is one.
    pub fn new(text: impl Into<String>) -> Self {
        Pattern(text.into())
    }

    /// Whether the pattern names one thing, and not a set of them.
    pub fn is_plain(&self) -> bool {
        !self.0.contains('*')
    }

    /// Whether the whole name matches.
    pub fn matches(&self, name: &str) -> bool {
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else {
            return false;
        };
        let Some(last) = pieces.next_back() else {
            return rest.is_empty();
        };
        for piece in pieces {
            let Some(at) = rest.find(piece) else {
                return false;
            };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("*", "outage.new.imported")]
    #[case("outage.*", "outage.new.imported")]
    #[case("*.new.*", "outage.new.imported")]
    #[case("*.imported", "outage.new.imported")]
    #[case("outage.new.imported", "outage.new.imported")]
    #[case("outage*imported", "outage.new.not-imported")]
    #[case("a*a", "aa")]
    #[case("*ab*ab", "abab")]
    fn a_star_stands_for_any_run_of_characters(#[case] pattern: &str, #[case] name: &str) {
        assert!(Pattern::new(pattern).matches(name));
    }

    #[rstest]
    #[case("outage", "outage.new.imported")]
    #[case("outage.*", "failover.new.imported")]
    #[case("*.imported", "outage.new.not-imported")]
    #[case("a*a", "a")]
    #[case("*ab*ab", "ab")]
    #[case("outage?new", "outage.new")]
    #[case("", "outage")]
    fn all_else_stands_for_itself(#[case] pattern: &str, #[case] name: &str) {
        assert!(!Pattern::new(pattern).matches(name));
    }
}
