//! JSON Schemas of the files that people write, for their editors: `scenarios/schemas/*.json` are
//! generated from the types, and each file names its own in a `yaml-language-server` comment.

use schemars::{Schema, schema_for};

use crate::clause::Tables;
use crate::file_kind::FileKind;
use crate::programme::Programme;
use crate::topology::Topology;
use crate::walk::Walk;

/// The schema of a kind of file; nothing for a target's, which is no scenario and has its schema in
/// its own crate.
pub fn of(kind: FileKind) -> Option<Schema> {
    match kind {
        FileKind::Tables => Some(schema_for!(Tables)),
        FileKind::Topology => Some(schema_for!(Topology)),
        FileKind::Programme => Some(schema_for!(Programme)),
        FileKind::Walk => Some(schema_for!(Walk)),
        FileKind::Target => None,
    }
}
