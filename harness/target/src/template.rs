//! Texts with placeholders: `/workflows/{group}`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::command::{Piece, Text};
use crate::secret::Secrets;
use crate::variables::{Variable, Variables};
use model::nearest;

/// A text with placeholders in braces; `{{` and `}}` stand for the braces themselves.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Placeholder(Placeholder),
}

/// What stands between braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `{group}`: of the verb.
    Variable(Variable),
    /// `{captured:job}`: of the answer to the verb's first step.
    Captured(String),
    /// `{secret:NAME}`: of the environment.
    Secret(String),
}

/// Why a text is no [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A brace without its partner.
    #[error("a brace without its partner in `{0}`; write it twice if it is meant as a brace")]
    Brace(String),
    /// A word that means nothing.
    #[error("`{{{0}}}` is no placeholder; {advice}", advice = advice(.0))]
    Unknown(String),
}

/// Why a verb could not be put into a request or a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// The template speaks of something that this invocation does not have.
    #[error("nothing is known to put in the place of {0}")]
    Absent(Placeholder),
    /// What came out is no URI.
    #[error("`{path}` is no path of a request")]
    Path {
        /// What came out.
        path: String,
    },
    /// What came out cannot stand in a header. The value is not shown: it may be a secret.
    #[error("the value for the header `{name}` cannot stand in a header")]
    Header {
        /// The header's name.
        name: String,
    },
}

/// What placeholders are filled with.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// Of the invocation.
    pub variables: &'a Variables,
    /// Of the target.
    pub secrets: &'a Secrets,
}

impl Template {
    /// What it speaks of, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        self.parts.iter().filter_map(|part| match part {
            Part::Placeholder(placeholder) => Some(placeholder),
            Part::Text(_) => None,
        })
    }

    /// The placeholder that is all of it.
    pub(super) fn alone(&self) -> Option<&Placeholder> {
        match self.parts.as_slice() {
            [Part::Placeholder(placeholder)] => Some(placeholder),
            _ => None,
        }
    }

    /// The texts around the placeholders.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Placeholder(_) => None,
        })
    }

    /// The text before the first placeholder.
    pub(super) fn beginning(&self) -> &str {
        match self.parts.first() {
            Some(Part::Text(text)) => text,
            _ => "",
        }
    }

    /// The text with everything filled in.
    ///
    /// # Errors
    ///
    /// [`BindError::Absent`].
    pub fn fill(&self, scope: Scope<'_>) -> Result<String, BindError> {
        self.fill_with(scope, str::to_owned)
    }

    /// The text with everything filled in but secrets, of which it has the names.
    ///
    /// # Errors
    ///
    /// [`BindError::Absent`].
    pub(super) fn text(&self, variables: &Variables) -> Result<Text, BindError> {
        let pieces = self.parts.iter().map(|part| match part {
            Part::Text(text) => Ok(Piece::Plain(text.clone())),
            Part::Placeholder(Placeholder::Secret(name)) => Ok(Piece::Secret(name.clone())),
            Part::Placeholder(placeholder) => variables
                .of(placeholder)
                .map(|value| Piece::Plain(value.to_owned()))
                .ok_or_else(|| BindError::Absent(placeholder.clone())),
        });
        Ok(Text(pieces.collect::<Result<_, _>>()?))
    }

    /// As [`Template::fill`], with each value, but not the text between, escaped by `escape`.
    pub(super) fn fill_with(
        &self,
        scope: Scope<'_>,
        escape: impl Fn(&str) -> String,
    ) -> Result<String, BindError> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => Ok(text.clone()),
                Part::Placeholder(placeholder) => scope.value(placeholder).map(&escape),
            })
            .collect()
    }
}

impl<'a> Scope<'a> {
    /// What stands in the place of `placeholder`.
    pub(super) fn value(&self, placeholder: &Placeholder) -> Result<&'a str, BindError> {
        let value = match placeholder {
            Placeholder::Secret(name) => self.secrets.value(name),
            placeholder => self.variables.of(placeholder),
        };
        value.ok_or_else(|| BindError::Absent(placeholder.clone()))
    }
}

