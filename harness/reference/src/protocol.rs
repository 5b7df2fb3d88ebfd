//! What a pool says to a database, in JSON over HTTP.
//!
//! | request | answer |
//! | --- | --- |
//! | `POST /transaction` with a [`Transaction`] | 200 when it is durable; 507 when the disk is full; nothing of it is kept unless the answer is 200, or there is none |
//! | `GET /read?prefix=…` | 200 with the [`Documents`] whose keys begin so |
//! | `GET /health` | 200 |
//!
//! Who asks is authenticated as a pool, by name. Only the database's own pool may write.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A value under a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub(crate) key: String,
    pub(crate) value: Value,
}

/// Changes that are made together or not at all: first what is deleted, then what is put.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transaction {
    #[serde(default)]
    pub(crate) delete: Vec<String>,
    #[serde(default)]
    pub(crate) put: Vec<Document>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Documents {
    pub(crate) documents: Vec<Document>,
}

/// The path of transactions.
pub(crate) const TRANSACTION: &str = "/transaction";
/// The path of reads.
pub(crate) const READ: &str = "/read";

/// The longest import, and so the longest transaction, in bytes. Exports of large deployments have
/// some megabytes.
pub(crate) const LONGEST_IMPORT: usize = 64 << 20;
