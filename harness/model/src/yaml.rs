//! Reads YAML strictly: the one module that knows which crate does it.
//!
//! Unknown and repeated keys are errors, booleans are `true` and `false` alone, and no file can ask
//! for more memory than a scenario needs. What is wrong is told in this project's words, with the
//! place ([`FileError`]).

use std::fmt;
use std::path::Path;

use miette::Diagnostic;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_yaml::Error;

pub use serde_yaml::{Location, Spanned};

use crate::bounded::{self, ReadError, Size};
use crate::file::{FileError, SourceFile};
use crate::file_kind::FIRST_KEYS;
use crate::locate::{options, span_of};
use crate::nearest;

/// The longest file that is read. The tables, which are the longest, have 40 KB.
pub const LONGEST: Size = Size::mib(1);

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum UnreadableFile {
    #[error("there is no file `{name}`")]
    #[diagnostic(help("check the path: it is taken from the current directory"))]
    Missing { name: String },
    #[error("`{name}` is a directory, not a file")]
    #[diagnostic(help("name the files in it"))]
    Directory { name: String },
    #[error("`{name}` cannot be read")]
    Unreadable {
        name: String,
        #[source]
        cause: std::io::Error,
    },
    #[error("`{name}` is not UTF-8: byte {offset}, in line {line}, belongs to no character")]
    #[diagnostic(help("save the file as UTF-8"))]
    NotUtf8 {
        name: String,
        offset: usize,
        line: usize,
    },
    #[error("`{name}` has more than {limit}")]
    #[diagnostic(help("no scenario needs that much: is it the right file?"))]
    TooLong { name: String, limit: Size },
}

/// Why a text is not the YAML that was expected.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum NotAsExpected {
    #[error("unknown key `{key}`")]
    #[diagnostic(help("{advice}"))]
    UnknownKey { key: String, advice: String },
    #[error("unknown word `{word}`")]
    #[diagnostic(help("{advice}"))]
    UnknownWord { word: String, advice: String },
    #[error("the key `{key}` is missing here")]
    #[diagnostic(help("add `{key}:`"))]
    MissingKey { key: String },
    #[error("the key `{key}` is given twice")]
    #[diagnostic(help("keep one of them"))]
    KeyTwice { key: String },
    #[error("found {found}, expected {expected}")]
    #[diagnostic(help("write {expected} here"))]
    Mismatch { found: String, expected: String },
    #[error("a value is missing here")]
    #[diagnostic(help(
        "write one; `~`, `null` and nothing at all are YAML's ways to say that there is none"
    ))]
    Nothing,
    #[error("expected {expected}")]
    #[diagnostic(help("write {expected} here"))]
    Expected { expected: String },
    #[error("the file is empty")]
    #[diagnostic(help("its first key says what it is: {FIRST_KEYS}"))]
    Empty,
    #[error("there are several documents in one file")]
    #[diagnostic(help("remove the line `---`, or put each into a file of its own"))]
    SeveralDocuments,
    #[error("there is more in this file than any scenario needs")]
    #[diagnostic(help("is it the right file? Aliases (`*name`) count as what they stand for"))]
    TooMuch,
    #[error("{0}")]
    Malformed(String),
}

/// Reads a file's text.
///
/// # Errors
///
/// If there is no such file, it is a directory, it cannot be read, it is not UTF-8, or it is longer
/// than 1 MiB.
pub fn read(path: &Path) -> Result<SourceFile, FileError> {
    let name = path.display().to_string();
    text(path, &name)
        .map(|text| SourceFile::new(&name, text))
        .map_err(|problem| FileError::spanning(&SourceFile::new(&name, ""), None, problem))
}

/// The text of the file at this path.
fn text(path: &Path, name: &str) -> Result<String, UnreadableFile> {
    let name = || name.to_owned();
    if path.is_dir() {
        return Err(UnreadableFile::Directory { name: name() });
    }
    let bytes = bounded::read(path, LONGEST).map_err(|error| match error {
        ReadError::TooLong(limit) => UnreadableFile::TooLong {
            name: name(),
            limit,
        },
        error if error.is_missing() => UnreadableFile::Missing { name: name() },
        ReadError::Io(cause) => UnreadableFile::Unreadable {
            name: name(),
            cause,
        },
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..offset];
        UnreadableFile::NotUtf8 {
            name: name(),
            offset,
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        }
    })
}

/// Reads a value from YAML text; `name` is the file's, for errors.
///
/// # Errors
///
/// If the text is not YAML, or not the YAML that the type expects.
pub fn load<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, FileError> {
    parse(&SourceFile::new(name, text))
}

/// Reads a value from a YAML file.
///
/// # Errors
///
/// If the text is not YAML, or not the YAML that the type expects.
pub fn parse<T: DeserializeOwned>(file: &SourceFile) -> Result<T, FileError> {
    serde_yaml::from_str_with_options(file.text(), options()).map_err(|error| {
        // What is no YAML at all is told as that, whatever was expected of it.
        let any = serde_yaml::from_str_with_options::<FirstKey>(file.text(), options());
        explain(file, any.as_ref().err().unwrap_or(&error))
    })
}