/// Nothing if an optional variable has no value, so that what is made of it is left out.
pub(super) fn unless_left_out<T>(filled: Result<T, BindError>) -> Result<Option<T>, BindError> {
    match filled {
        Err(BindError::Absent(Placeholder::Variable(variable))) if variable.is_optional() => {
            Ok(None)
        }
        filled => filled.map(Some),
    }
}

/// What to write instead of a word that means nothing.
fn advice(word: &str) -> String {
    let known = Variable::ALL.map(Variable::word);
    let others = ["captured:<name>", "secret:<NAME>"];
    nearest::advice(word, known.into_iter().chain(others))
}

impl FromStr for Placeholder {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let unknown = || TemplateError::Unknown(text.to_owned());
        match text.split_once(':') {
            Some((_, "")) => Err(unknown()),
            Some(("captured", name)) => Ok(Placeholder::Captured(name.to_owned())),
            Some(("secret", name)) => Ok(Placeholder::Secret(name.to_owned())),
            _ => text
                .parse()
                .map(Placeholder::Variable)
                .map_err(|_| unknown()),
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Placeholder::Variable(variable) => write!(f, "`{{{variable}}}`"),
            Placeholder::Captured(name) => write!(f, "`{{captured:{name}}}`"),
            Placeholder::Secret(name) => write!(f, "`{{secret:{name}}}`"),
        }
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let brace = || TemplateError::Brace(text.to_owned());
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("{{") {
                literal.push('{');
                rest = after;
            } else if let Some(after) = rest.strip_prefix("}}") {
                literal.push('}');
                rest = after;
            } else {
                let inside = rest.strip_prefix('{').ok_or_else(brace)?;
                let (inside, after) = inside.split_once('}').ok_or_else(brace)?;
                if !literal.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut literal)));
                }
                parts.push(Part::Placeholder(inside.parse()?));
                rest = after;
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Template { parts })
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rstest::rstest;

    use super::*;

    fn fill(template: &str) -> Result<String, BindError> {
        let captured = BTreeMap::from([("job".to_owned(), "7".to_owned())]);
        let variables = Variables::default().with_captured(&captured);
        let secrets = Secrets::default();
        let scope = Scope {
            variables: &variables,
            secrets: &secrets,
        };
        template.parse::<Template>().unwrap().fill(scope)
    }

    #[rstest]
    #[case("", "")]
    #[case("plain", "plain")]
    #[case("/jobs/{captured:job}", "/jobs/7")]
    #[case("{captured:job}{captured:job}", "77")]
    #[case("{{{captured:job}}}", "{7}")]
    #[case("{{}}", "{}")]
    fn placeholders_are_filled_and_doubled_braces_are_braces(
        #[case] template: &str,
        #[case] filled: &str,
    ) {
        assert_eq!(fill(template).as_deref(), Ok(filled));
    }

    #[rstest]
    #[case("{group")]
    #[case("group}")]
    #[case("a } b {group}")]
    fn a_brace_without_its_partner_is_no_template(#[case] text: &str) {
        assert_eq!(
            text.parse::<Template>(),
            Err(TemplateError::Brace(text.to_owned()))
        );
    }

    #[rstest]
    #[case("{grop}", "grop")]
    #[case("{}", "")]
    #[case("{secret:}", "secret:")]
    #[case("{env:HOME}", "env:HOME")]
    fn an_unknown_word_is_no_placeholder(#[case] text: &str, #[case] word: &str) {
        assert_eq!(
            text.parse::<Template>(),
            Err(TemplateError::Unknown(word.to_owned()))
        );
    }

    #[test]
    fn what_has_no_value_is_named() {
        assert_eq!(
            fill("/{group}").unwrap_err().to_string(),
            "nothing is known to put in the place of `{group}`"
        );
        assert_eq!(
            fill("{secret:PIN}").unwrap_err().to_string(),
            "nothing is known to put in the place of `{secret:PIN}`"
        );
    }

    #[test]
    fn every_variable_is_a_placeholder() {
        for variable in Variable::ALL {
            assert_eq!(variable.word().parse(), Ok(Placeholder::Variable(variable)));
        }
    }
}
