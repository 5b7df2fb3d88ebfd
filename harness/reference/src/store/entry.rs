//! What is written to the database, and under which key.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::directory::Directory;
use super::object::{Kind, Object, ObjectKey};
use super::record::ServingRecord;
use super::settings::Settings;
use super::sign_in::SignIn;
use crate::protocol::Document;

/// Something that a pool keeps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry {
    Object(Box<Object>),
    Settings(Settings),
    Record(ServingRecord),
    SignIn(SignIn),
    /// The partner's directory.
    Partner(Directory),
}

/// What an entry is kept under.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum EntryKey {
    Object(ObjectKey),
    SignIn(SignIn),
}

/// A change to what a pool keeps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Put(Entry),
    Delete(EntryKey),
}

/// Why a document of the database is no entry.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EntryError {
    #[error("document `{0}` is of no known kind")]
    UnknownKey(String),
    #[error("document `{key}`: {why}")]
    Malformed { key: String, why: serde_json::Error },
}

const OBJECT: &str = "object/";
const SETTINGS: &str = "settings";
const RECORD: &str = "record";
const SIGN_IN: &str = "sign-in/";
const PARTNER: &str = "partner";

impl Entry {
    /// The document that this entry is kept as.
    pub(crate) fn document(&self) -> Document {
        match self {
            Entry::Object(object) => document(object_key(&object.key()), object),
            Entry::Settings(settings) => document(SETTINGS.to_owned(), settings),
            Entry::Record(record) => document(RECORD.to_owned(), record),
            Entry::SignIn(sign_in) => document(sign_in_key(sign_in), sign_in),
            Entry::Partner(directory) => document(PARTNER.to_owned(), directory),
        }
    }

    /// The entry that a document holds.
    pub(crate) fn of(document: Document) -> Result<Self, EntryError> {
        let Document { key, value } = document;
        match key.as_str() {
            SETTINGS => Ok(Entry::Settings(read(key, value)?)),
            RECORD => Ok(Entry::Record(read(key, value)?)),
            PARTNER => Ok(Entry::Partner(read(key, value)?)),
            _ if key.starts_with(OBJECT) => Ok(Entry::Object(Box::new(read(key, value)?))),
            _ if key.starts_with(SIGN_IN) => Ok(Entry::SignIn(read(key, value)?)),
            _ => Err(EntryError::UnknownKey(key)),
        }
    }
}

impl EntryKey {
    /// The key of the document that the entry is kept as.
    pub(crate) fn document_key(&self) -> String {
        match self {
            EntryKey::Object(key) => object_key(key),
            EntryKey::SignIn(sign_in) => sign_in_key(sign_in),
        }
    }
}

/// The beginning of the keys of all objects of a kind.
fn objects_prefix(kind: Kind) -> String {
    format!("{OBJECT}{}/", kind.path())
}

/// The beginning of the keys of all objects that a listing of this kind needs: with workflows, the queues
/// and agent groups that they refer to are told.
pub(crate) fn listed_prefix(kind: Kind) -> String {
    match kind {
        Kind::Workflow => OBJECT.to_owned(),
        _ => objects_prefix(kind),
    }
}

fn object_key(key: &ObjectKey) -> String {
    let prefix = objects_prefix(key.kind);
    format!("{prefix}{}/{}", key.owner, key.id.0)
}

fn sign_in_key(sign_in: &SignIn) -> String {
    let SignIn {
        owner,
        group,
        agent,
    } = sign_in;
    format!("{SIGN_IN}{owner}/{group}/{agent}")
}

fn document(key: String, value: &impl Serialize) -> Document {
    let value = serde_json::to_value(value).unwrap_or(Value::Null);
    Document { key, value }
}

fn read<T: DeserializeOwned>(key: String, value: Value) -> Result<T, EntryError> {
    serde_json::from_value(value).map_err(|why| EntryError::Malformed { key, why })
}
