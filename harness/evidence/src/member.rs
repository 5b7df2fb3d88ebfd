//! The members of a certificate: which there are, and their names.

use std::collections::BTreeMap;

use model::bounded::Size;
use model::file_kind::FileKind;
use model::journal::LONGEST_JOURNAL;
use model::yaml;
use report::{Registry, reports};

/// The members of an archive, by name, in the order in which they stand in it.
pub type Members = BTreeMap<String, Vec<u8>>;

/// What the drill was run on and with: [`Environment`](crate::Environment).
pub const ENVIRONMENT: &str = "environment.json";
/// All that was observed.
pub const JOURNAL: &str = report::run_dir::JOURNAL;
/// The SHA-256 of each member but the statement and itself.
pub const MANIFEST: &str = "manifest.sha256";
/// The verdicts: the one report that a certificate cannot do without.
pub const RESULTS: &str = reports::results::REPORT.file;
/// What is signed, in its envelope.
pub const STATEMENT: &str = "statement.dsse.json";
/// The documented statements, as they were judged.
pub const TABLES: &str = "scenarios/tables.yaml";
/// The implementation, as it was described to the drill.
pub const TARGET: &str = "target.yaml";

/// What every certificate has, apart from its walks, topologies, programmes and further reports.
pub const ALWAYS: [&str; 7] = [
    ENVIRONMENT,
    JOURNAL,
    MANIFEST,
    RESULTS,
    TABLES,
    STATEMENT,
    TARGET,
];

/// The folders of scenario files, by what is in them.
const FOLDERS: [(FileKind, &str); 3] = [
    (FileKind::Programme, "scenarios/programmes/"),
    (FileKind::Topology, "scenarios/topologies/"),
    (FileKind::Walk, "scenarios/walks/"),
];

/// The member that has the scenario file of this kind and name.
///
/// There is one of the tables only, and one target.
pub fn of_scenario(kind: FileKind, name: &str) -> String {
    let folder = FOLDERS.iter().find(|(known, _)| *known == kind);
    match (kind, folder) {
        (_, Some((_, folder))) => format!("{folder}{name}.yaml"),
        (FileKind::Target, None) => TARGET.to_owned(),
        (_, None) => TABLES.to_owned(),
    }
}

/// Which scenario file a member is; nothing if it is another member.
pub fn scenario(member: &str) -> Option<(FileKind, &str)> {
    if member == TABLES {
        return Some((FileKind::Tables, "tables"));
    }
    FOLDERS.iter().find_map(|(kind, folder)| {
        let name = member.strip_prefix(folder)?.strip_suffix(".yaml")?;
        Some((*kind, name)).filter(|_| is_plain(name))
    })
}

/// How long such a member of a certificate with these reports may be; nothing if they have none.
pub fn longest(member: &str, reports: Registry<'_>) -> Option<Size> {
    if member == JOURNAL {
        return Some(LONGEST_JOURNAL);
    }
    if reports.seals(member) {
        return Some(report::LONGEST);
    }
    let is_known = ALWAYS.contains(&member) || scenario(member).is_some();
    is_known.then_some(yaml::LONGEST)
}

/// Names as scenarios have them; none that could lead out of a directory.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use report::REPORTS;

    use super::*;

    #[test]
    fn scenario_files_are_found_again_under_their_names() {
        let walk = of_scenario(FileKind::Walk, "imported-kill");
        assert_eq!(walk, "scenarios/walks/imported-kill.yaml");
        assert_eq!(scenario(&walk), Some((FileKind::Walk, "imported-kill")));
    }

    #[test]
    fn no_member_leads_out_of_the_directory_that_it_is_unpacked_in() {
        for name in [
            "scenarios/walks/../../../passwd.yaml",
            "/etc/passwd",
            "notes.txt",
        ] {
            assert_eq!(longest(name, REPORTS), None, "{name}");
        }
    }
}
