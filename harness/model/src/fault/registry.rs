//! The faults that there are, for whoever does something with all of them.

use schemars::{Schema, json_schema};

use super::FAULTS;
use super::kind::FaultKind;

/// The names of all faults.
pub(super) const NAMES: [&str; FAULTS.faults.len()] = {
    let mut names = [""; FAULTS.faults.len()];
    let mut n = 0;
    while n < names.len() {
        names[n] = FAULTS.faults[n].word();
        n += 1;
    }
    names
};

/// A set of faults, in the order in which they are listed.
#[derive(Clone, Copy, Debug)]
pub struct Registry {
    faults: &'static [FaultKind],
}

impl Registry {
    /// These faults. No two have the same name.
    pub const fn new(faults: &'static [FaultKind]) -> Self {
        Registry { faults }
    }

    /// All faults.
    pub fn iter(self) -> impl Iterator<Item = FaultKind> {
        self.faults.iter().copied()
    }

    /// The fault of this name.
    pub fn named(self, name: &str) -> Option<FaultKind> {
        self.iter().find(|fault| fault.word() == name)
    }

    /// The schema of a fault's name, for editors.
    pub fn schema(self) -> Schema {
        let names: Vec<_> = self
            .iter()
            .map(|fault| json_schema!({ "description": fault.about(), "const": fault.word() }))
            .collect();
        json_schema!({
            "description": "A fault that takes hosts away.",
            "oneOf": names,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{Action, Affected};
    use super::*;

    /// As a file of its own would define it.
    const STALL: FaultKind = FaultKind::new(
        "stall",
        "the process is stopped",
        |affected: &Affected<'_>| affected.each(Action::Freeze),
    );

    const WITH_ANOTHER: Registry = Registry::new(&[FaultKind::KILL, STALL]);

    #[test]
    fn a_fault_that_is_added_is_listed_found_and_in_the_schema() {
        let listed: Vec<&str> = WITH_ANOTHER.iter().map(FaultKind::word).collect();
        assert_eq!(listed, ["kill", "stall"]);
        assert_eq!(WITH_ANOTHER.named("stall"), Some(STALL));
        let schema = WITH_ANOTHER.schema();
        let names = schema.get("oneOf").and_then(|names| names.as_array());
        let last = names.and_then(|names| names.last()).unwrap();
        assert_eq!(last["const"], "stall");
        assert_eq!(last["description"], STALL.about());
    }

    #[test]
    fn no_two_faults_have_one_name() {
        let names: BTreeSet<&str> = NAMES.into_iter().collect();
        assert_eq!(names.len(), NAMES.len());
    }
}
