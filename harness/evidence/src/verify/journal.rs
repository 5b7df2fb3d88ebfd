//! The journal is whole, and of these scenarios.

use std::collections::BTreeSet;

use drawing::Plan;
use model::Walk;
use model::drawn::Drawn;
use model::file_kind::FileKind;
use model::journal::{Event, Journal, WalkJournal};
use model::repetition;
use model::scenarios::Scenarios;

use super::scenarios::Used;
use super::verification::{CheckFinding, Found};
use crate::member;

/// Whether the journal was read, and belongs to these files.
pub(super) fn check(journal: &Journal, used: &Used) -> Found {
    belongs(journal, used)?;
    let lines: usize = journal.walks.iter().map(|walk| walk.records.len()).sum();
    let walks = journal.walks.len();
    Ok(CheckFinding {
        says: format!("{lines} lines of {walks} walks, unbroken and sealed"),
        notes: not_run(journal, &used.scenarios),
    })
}

/// Whether a journal is of these files: what its header and its walks' first lines say.
fn belongs(journal: &Journal, used: &Used) -> Result<(), String> {
    let Used {
        scenarios,
        target,
        environment,
        yardstick,
    } = used;
    let header = &journal.header;
    let same = [
        (
            member::TABLES,
            header.tables_sha256 == scenarios.tables_sha256,
        ),
        (member::TARGET, header.target == target.target),
        (
            member::TARGET,
            header.claims.is_none() || header.claims == Some(target.claims()),
        ),
        (member::ENVIRONMENT, header.rgdrill == environment.rgdrill),
        (member::ENVIRONMENT, header.lab == environment.lab),
        (member::ENVIRONMENT, header.seed == environment.seed),
    ];
    if let Some((member, _)) = same.iter().find(|(_, is_same)| !is_same) {
        return Err(format!("its header does not match `{member}`"));
    }
    for walk in &journal.walks {
        follows(walk, header.seed, used)?;
    }
    let named = header.yardstick.as_ref();
    if named.is_some_and(|named| named.release == yardstick.release && named != yardstick) {
        return Err(
            "its header does not name what of the scenarios is not the release's".to_owned(),
        );
    }
    Ok(())
}

/// The walks for this lab that were not run.
fn not_run(journal: &Journal, scenarios: &Scenarios) -> Vec<String> {
    let run: BTreeSet<&str> = journal
        .walks
        .iter()
        .map(|walk| walk.walk.as_str())
        .collect();
    let for_this_lab =
        |walk: &&Walk| walk.runs.is_always() && walk.labs.contains(&journal.header.lab);
    let walks = scenarios.walks.values().filter(for_this_lab);
    walks
        .filter(|walk| !run.contains(walk.walk.as_str()))
        .map(|walk| format!("walk `{}` was not run", walk.walk))
        .collect()
}

/// Whether a walk was run as its files say, as the seed draws it: it is drawn again.
fn follows(walk: &WalkJournal, seed: u64, used: &Used) -> Result<(), String> {
    let name = &walk.walk;
    let first = walk.records.first().map(|record| &record.event);
    let Some(Event::WalkBegan {
        walk: run,
        topology,
        drawn,
        steps,
        ..
    }) = first
    else {
        return Err(format!("walk `{name}` does not begin with its plan"));
    };
    let (file, number) = repetition::parts(name);
    let Used {
        scenarios, target, ..
    } = used;
    let Some(written) = scenarios.walks.get(file) else {
        return Err(format!("walk `{name}` is in no file"));
    };
    let again = Plan::of(written, scenarios)
        .on(&target.hosts())
        .drawn_by(seed, number, &target.directory)
        .at_the_pace_of(&target.times);
    let of = |kind, name: &str| member::of_scenario(kind, name);
    if again.walk != **run {
        let file = of(FileKind::Walk, file);
        return Err(format!("walk `{name}` was not run as `{file}` says"));
    }
    if again.drawn != **drawn {
        let what = differing(&again.drawn, drawn);
        return Err(format!(
            "walk `{name}` was not run as seed {seed} draws it: {what}"
        ));
    }
    if again.topology != **topology {
        let file = of(FileKind::Topology, &written.topology);
        return Err(format!(
            "walk `{name}` was not run with `{file}`, as seed {seed} draws it"
        ));
    }
    let steps = steps.as_ref().and_then(|steps| steps.unpacked().ok());
    let steps = steps.unwrap_or_default();
    let stages = again.all_steps();
    if let Some((stage, _)) = stages
        .iter()
        .find(|(stage, again)| steps.get(stage) != Some(again))
    {
        let file = of(FileKind::Programme, &written.programme);
        return Err(format!(
            "in the {stage} stage of walk `{name}` it was not done what `{file}` says, as seed {seed} draws it"
        ));
    }
    Ok(())
}

/// The first of what was drawn that is drawn otherwise now.
fn differing(again: &Drawn, run: &Drawn) -> String {
    if run.is_nothing() {
        return "nothing of it was drawn".to_owned();
    }
    let both = [(&again.names, &run.names), (&again.values, &run.values)];
    let other = both.into_iter().find_map(|(again, run)| {
        let roles = again
            .iter()
            .find(|(role, name)| run.get(*role) != Some(name));
        roles.map(|(role, name)| (role, name, run.get(role)))
    });
    match other {
        Some((role, name, Some(played))) => format!("`{role}` is `{name}`, not `{played}`"),
        Some((role, name, None)) => format!("`{role}` is `{name}`, and nobody was"),
        None if again.load != run.load => "others play in its load".to_owned(),
        None => "it has roles that no file has".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn drawn(roles: &[(&str, &str)]) -> Drawn {
        let names = roles.iter();
        Drawn {
            names: names
                .map(|(role, name)| ((*role).to_owned(), (*name).to_owned()))
                .collect(),
            values: std::collections::BTreeMap::new(),
            load: Vec::new(),
        }
    }

    #[rstest]
    #[case(&[("rita", "tamara")], "`rita` is `emil`, not `tamara`")]
    #[case(&[("rob", "tamara")], "`rita` is `emil`, and nobody was")]
    #[case(&[("rita", "emil"), ("rob", "tamara")], "it has roles that no file has")]
    #[case(&[], "nothing of it was drawn")]
    fn what_was_not_drawn_so_is_named(#[case] run: &[(&str, &str)], #[case] what: &str) {
        assert_eq!(differing(&drawn(&[("rita", "emil")]), &drawn(run)), what);
    }
}
