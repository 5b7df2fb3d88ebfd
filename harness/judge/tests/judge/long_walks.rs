//! Long walks, of many calls or many operations: judged as short ones, in a time that grows as they do.

use std::time::Instant;

use model::Verdict::{Inconclusive, Pass};
use model::host::HostName;
use model::journal::event::EndedBy;
use model::journal::{Event, Record};
use model::topology::{Group, Pool};
use model::verb::{About, Filter, Row, Surface, Verb, VerbOutcome};
use rstest::rstest;

use crate::drill::{self, row};
use crate::script::{Script, Talk, us};
use crate::world;

/// From when on the walk goes on longer: in `failed-over`, when nothing else is done.
const BEGIN: f64 = 31.0;
/// One after the other.
const EACH_US: u64 = 1_000_000;

/// To what the drill changes the backup's group in `failed-over`: listings show it from then on.
const SET_LAST: &str = "failed-over 3";

/// A drill whose stage `failed-over` lasts longer by so many seconds, in each of which something is done.
fn longer(count: u32, mut done: impl FnMut(&mut Script, u32)) -> Script {
    let mut script = drill::imported();
    let goes_on = script.records.iter().filter(|record| {
        let again = matches!(record.event, Event::Media { .. } | Event::Probed { .. });
        again && (us(BEGIN) - EACH_US..us(BEGIN)).contains(&began_us(record))
    });
    let second: Vec<Record> = goes_on.cloned().collect();
    for record in &mut script.records {
        if began_us(record) >= us(BEGIN) {
            delay(record, u64::from(count) * EACH_US);
        }
    }
    for number in 0..count {
        let again = second.iter().cloned().map(|mut record| {
            delay(&mut record, u64::from(number + 1) * EACH_US);
            record
        });
        script.records.extend(again);
        done(&mut script, number);
    }
    script
}

/// Calls to a group with one agent: each is given to the agent, talks and hangs up.
fn with_calls(count: u32) -> Script {
    longer(count, call)
}

/// Changes of a group, each of which is read at once; and a console, whose agent signs in again.
fn with_operations(count: u32) -> Script {
    longer(count, |script, number| {
        let begin = BEGIN + f64::from(number);
        let value = match number + 1 == count {
            true => SET_LAST.to_owned(),
            false => format!("again {number}"),
        };
        let changed = change_of("reception", Pool::Backup, value.clone());
        let done = VerbOutcome::Done;
        script.verb(
            (Verb::Modify, Pool::Backup),
            &changed,
            done.clone(),
            None,
            begin,
        );
        let (read, owned) = listing_of(Pool::Backup);
        let rows = owned.map(|group| Row {
            value: (group.name == "reception").then(|| value.clone()),
            ..row(&group.name, Pool::Backup, Pool::Backup)
        });
        let rows = Some(rows.collect());
        script.verb(
            (Verb::List, Pool::Backup),
            &read,
            done.clone(),
            rows,
            begin + 0.2,
        );
        let agent = About {
            agent: Some("bianca".to_owned()),
            group: Some("counter".to_owned()),
            parent: Some(Pool::Backup),
            ..About::default()
        };
        script.verb(
            (Verb::SignIn, Pool::Backup),
            &agent,
            done.clone(),
            None,
            begin + 0.4,
        );
        let console = About {
            agent: Some("bianca".to_owned()),
            ..About::default()
        };
        let mut rows = vec![
            row("desk", Pool::Primary, Pool::Primary),
            row("counter", Pool::Backup, Pool::Backup),
            row("desk", Pool::Primary, Pool::Backup),
        ];
        for row in &mut rows {
            row.signed_in = Some(row.parent == Pool::Backup);
        }
        let rows = Some(rows);
        script.verb(
            (Verb::GetGroups, Pool::Backup),
            &console,
            done,
            rows,
            begin + 0.6,
        );
    })
}

/// Changes of a group that are refused, each with a listing that shows it unchanged.
fn with_refusals(count: u32) -> Script {
    longer(count, |script, number| {
        let begin = BEGIN + f64::from(number);
        let changed = change_of("desk", Pool::Primary, format!("again {number}"));
        let refused = VerbOutcome::Refused {
            why: "403".to_owned(),
        };
        script.verb(
            (Verb::Modify, Pool::Primary),
            &changed,
            refused,
            None,
            begin,
        );
        let (read, owned) = listing_of(Pool::Primary);
        let rows = owned.map(|group| row(&group.name, Pool::Primary, Pool::Primary));
        let rows = Some(rows.collect());
        script.verb(
            (Verb::List, Pool::Primary),
            &read,
            VerbOutcome::Done,
            rows,
            begin + 0.2,
        );
    })
}

