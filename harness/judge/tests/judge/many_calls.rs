//! Walks of many calls: judged as walks of few, in a time that grows as their number does.

use std::time::Instant;

use model::Verdict::{Inconclusive, Pass};
use model::host::HostName;
use model::journal::event::EndedBy;
use model::journal::{Event, Record};
use model::topology::Pool;

use crate::drill;
use crate::script::{Script, Talk, us};
use crate::world;

/// When the calls begin: in `failed-over`, when nothing else does.
const BEGIN: f64 = 31.0;
/// One after the other.
const EACH_US: u64 = 1_000_000;

/// A drill whose stage `failed-over` lasts longer by so many calls to a group with one agent: each is given to the
/// agent, talks and hangs up.
fn with_calls(count: u32) -> Script {
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
        call(&mut script, number);
    }
    script
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

#[test]
fn a_walk_of_many_calls_is_judged_as_one_of_few() {
    let (few, many) = (drill::imported().findings(), with_calls(100).findings());
    for (few, many) in few.iter().zip(&many) {
        let reason = &many.result.reason;
        assert_eq!(few.result.verdict, many.result.verdict, "{reason}");
        assert!(
            matches!(many.result.verdict, Pass | Inconclusive),
            "{reason}"
        );
    }
    let reason = with_calls(100)
        .finding("failed-over.new.imported")
        .result
        .reason;
    assert!(reason.contains("102 more like it"), "{reason}");
}

#[test]
#[ignore = "measures, and asserts nothing"]
#[expect(clippy::print_stdout, reason = "it is run for what it prints")]
fn how_long_a_walk_of_many_calls_takes() {
    let tables = world::tables();
    for count in [500, 1_000, 2_000, 4_000, 8_000] {
        let journal = with_calls(count).journal();
        let lines = journal.records.len();
        let begun = Instant::now();
        let findings = judge::judge_walk(&journal, &tables).len();
        let took = begun.elapsed();
        println!("{count} calls, {lines} lines: {findings} findings in {took:.1?}");
    }
}
