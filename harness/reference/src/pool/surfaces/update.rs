//! The changes of the database that surfaces want.

use node::RequestId;

use super::sign_ins::SignIns;
use crate::store::export::ExportFile;
use crate::store::import::Import;
use crate::store::object::{ObjectKey, PoolName};

/// A change of the database.
#[derive(Debug)]
pub(in crate::pool) enum Update {
    /// An agent signs in or out.
    SignIn(SignIns),
    /// An administrator describes an object.
    Describe {
        key: ObjectKey,
        description: String,
        client: RequestId,
    },
    /// An administrator imports a file.
    Import {
        import: Box<Import>,
        imported: usize,
        client: RequestId,
    },
    /// What was exported is removed; the answer is the export.
    Remove {
        owner: PoolName,
        file: Box<Option<ExportFile>>,
        client: RequestId,
    },
}

impl Update {
    /// Whether it changes what the partner is told of this pool's groups.
    pub(in crate::pool) const fn changes_directory(&self) -> bool {
        !matches!(self, Update::Describe { .. })
    }
}
