//! The file that an export gives and an import takes.

use serde::{Deserialize, Serialize};

use super::cache::Store;
use super::object::{Kind, Object, PoolName};
use super::settings::Settings;

/// What an export file says it is.
const SCHEMA: &str = "rgs-export/1";

/// An export: response groups of one owner, and the settings of the pool that they came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportFile {
    pub(crate) schema: String,
    /// The pool that it was exported from.
    pub(crate) pool: PoolName,
    pub(crate) workflows: Vec<Object>,
    pub(crate) queues: Vec<Object>,
    pub(crate) agent_groups: Vec<Object>,
    pub(crate) hours: Vec<Object>,
    pub(crate) holidays: Vec<Object>,
    pub(crate) settings: Settings,
}

/// Why a file is no export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExportError {
    #[error("the file is a `{0}`, not a `{SCHEMA}`")]
    Schema(String),
    #[error("`{name}` is a {}, not a {}", .is.word(), .expected.word())]
    WrongKind {
        name: String,
        is: Kind,
        expected: Kind,
    },
}

impl ExportFile {
    /// What `pool` keeps of `owner`'s response groups.
    pub(crate) fn of(pool: &PoolName, owner: &PoolName, store: &Store) -> Self {
        let section = |kind| -> Vec<Object> {
            let objects = store.objects_of(kind);
            let owned = objects.filter(|object| object.owner == *owner);
            owned.cloned().collect()
        };
        ExportFile {
            schema: SCHEMA.to_owned(),
            pool: pool.clone(),
            workflows: section(Kind::Workflow),
            queues: section(Kind::Queue),
            agent_groups: section(Kind::AgentGroup),
            hours: section(Kind::Hours),
            holidays: section(Kind::Holidays),
            settings: store.settings(),
        }
    }

    /// Its objects, of all sections.
    pub(crate) fn into_objects(self) -> Result<Vec<Object>, ExportError> {
        if self.schema != SCHEMA {
            return Err(ExportError::Schema(self.schema));
        }
        let sections = [
            (Kind::Workflow, self.workflows),
            (Kind::Queue, self.queues),
            (Kind::AgentGroup, self.agent_groups),
            (Kind::Hours, self.hours),
            (Kind::Holidays, self.holidays),
        ];
        let mut objects = Vec::new();
        for (expected, section) in sections {
            for object in section {
                if object.kind() != expected {
                    let (name, is) = (object.name.clone(), object.kind());
                    return Err(ExportError::WrongKind { name, is, expected });
                }
                objects.push(object);
            }
        }
        Ok(objects)
    }
}
