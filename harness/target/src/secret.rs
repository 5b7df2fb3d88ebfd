//! Passwords and tokens, which come from the environment and stay out of every file.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

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

    /// The name of a secret whose value `is_shown` finds, if there is one: for a last look at what
    /// is to leave this machine. Values that are defaults are not asked about.
    pub fn any(&self, is_shown: impl Fn(&str) -> bool) -> Option<&str> {
        self.values
            .iter()
            .filter(|(_, secret)| !secret.is_default)
            .find(|(_, secret)| is_shown(&secret.value))
            .map(|(name, _)| name.as_str())
    }

    /// `text` with every secret in it replaced by its name: for whatever a pool says that is to be
    /// put into a journal or report.
    pub fn redact(&self, text: &str) -> String {
        let mut secrets: Vec<(&String, &Secret)> = self
            .values
            .iter()
            .filter(|(_, secret)| !secret.is_default && !secret.value.is_empty())
            .collect();
        // One may be a part of another.
        secrets.sort_by_key(|(_, secret)| std::cmp::Reverse(secret.value.len()));
        secrets
            .iter()
            .fold(text.to_owned(), |text, (name, secret)| {
                text.replace(&secret.value, &format!("[{name}]"))
            })
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
