//! Schemas of [verbs'](crate::verb) fields, which the types do not derive.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::topology::Pool;

/// [`Surface`](crate::verb::Surface), as files write it.
pub(crate) fn surface(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "description": "Which surface.",
        "enum": ["control-panel", "shell"],
    })
}

/// [`Filter`](crate::verb::Filter), as files write it.
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