/// Changes of a group to which nobody answers, each of which may be what is exported and imported right after.
fn with_imports(count: u32) -> Script {
    longer(count, |script, number| {
        let begin = BEGIN + f64::from(number);
        let changed = change_of("desk", Pool::Primary, format!("again {number}"));
        let nobody = VerbOutcome::NoAnswer {
            why: "timed out".to_owned(),
        };
        script.verb((Verb::Modify, Pool::Primary), &changed, nobody, None, begin);
        for (verb, at, later) in [
            (Verb::Export, Pool::Primary, 0.2),
            (Verb::Import, Pool::Backup, 0.4),
        ] {
            script.verb(
                (verb, at),
                &About::default(),
                VerbOutcome::Done,
                None,
                begin + later,
            );
        }
    })
}

/// Calls to a group with one agent, which all wait for one another: nobody takes any of them.
fn with_waiting(count: u32) -> Script {
    longer(count, |script, number| {
        let begin = BEGIN + f64::from(number);
        let caller = format!("wally/more-{number}");
        script.welcomed(
            &caller,
            "branch",
            Pool::Backup,
            (begin, begin + 0.15, begin + 0.3),
        );
        script.alerted(
            &format!("pamela/more-{number}"),
            "wally",
            Pool::Backup,
            begin + 0.4,
        );
    })
}

/// A change of a pool's own group, in the shell.
fn change_of(group: &str, owner: Pool, value: String) -> About {
    About {
        group: Some(group.to_owned()),
        parent: Some(owner),
        surface: Some(Surface::Shell),
        value: Some(value),
        ..About::default()
    }
}

/// A listing of a pool's own groups, in the shell; and these.
fn listing_of(owner: Pool) -> (About, impl Iterator<Item = Group>) {
    let read = About {
        parent: Some(owner),
        surface: Some(Surface::Shell),
        filter: Some(Filter::Owner(owner)),
        ..About::default()
    };
    let groups = world::topology().groups.into_iter();
    (read, groups.filter(move |group| group.owner == owner))
}

fn call(script: &mut Script, number: u32) {
    let begin = BEGIN + f64::from(number);
    let (caller, agent) = (
        format!("wally/more-{number}"),
        format!("pamela/more-{number}"),
    );
    let heard = (begin, begin + 0.15, begin + 0.3);
    script.welcomed(&caller, "branch", Pool::Backup, heard);
    script.alerted(&agent, "wally", Pool::Backup, begin + 0.2);
    script.accepted(&agent, begin + 0.3);
    script.talk(&Talk {
        caller: &caller,
        agent: &agent,
        source: world::media(HostName::CLIENTS),
        since: begin + 0.35,
        until: begin + 0.8,
    });
    script.ended(&caller, EndedBy::HungUp, begin + 0.82);
    script.ended(&agent, EndedBy::Bye, begin + 0.84);
}

/// When what a line tells of began.
fn began_us(record: &Record) -> u64 {
    match record.event {
        Event::Media { first_us, .. } => first_us,
        _ => record.t_us,
    }
}

fn delay(record: &mut Record, by_us: u64) {
    record.t_us += by_us;
    match &mut record.event {
        Event::Media {
            first_us, last_us, ..
        } => {
            *first_us += by_us;
            *last_us += by_us;
        }
        Event::MediaEnded { last_us, .. } => *last_us += by_us,
        _ => {}
    }
}

#[rstest]
#[case::calls(with_calls(100))]
#[case::operations(with_operations(100))]
fn a_long_walk_is_judged_as_a_short_one(#[case] long: Script) {
    let short = drill::imported().findings();
    for (short, long) in short.iter().zip(&long.findings()) {
        let reason = &long.result.reason;
        assert_eq!(short.result.verdict, long.result.verdict, "{reason}");
        assert!(
            matches!(long.result.verdict, Pass | Inconclusive),
            "{reason}"
        );
    }
}

#[test]
fn each_of_many_calls_is_told_of() {
    let finding = with_calls(100).finding("failed-over.new.imported");
    let reason = finding.result.reason;
    assert!(reason.contains("102 more like it"), "{reason}");
}

#[test]
#[ignore = "measures, and asserts nothing"]
#[expect(clippy::print_stdout, reason = "it is run for what it prints")]
fn how_long_a_long_walk_takes() {
    let tables = world::tables();
    for count in [500, 1_000, 2_000, 4_000, 8_000] {
        let long = [
            ("calls", with_calls(count)),
            ("times four operations", with_operations(count)),
            ("refusals", with_refusals(count)),
            ("imports", with_imports(count)),
            ("waiting", with_waiting(count)),
        ];
        for (what, script) in long {
            let journal = script.journal();
            let lines = journal.records.len();
            let begun = Instant::now();
            let findings = judge::judge_walk(&journal, &tables).len();
            let took = begun.elapsed();
            println!("{count} {what}, {lines} lines: {findings} findings in {took:.1?}");
        }
    }
}
