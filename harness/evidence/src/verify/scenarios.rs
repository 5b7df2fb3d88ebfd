//! Tables, walks, topologies, programmes and target check, and are a release's or named.

use model::file::SourceFile;
use model::file_kind::FileKind;
use model::scenarios::Scenarios;
use model::yardstick::Yardstick;
use target::Target;

use super::policy::VerificationPolicy;
use super::read;
use super::verification::{CheckFinding, Found};
use crate::{Certificate, Environment, member};

/// The files that the drill was run with.
pub(super) struct Used {
    pub(super) scenarios: Scenarios,
    pub(super) target: Target,
    pub(super) environment: Environment,
    /// What of them is not this release's.
    pub(super) yardstick: Yardstick,
}

/// Reads them, and says which are not those of this release.
pub(super) fn check(
    certificate: &Certificate,
    policy: &VerificationPolicy<'_>,
) -> Result<(Used, Found), String> {
    let members = certificate.members().iter();
    let files: Vec<(FileKind, &str, SourceFile)> = members
        .filter_map(|(name, content)| {
            let (kind, scenario) = member::scenario(name)?;
            Some((kind, scenario, read::text(name, content)))
        })
        .map(|(kind, scenario, file)| Ok((kind, scenario, file?)))
        .collect::<Result<_, String>>()?;
    let texts = files.iter().map(|(_, _, file)| (file.name(), file.text()));
    let scenarios = Scenarios::load(texts).map_err(|errors| read::first(&errors))?;
    let used = Used {
        yardstick: Yardstick::of(&scenarios, policy.released),
        scenarios,
        target: target(certificate)?,
        environment: Environment::from_json(certificate.member(member::ENVIRONMENT))
            .map_err(|error| format!("`{}`: {error}", member::ENVIRONMENT))?,
    };
    let found = compare(&used, &files, policy.released);
    Ok((used, Ok(found)))
}

/// The target. Its file has had its name, by which the results know it.
fn target(certificate: &Certificate) -> Result<Target, String> {
    let file = read::text(member::TARGET, certificate.member(member::TARGET))?;
    let name = read::results(certificate)?.target;
    let named = SourceFile::new(format!("{name}.yaml"), file.text());
    Target::load(&named).map_err(|errors| read::first(&errors))
}

/// Whether the scenarios are those of this release; and by name those that are not.
fn compare(
    used: &Used,
    files: &[(FileKind, &str, SourceFile)],
    released: &Scenarios,
) -> CheckFinding {
    let mut notes = Vec::new();
    for (kind, name, file) in files {
        match released.source(*kind, name) {
            Some(ours) if ours.text() == file.text() => {}
            Some(_) => notes.push(format!("`{}` differs from this release's", file.name())),
            None => notes.push(format!("`{}` is not in this release", file.name())),
        }
    }
    let changed = notes.len();
    notes.extend(used.yardstick.words());
    let here = env!("CARGO_PKG_VERSION");
    let run_by = &used.environment.rgdrill;
    let says = match changed {
        0 => format!("{} files, all the same as rgdrill {here}'s", files.len()),
        _ => format!(
            "{changed} of {} files are not rgdrill {here}'s",
            files.len()
        ),
    };
    if run_by != here {
        notes.push(format!("the drill was run by rgdrill {run_by}"));
    }
    CheckFinding { says, notes }
}
