//! Passwords and tokens, which come from the environment and stay out of every file.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spelling::Spellings;

/// What a target's file says of a secret; its name is that of an environment variable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Declaration {
    /// What it is for, in a sentence.
    pub about: Option<String>,
    /// Its value if the environment has none. It stands in a file, so it is no secret, and is not
    /// kept out of journals: only for pools that a lab makes and throws away.
    pub default: Option<String>,
}

/// All secrets of a target, resolved. Prints none of them.
#[derive(Clone, Default)]
pub struct Secrets {
    values: BTreeMap<String, Secret>,
}

#[derive(Clone)]
struct Secret {
    value: String,
    is_default: bool,
}

/// Secrets that the environment does not have, and that have no default.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment lacks {}", .names.join(", "))]
pub struct MissingSecrets {
    /// The variables' names.
    pub names: Vec<String>,
}

impl Secrets {
    /// Asks `environment` for every one that is declared.
    pub(super) fn resolve(
        declared: &BTreeMap<String, Declaration>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Secrets, MissingSecrets> {
        let mut values = BTreeMap::new();
        let mut names = Vec::new();
        for (name, declaration) in declared {
            let given =
                environment(name).filter(|value| Some(value) != declaration.default.as_ref());
            let is_default = given.is_none();
            match given.or_else(|| declaration.default.clone()) {
                Some(value) => {
                    values.insert(name.clone(), Secret { value, is_default });
                }
                None => names.push(name.clone()),
            }
        }
        if names.is_empty() {
            Ok(Secrets { values })
        } else {
            Err(MissingSecrets { names })
        }
    }

    /// The value of the secret of this name.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|secret| secret.value.as_str())
    }

    /// All that are no defaults, by name: for a process that needs them, by a way that nobody else
    /// reads.
    pub fn reveal(&self) -> BTreeMap<String, String> {
        let kept = self.kept();
        kept.map(|(name, secret)| (name.to_owned(), secret.to_owned()))
            .collect()
    }

    /// The name of a secret that `bytes` show, in any of its spellings: for a last look at what is to
    /// leave this machine. Nobody looks for those of fewer than six bytes: they are in any journal by
    /// chance, and protect nothing.
    pub fn shown_in(&self, bytes: &[u8]) -> Option<&str> {
        const SHORTEST: usize = 6;
        let long = self.kept().filter(|(_, secret)| secret.len() >= SHORTEST);
        long.filter(|(_, secret)| Spellings::of(secret).are_in(bytes))
            .map(|(name, _)| name)
            .next()
    }

    /// `text` with every secret in it, in whatever spelling, replaced by its name: for whatever a pool
    /// says that is to be put into a journal or report. It comes before anything else that is done
    /// with the text: a secret that was cut or reshaped is not found.
    pub fn redact(&self, text: &str) -> String {
        let mut places: Vec<(Range<usize>, &str)> = Vec::new();
        for (name, secret) in self.kept() {
            let found = Spellings::of(secret).places(text.as_bytes());
            places.extend(found.into_iter().map(|place| (place, name)));
        }
        // One may be a part of another.
        places.sort_by_key(|(place, _)| (place.start, Reverse(place.end)));
        let (mut redacted, mut end) = (String::with_capacity(text.len()), 0);
        for (place, name) in places {
            if let Some(before) = text.get(end..place.start) {
                redacted.push_str(before);
                redacted.push_str(&format!("[{name}]"));
            }
            end = end.max(place.end);
        }
        redacted.push_str(text.get(end..).unwrap_or_default());
        redacted
    }

    /// What is told of a pool's words: without secrets, on one line, and not too much of it.
    pub fn told(&self, text: &str) -> String {
        const ENOUGH: usize = 300;
        let redacted = self.redact(text);
        let words: Vec<&str> = redacted.split_whitespace().collect();
        let line = words.join(" ");
        match line.char_indices().nth(ENOUGH) {
            None => line,
            Some((end, _)) => format!("{}…", &line[..end]),
        }
    }

    /// Those that are kept out of journals, by their names.
    fn kept(&self) -> impl Iterator<Item = (&str, &str)> {
        let secrets = self.values.iter();
        secrets
            .filter(|(_, secret)| !secret.is_default && !secret.value.is_empty())
            .map(|(name, secret)| (name.as_str(), secret.value.as_str()))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(default: Option<&str>) -> BTreeMap<String, Declaration> {
        let declaration = Declaration {
            about: None,
            default: default.map(str::to_owned),
        };
        BTreeMap::from([
            ("PASSWORD".to_owned(), declaration),
            ("PIN".to_owned(), Declaration::default()),
        ])
    }

    fn environment(name: &str) -> Option<String> {
        match name {
            "PASSWORD" => Some("hunter22".to_owned()),
            "PIN" => Some("22".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn the_environment_comes_before_the_default() {
        let secrets = Secrets::resolve(&declared(Some("drill")), environment).unwrap();
        assert_eq!(secrets.value("PASSWORD"), Some("hunter22"));
    }

    #[test]
    fn what_the_environment_lacks_has_its_default() {
        let only_pin = |name: &str| environment(name).filter(|_| name == "PIN");
        let secrets = Secrets::resolve(&declared(Some("drill")), only_pin).unwrap();
        assert_eq!(secrets.value("PASSWORD"), Some("drill"));
    }

    #[test]
    fn all_that_are_missing_are_named_at_once() {
        let error = Secrets::resolve(&declared(None), |_| None).unwrap_err();
        assert_eq!(error.to_string(), "the environment lacks PASSWORD, PIN");
    }

    #[test]
    fn secrets_are_replaced_by_their_names_the_longest_first() {
        let secrets = Secrets::resolve(&declared(None), environment).unwrap();
        assert_eq!(
            secrets.redact("bob:hunter22 is wrong, 22 too"),
            "bob:[PASSWORD] is wrong, [PIN] too"
        );
    }

    #[test]
    fn whoever_echoes_the_credentials_shows_no_secret() {
        let secrets = Secrets::resolve(&declared(None), environment).unwrap();
        assert_eq!(
            secrets.redact("Authorization: Basic Ym9iOmh1bnRlcjIy\r\n"),
            "Authorization: Basic [PASSWORD]\r\n"
        );
    }

    /// Of a secret that is cut, what is left is not known any more.
    #[test]
    fn a_secret_at_the_end_of_what_is_told_is_not_cut() {
        let secrets = Secrets::resolve(&declared(None), environment).unwrap();
        let told = secrets.told(&format!("{}hunter22 is wrong", "x".repeat(295)));
        assert!(told.ends_with("x[PASS…"), "{told}");
    }

    #[test]
    fn a_secret_too_short_to_tell_is_not_looked_for_in_a_certificate() {
        let secrets = Secrets::resolve(&declared(None), environment).unwrap();
        assert_eq!(secrets.shown_in(b"22"), None);
        assert_eq!(secrets.shown_in(b"hunter22"), Some("PASSWORD"));
    }

    #[test]
    fn a_default_is_no_secret_and_spoils_no_text() {
        let only_pin = |name: &str| environment(name).filter(|_| name == "PIN");
        let secrets = Secrets::resolve(&declared(Some("drill")), only_pin).unwrap();
        assert_eq!(secrets.redact("rgdrill"), "rgdrill");
    }

    #[test]
    fn secrets_print_their_names_only() {
        let secrets = Secrets::resolve(&declared(None), environment).unwrap();
        assert_eq!(format!("{secrets:?}"), r#"{"PASSWORD", "PIN"}"#);
    }
}
