//! What names may be, and that none is used twice.

use std::collections::BTreeSet;

use miette::Diagnostic;

use super::complaints::Complaints;
use crate::host::HostName;
use crate::topology::ADMINISTRATOR;
use crate::yaml_path::YamlPath;

/// What is wrong with a name.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadName {
    #[error("the name `{name}` is used twice")]
    #[diagnostic(help(
        "agents, callers, callees and groups are told apart by their names alone: change one"
    ))]
    Twice { name: String },
    #[error("`{name}` cannot be a name")]
    #[diagnostic(help("write lower-case letters, digits and `-`, beginning with a letter"))]
    Malformed { name: String },
    #[error("the name `{name}` is taken: the journal uses it for the drill's own parts")]
    #[diagnostic(help("choose another"))]
    Reserved { name: String },
    #[error("`{name}` stands in the file `{stem}`, under which nobody will find it")]
    #[diagnostic(help("write `{stem}`, or rename the file"))]
    NotTheFiles { name: String, stem: String },
}

/// Checks a name that is also its file's.
pub fn check_file_name(complaints: &mut Complaints<'_>, place: &YamlPath, name: &str) {
    let stem = complaints.file().stem().to_owned();
    if !is_well_formed(name) {
        complaints.at(place, malformed(name));
    } else if name != stem {
        let name = name.to_owned();
        complaints.at(place, BadName::NotTheFiles { name, stem });
    }
}

/// Checks a name that stands for itself.
pub(super) fn check_name(complaints: &mut Complaints<'_>, place: &YamlPath, name: &str) {
    if !is_well_formed(name) {
        complaints.at(place, malformed(name));
    }
}

/// Checks names of actors and groups as they come, against those that came before.
#[derive(Default)]
pub(crate) struct Names<'a>(BTreeSet<&'a str>);

impl<'a> Names<'a> {
    /// Checks one name and remembers it.
    pub(crate) fn add(&mut self, complaints: &mut Complaints<'_>, place: &YamlPath, name: &'a str) {
        if !is_well_formed(name) {
            complaints.at(place, malformed(name));
        } else if is_reserved(name) {
            let name = name.to_owned();
            complaints.at(place, BadName::Reserved { name });
        } else if !self.0.insert(name) {
            let name = name.to_owned();
            complaints.at(place, BadName::Twice { name });
        }
    }
}

/// Names end up in SIP addresses, patterns, files and test names: what is good in all of them.
fn is_well_formed(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// A complaint about what cannot be a name.
fn malformed(name: &str) -> BadName {
    let name = name.to_owned();
    BadName::Malformed { name }
}

/// Whether the journal uses the name for a host, the conductor, the lab or the administrator, whom no
/// topology names and every lab has.
pub fn is_reserved(name: &str) -> bool {
    matches!(name, "conductor" | "lab" | ADMINISTRATOR)
        || HostName::PAIRED.iter().any(|host| host.word() == name)
}
