//! How a lab's containers, networks and volumes are told from all others on the engine.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use model::host::HostName;

use super::owner::Owner;
use crate::remote::{ProcessId, ProcessRole};

/// Which lab something belongs to. Nothing without this label is ever removed.
pub(super) const RUN: &str = "org.rgdrill.run";

/// Which harness made it.
pub(super) const OWNER: &str = "org.rgdrill.owner";

/// Which walk it is for: for people.
const WALK: &str = "org.rgdrill.walk";

/// Holder or workload.
pub(super) const ROLE: &str = "org.rgdrill.role";

/// One lab on an engine that may have many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LabId {
    id: String,
    walk: String,
}

impl LabId {
    /// A lab of its own for `walk`.
    pub(super) fn new(walk: &str) -> LabId {
        LabId {
            id: format!("{:016x}", random()),
            walk: walk.to_owned(),
        }
    }

    /// What everything of this lab carries.
    pub(super) fn labels(&self) -> HashMap<String, String> {
        let labels = [
            (RUN, self.id.clone()),
            (OWNER, Owner::this().to_string()),
            (WALK, self.walk.clone()),
        ];
        labels
            .map(|(label, value)| (label.to_owned(), value))
            .into()
    }

    /// What a container of this lab carries.
    pub(super) fn container_labels(&self, role: ProcessRole) -> HashMap<String, String> {
        let mut labels = self.labels();
        labels.insert(ROLE.to_owned(), role.word().to_owned());
        labels
    }

    /// The name of a container.
    pub(super) fn container(&self, ProcessId { host, role }: ProcessId) -> String {
        format!("{self}-{host}-{role}")
    }

    /// The name of the volume that containers of a host have at `directory`: those that name the same
    /// directory share it.
    pub(super) fn volume(&self, host: HostName, directory: &str) -> String {
        let word = |character: char| match character {
            character if character.is_ascii_alphanumeric() => character,
            _ => '-',
        };
        let directory: String = directory.trim_matches('/').chars().map(word).collect();
        format!("{self}-{host}-{directory}")
    }

    /// Selects what belongs to this lab.
    pub(super) fn filter(&self) -> HashMap<String, Vec<String>> {
        filter(&format!("{RUN}={}", self.id))
    }
}

impl fmt::Display for LabId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rgdrill-{}", self.id)
    }
}

/// Selects what belongs to any lab.
pub(super) fn any_lab() -> HashMap<String, Vec<String>> {
    filter(RUN)
}

fn filter(label: &str) -> HashMap<String, Vec<String>> {
    [("label".to_owned(), vec![label.to_owned()])].into()
}

/// A number that nobody else draws: labs must not meet, and nothing in a journal depends on it.
pub(super) fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
