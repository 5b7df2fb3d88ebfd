//! That nobody changes a journal unnoticed, and that nothing else is taken for one.

use model::journal::{Event, Journal, JournalError, assemble};
use model::load::{Actor, Role};
use model::topology::Pool;
use rstest::rstest;

use crate::common::{Run, complaint, header, lines, parse};

/// Whichever byte is altered, and however: by one bit, by its case, to a blank, to a newline.
#[test]
fn any_altered_byte_is_found() {
    let whole = Run::new().sealed();
    for position in 0..whole.len() {
        let byte = whole[position];
        for other in [byte ^ 1, byte ^ 0x20, b' ', b'\n'] {
            if other == byte {
                continue;
            }
            let mut altered = whole.clone();
            altered[position] = other;
            assert!(
                parse(&altered).is_err(),
                "byte {position}: {:?} altered to {:?}",
                char::from(byte),
                char::from(other)
            );
        }
    }
}

#[test]
fn any_missing_or_doubled_byte_is_found() {
    let whole = Run::new().sealed();
    for position in 0..whole.len() {
        let (mut shorter, mut longer) = (whole.clone(), whole.clone());
        shorter.remove(position);
        longer.insert(position, whole[position]);
        assert!(parse(&shorter).is_err(), "without byte {position}");
        assert!(parse(&longer).is_err(), "with byte {position} twice");
    }
}

#[test]
fn a_journal_that_is_cut_off_anywhere_is_not_taken_for_a_whole_one() {
    let whole = Run::new().sealed();
    let first_line = whole.iter().position(|byte| *byte == b'\n').unwrap();
    for length in 0..whole.len() {
        let error = parse(&whole[..length]).unwrap_err();
        match error {
            JournalError::NotAJournal { .. } => assert!(length <= first_line),
            JournalError::Unsealed { .. } => assert!(length > first_line),
            other => panic!("cut off after {length} bytes: {other}"),
        }
    }
}

#[test]
fn an_unsealed_journal_says_how_far_it_comes() {
    let lines = lines(&Run::new().sealed());
    let unsealed = lines[..lines.len() - 1].concat();
    assert_eq!(
        complaint(&unsealed),
        "journal.jsonl is not sealed: it breaks off after 5 lines"
    );
}

/// Lines from 1: the header, three of `kill`, one of `freeze`, the seal.
#[rstest]
#[case::a_line_within_a_walk(3, "line 3: walk `kill` goes on with number 2 where 1 was due")]
#[case::a_walks_first_line(2, "line 2: walk `kill` goes on with number 1 where 0 was due")]
#[case::a_walks_last_line(
    4,
    "line 5: the seal gives walk `kill` 3 lines here, the journal has 2"
)]
#[case::all_of_a_walk(
    5,
    "line 5: the seal gives walk `freeze` 1 lines here, the journal has 0"
)]
fn a_missing_line_is_found(#[case] missing: usize, #[case] expected: &str) {
    let mut lines = lines(&Run::new().sealed());
    lines.remove(missing - 1);
    let complaint = complaint(&lines.concat());
    assert!(complaint.contains(expected), "{complaint}");
}

#[rstest]
#[case::within_a_walk(3, "line 4: walk `kill` goes on with number 1 where 2 was due")]
#[case::a_walks_last_line(5, "line 6: walk `freeze` goes on with number 0 where 1 was due")]
#[case::the_header(1, "line 2: this is no record")]
#[case::the_seal(6, "line 7: something stands after the seal")]
fn a_doubled_line_is_found(#[case] doubled: usize, #[case] expected: &str) {
    let mut lines = lines(&Run::new().sealed());
    lines.insert(doubled, lines[doubled - 1].clone());
    let complaint = complaint(&lines.concat());
    assert!(complaint.contains(expected), "{complaint}");
}

#[rstest]
#[case::within_a_walk(3, 4, "line 3: walk `kill` goes on with number 2 where 1 was due")]
#[case::into_another_walk(4, 5, "line 5: walk `kill` goes on after another one began")]
#[case::behind_the_seal(5, 6, "line 5: the seal gives walk `freeze` 1 lines here")]
fn a_moved_line_is_found(#[case] one: usize, #[case] other: usize, #[case] expected: &str) {
    let mut lines = lines(&Run::new().sealed());
    lines.swap(one - 1, other - 1);
    let complaint = complaint(&lines.concat());
    assert!(complaint.contains(expected), "{complaint}");
}

#[test]
fn whole_walks_that_changed_places_are_found() {
    let mut lines = lines(&Run::new().sealed());
    lines[1..5].rotate_right(1);
    let complaint = complaint(&lines.concat());
    assert!(
        complaint.contains("line 6: the seal gives walk `kill` 3 lines here"),
        "{complaint}"
    );
}

#[test]
fn what_stands_after_the_seal_is_found() {
    let mut whole = Run::new().sealed();
    whole.push(b'\n');
    assert!(complaint(&whole).ends_with("line 7: something stands after the seal"));
}