/// The first key of a file, which says what the file is; nothing if it has no keys. What stands
/// behind it is looked at only where that is needed to find it.
///
/// # Errors
///
/// If the text is not YAML as far as it was looked at.
pub fn first_key(file: &SourceFile) -> Result<Option<String>, FileError> {
    let top = SourceFile::new(file.name(), top(file.text()));
    match parse(&top) {
        Ok(FirstKey(Some(key))) => Ok(Some(key)),
        _ => parse(file).map(|FirstKey(key)| key),
    }
}

/// The text up to the first line that says anything. In most files the first key stands there.
fn top(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') && line != "---" {
            break;
        }
    }
    &text[..end]
}

/// A parser's error in this project's words.
fn explain(file: &SourceFile, error: &Error) -> FileError {
    let span = error
        .location()
        .and_then(|location| span_of(file.text(), location));
    FileError::spanning(file, span, problem(error))
}

/// What is wrong, apart from where.
fn problem(error: &Error) -> NotAsExpected {
    match error {
        Error::AliasError { error, .. } => problem(error),
        Error::SerdeUnknownField {
            field, expected, ..
        } => NotAsExpected::UnknownKey {
            key: field.clone(),
            advice: nearest::advice(field, expected.iter().copied()),
        },
        Error::NullIntoString { .. } => NotAsExpected::Nothing,
        Error::SerdeUnknownVariant { variant, .. } if is_null(variant) => NotAsExpected::Nothing,
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => NotAsExpected::UnknownWord {
            word: variant.clone(),
            advice: nearest::advice(variant, expected.iter().copied()),
        },
        Error::SerdeMissingField { field, .. } => NotAsExpected::MissingKey {
            key: (*field).to_owned(),
        },
        Error::DuplicateMappingKey { key, .. } => NotAsExpected::KeyTwice {
            key: key.clone().unwrap_or_default(),
        },
        Error::SerdeInvalidType {
            unexpected,
            expected,
            ..
        }
        | Error::SerdeInvalidValue {
            unexpected,
            expected,
            ..
        } => NotAsExpected::Mismatch {
            found: unexpected.clone(),
            expected: expected.clone(),
        },
        Error::Unexpected { expected, .. } => NotAsExpected::Expected {
            expected: in_words(expected).to_owned(),
        },
        Error::Eof { .. } => NotAsExpected::Empty,
        Error::MultipleDocuments { .. } => NotAsExpected::SeveralDocuments,
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => NotAsExpected::TooMuch,
        Error::Message { msg, .. } => NotAsExpected::Malformed(msg.clone()),
        other => NotAsExpected::Malformed(without_place(&other.to_string())),
    }
}

/// Whether a word is one of YAML's for no value (YAML 1.2.2, section 10.3.2).
fn is_null(word: &str) -> bool {
    matches!(word, "" | "~" | "null" | "Null" | "NULL")
}

/// What a parser expected, in words for people who write files.
fn in_words(expected: &str) -> &str {
    match expected {
        "sequence start" => "a list",
        "mapping start" => "a mapping of keys to values",
        "string scalar" | "scalar" => "a single value",
        other => other,
    }
}

/// A parser's message without the line and column, which are shown anyway.
fn without_place(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(at) => message[..at].to_owned(),
        None => message.to_owned(),
    }
}

/// The first key of a mapping; all else is passed over.
struct FirstKey(Option<String>);

impl<'de> Deserialize<'de> for FirstKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FirstKeyVisitor)
    }
}

/// Visits a mapping for its first key.
struct FirstKeyVisitor;

impl<'de> Visitor<'de> for FirstKeyVisitor {
    type Value = FirstKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping of keys to values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FirstKey, A::Error> {
        let first = map.next_entry::<String, IgnoredAny>()?;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(FirstKey(first.map(|(key, _)| key)))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("true", Some(true))]
    #[case("false", Some(false))]
    #[case("yes", None)]
    #[case("on", None)]
    fn booleans_are_true_and_false_alone(#[case] text: &str, #[case] expected: Option<bool>) {
        assert_eq!(load::<bool>("file", text).ok(), expected);
    }

    #[rstest]
    fn what_is_nothing_is_told_in_words_of_the_file(
        #[values("", "~", "null", "Null", "NULL")] nothing: &str,
        #[values("topology", "lab")] key: &str,
    ) {
        use std::collections::BTreeMap;

        use crate::walk::LabKind;

        let text = format!("{key}: {nothing}\n");
        let error = match key {
            "lab" => load::<BTreeMap<String, LabKind>>("file", &text).unwrap_err(),
            _ => load::<BTreeMap<String, String>>("file", &text).unwrap_err(),
        };
        assert_eq!(error.to_string(), "a value is missing here");
    }

    #[test]
    fn the_words_that_schemas_list_are_those_of_the_types() {
        use crate::verb::{Filter, Surface};

        for word in ["control-panel", "shell"] {
            load::<Surface>("file", word).unwrap();
        }
        for word in ["default", "all", "{ owner: primary }"] {
            load::<Filter>("file", word).unwrap();
        }
    }
}
