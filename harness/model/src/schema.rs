//! JSON Schemas of the files that people write, for their editors: `scenarios/schemas/*.json` are
//! generated from the types, and each file names its own in a `yaml-language-server` comment.

use schemars::{Schema, SchemaGenerator, json_schema, schema_for};

use crate::clause::{Stage, Tables};
use crate::file_kind::FileKind;
use crate::programme::{Programme, Step};
use crate::topology::{Pool, Topology};
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

/// A programme's steps by stage: a mapping whose keys are stages.
pub(crate) fn stages(generator: &mut SchemaGenerator) -> Schema {
    let stage = generator.subschema_for::<Stage>();
    let steps = generator.subschema_for::<Vec<Step>>();
    json_schema!({
        "description": "What is done in each stage.",
        "type": "object",
        "propertyNames": stage,
        "additionalProperties": steps,
    })
}

/// [`Surface`](crate::verb::Surface), which belongs to the journal.
pub(crate) fn surface(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "description": "Which surface.",
        "enum": ["control-panel", "shell"],
    })
}

/// [`Filter`](crate::verb::Filter), which belongs to the journal.
pub(crate) fn filter(generator: &mut SchemaGenerator) -> Schema {
    let pool = generator.subschema_for::<Pool>();
    json_schema!({
        "description": "Which of them.",
        "oneOf": [
            { "enum": ["default", "all"] },
            {
                "type": "object",
                "properties": { "owner": pool },
                "required": ["owner"],
                "additionalProperties": false,
            },
        ],
    })
}