/// Nobody was there to see anything: no run has such a walk.
#[test]
fn a_walk_without_a_line_is_refused() {
    let run = Run::new();
    let parts = vec![run.spool("empty", Vec::new())];
    assemble(&run.journal(), &header(), parts).unwrap();
    let error = Journal::load(&run.journal()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("line 2: the seal has walk `empty` without a line"),
        "{error}"
    );
}

/// However well it is sealed: nothing was ever asked of it.
#[test]
fn a_walk_that_does_not_begin_with_its_plan_was_never_run() {
    let run = Run::new();
    run.sealed();
    let journal = Journal::load(&run.journal()).unwrap();
    let error = journal.planned().unwrap_err();
    let expected = "walk `kill` does not begin with its plan";
    assert_eq!(error.to_string(), expected);
}

/// A file can have many more walks than a run, and more lines than fit into memory as such.
#[test]
fn more_walks_than_any_run_has_are_refused() {
    let run = Run::new();
    let walk = |n| run.spool(&format!("w{n}"), vec![Event::WalkEnded]);
    assemble(&run.journal(), &header(), (0..=2_000).map(walk).collect()).unwrap();
    let error = Journal::load(&run.journal()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("line 2002: these are more than 2000 walks, and no run has as many"),
        "{error}"
    );
}

/// Some of them are compared with all others.
#[test]
fn more_calls_than_any_walk_has_are_refused() {
    let run = Run::new();
    let placed = Event::Placed {
        call: "walter/1".to_owned(),
        to: "desk".to_owned(),
    };
    let parts = vec![run.spool("many", vec![placed; 20_001])];
    assemble(&run.journal(), &header(), parts).unwrap();
    let error = Journal::load(&run.journal()).unwrap_err().to_string();
    let expected = "line 20002: these are more than 20000 calls, alerts and operations of one walk, and no walk has \
                    as many";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn more_measurements_of_a_load_than_any_walk_has_are_refused() {
    let run = Run::new();
    let measured = Event::LoadMeasured {
        of: Actor {
            kind: "waiting".to_owned(),
            of: Pool::Primary,
            role: Role::Callers,
        },
        stage: None,
        measured: Box::default(),
    };
    let parts = vec![run.spool("many", vec![measured; 1_001])];
    assemble(&run.journal(), &header(), parts).unwrap();
    let error = Journal::load(&run.journal()).unwrap_err().to_string();
    let expected = "line 1002: these are more than 1000 measurements of one walk's load, and no walk has as many";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn a_line_that_is_longer_than_any_is_refused() {
    let first = lines(&Run::new().sealed()).swap_remove(0);
    let whole = [first, vec![b'x'; 18 << 20]].concat();
    assert!(complaint(&whole).ends_with("line 2: it has more than 16 MiB, and no line has"),);
}

/// Lines are read in batches: those of a batch are chained to those before it.
#[test]
fn a_walk_goes_on_from_one_batch_to_the_next() {
    let run = Run::new();
    let parts = vec![run.spool("long", vec![Event::WalkEnded; 20_000])];
    assemble(&run.journal(), &header(), parts).unwrap();
    let journal = Journal::load(&run.journal()).unwrap();
    assert_eq!(journal.walks[0].records.len(), 20_000);

    let whole = std::fs::read(run.journal()).unwrap();
    let mut altered = lines(&whole);
    altered.swap(8_192, 8_193);
    let complaint = complaint(&altered.concat());
    assert!(
        complaint.contains("line 8193: walk `long` goes on with number 8192"),
        "{complaint}"
    );
}

#[test]
fn an_altered_header_is_told_apart_from_an_altered_line() {
    let whole = String::from_utf8(Run::new().sealed()).unwrap();
    let other_seed = whole.replacen(r#""seed":7"#, r#""seed":8"#, 1);
    assert!(
        complaint(other_seed.as_bytes())
            .ends_with("line 6: the seal is of another header: line 1 was altered")
    );
    let other_time = whole.replacen(r#""t_us":1000"#, r#""t_us":1001"#, 1);
    assert!(complaint(other_time.as_bytes()).ends_with(
        "line 3: the hash is wrong: line 1 of walk `kill`, or one before it, was altered"
    ));
}

#[test]
fn a_journal_of_another_version_names_the_one_that_is_read() {
    assert_eq!(
        complaint(b"{\"schema\":\"rgdrill-journal/9\",\"new\":true}\n"),
        "journal.jsonl is a journal of schema `rgdrill-journal/9`; \
         this rgdrill reads rgdrill-journal/1"
    );
}

#[rstest]
#[case::empty("")]
#[case::text("hello\n")]
#[case::other_json("{\"schema\":\"rgdrill-results/1\"}\n")]
#[case::incomplete_header("{\"schema\":\"rgdrill-journal/1\"}\n")]
fn another_file_is_no_journal(#[case] text: &str) {
    let error = parse(text.as_bytes()).unwrap_err();
    assert!(matches!(error, JournalError::NotAJournal { .. }), "{error}");
}

#[test]
fn a_journal_that_is_not_there_is_named() {
    let run = Run::new();
    let error = Journal::load(&run.journal()).unwrap_err();
    assert!(matches!(error, JournalError::Read { .. }));
    assert_eq!(
        error.to_string(),
        format!("cannot read {}", run.journal().display())
    );
}
