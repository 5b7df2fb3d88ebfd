//! What a journal on disk is, and that nobody changes it unnoticed.

use std::fs;
use std::path::{Path, PathBuf};

use model::Stage;
use model::journal::event::{About, Clock, Event, NoSuccess, Row, Surface, Verb, VerbOutcome};
use model::journal::{Header, Journal, JournalError, Part, Record, Spool, assemble};
use model::topology::Pool;
use model::walk::LabKind;
use rstest::rstest;

/// A folder for the files of a run.
struct Run {
    folder: tempfile::TempDir,
}

impl Run {
    fn new() -> Run {
        Run {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal.jsonl")
    }

    fn spool(&self, walk: &str, events: Vec<Event>) -> Part {
        let path = self.folder.path().join(format!("{walk}.part"));
        let mut spool = Spool::create(&path, walk).unwrap();
        for (at, event) in events.into_iter().enumerate() {
            let t_us = at as u64 * 1_000;
            let n = spool.write(t_us, Clock::Virtual, "conductor", event).unwrap();
            assert_eq!(n, at as u64, "lines are numbered without gaps");
        }
        spool.finish().unwrap()
    }

    /// A journal of two walks, with three lines and one.
    fn sealed(&self) -> Vec<u8> {
        let parts = vec![
            self.spool("kill", three_events()),
            self.spool("freeze", vec![Event::WalkEnded]),
        ];
        assemble(&self.journal(), &header(), parts).unwrap();
        fs::read(self.journal()).unwrap()
    }
}

fn header() -> Header {
    Header::new("reference", LabKind::Sim, 7, &"0".repeat(64))
}

fn three_events() -> Vec<Event> {
    vec![
        Event::StageBegan {
            stage: Stage::Healthy,
        },
        Event::VerbEnded {
            verb: Verb::List,
            id: 3,
            at: Pool::Backup,
            about: About {
                surface: Some(Surface::Shell),
                ..About::default()
            },
            outcome: VerbOutcome::Refused {
                why: "the database of \"primary\"\ncannot be read".to_owned(),
            },
            rows: Some(vec![Row {
                group: "sales".to_owned(),
                owner: Pool::Primary,
                parent: Pool::Backup,
                signed_in: None,
                value: Some("–".to_owned()),
            }]),
        },
        Event::NotRegistered {
            pool: Pool::Primary,
            outcome: NoSuccess::Refused { code: 503 },
        },
    ]
}

fn parse(bytes: &[u8]) -> Result<Journal, JournalError> {
    Journal::parse(Path::new("journal.jsonl"), bytes)
}

/// The error that `bytes` give, as it is shown.
fn complaint(bytes: &[u8]) -> String {
    parse(bytes).unwrap_err().to_string()
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

#[test]
fn what_is_written_is_what_is_loaded() {
    let run = Run::new();
    run.sealed();
    let journal = Journal::load(&run.journal()).unwrap();

    assert_eq!(journal.header, header());
    let names: Vec<&str> = journal.walks.iter().map(|walk| walk.walk.as_str()).collect();
    assert_eq!(names, ["kill", "freeze"], "walks keep the order they were given in");
    let events: Vec<Event> = journal.walks[0]
        .records
        .iter()
        .map(|record| record.event.clone())
        .collect();
    assert_eq!(events, three_events());
    let expected = Record {
        walk: "kill".to_owned(),
        n: 2,
        t_us: 2_000,
        clock: Clock::Virtual,
        host: "conductor".to_owned(),
        event: three_events().remove(2),
    };
    assert_eq!(journal.walk("kill").unwrap().record(2), Some(&expected));
}

#[test]
fn a_line_is_its_record_with_the_hash_at_its_end() {
    let run = Run::new();
    let journal = parse(&run.sealed()).unwrap();
    let lines = lines(&run.sealed());

    for (record, line) in journal.walks[0].records.iter().zip(&lines[1..]) {
        let line = str::from_utf8(line).unwrap();
        let (without_hash, hash) = line.split_once(r#","h":""#).unwrap();
        assert_eq!(
            without_hash.to_owned() + "}",
            serde_json::to_string(record).unwrap()
        );
        assert_eq!(hash.len(), 64 + "\"}\n".len());
    }
}

#[test]
fn the_same_run_gives_the_same_file() {
    assert_eq!(Run::new().sealed(), Run::new().sealed());
}

#[test]
fn a_sealed_journal_has_this_form() {
    let run = Run::new();
    let part = run.spool("kill", vec![Event::WalkEnded]);
    let header = Header {
        rgdrill: "0.1.0".to_owned(),
        ..header()
    };
    assemble(&run.journal(), &header, vec![part]).unwrap();
    insta::assert_snapshot!(fs::read_to_string(run.journal()).unwrap(), @r#"
    {"schema":"rgdrill-journal/1","rgdrill":"0.1.0","target":"reference","lab":"sim","seed":7,"tables_sha256":"0000000000000000000000000000000000000000000000000000000000000000"}
    {"walk":"kill","n":0,"t_us":0,"clock":"virtual","host":"conductor","kind":"walk-ended","h":"9c25cf3a3178a07e46dc4a6569e296b7765e4fa24a11b2282ce476d9fe4fbc13"}
    {"kind":"sealed","header":"fd7a6c2b9c342d6e194fbd839ab95307949d25041df08853a1d7579330c86096","walks":[{"walk":"kill","lines":1,"h":"9c25cf3a3178a07e46dc4a6569e296b7765e4fa24a11b2282ce476d9fe4fbc13"}],"h":"af72784adea524f7c9eccd3dbc53db6bc82d53b22b4e7bf89caeb912f481168a"}
    "#);
}

#[test]
fn assembling_leaves_the_journal_and_nothing_else() {
    let run = Run::new();
    run.sealed();
    let left: Vec<_> = run
        .folder
        .path()
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["journal.jsonl"]);
}

#[test]
fn a_walk_without_a_line_and_a_run_without_a_walk_are_journals_too() {
    let run = Run::new();
    let parts = vec![run.spool("empty", vec![]), run.spool("kill", three_events())];
    assemble(&run.journal(), &header(), parts).unwrap();
    let journal = Journal::load(&run.journal()).unwrap();
    assert_eq!(journal.walks[0].records.len(), 0);
    assert_eq!(journal.walks[1].records.len(), 3);

    assemble(&run.journal(), &header(), vec![]).unwrap();
    assert_eq!(Journal::load(&run.journal()).unwrap().walks, []);
}

#[test]
fn a_walk_that_was_held_twice_is_not_assembled() {
    let run = Run::new();
    let parts = vec![run.spool("kill", vec![]), run.spool("kill", vec![])];
    let error = assemble(&run.journal(), &header(), parts).unwrap_err();
    assert!(matches!(error, JournalError::WalkTwice { walk } if walk == "kill"));
    assert!(!run.journal().exists());
}

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
#[case::a_walks_last_line(4, "line 5: the seal gives walk `kill` 3 lines here, the journal has 2")]
#[case::all_of_a_walk(5, "line 5: the seal gives walk `freeze` 1 lines here, the journal has 0")]
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
    assert!(complaint.contains("line 6: the seal gives walk `kill` 3 lines here"), "{complaint}");
}

#[test]
fn what_stands_after_the_seal_is_found() {
    let mut whole = Run::new().sealed();
    whole.push(b'\n');
    assert!(complaint(&whole).ends_with("line 7: something stands after the seal"));
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
        "line 3: the hash does not hold: line 1 of walk `kill`, or one before it, was altered"
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

#[test]
fn a_spool_that_is_gone_leaves_an_older_journal_as_it_was() {
    let run = Run::new();
    let before = run.sealed();
    let part = run.spool("kill", three_events());
    fs::remove_file(run.folder.path().join("kill.part")).unwrap();

    let error = assemble(&run.journal(), &header(), vec![part]).unwrap_err();

    assert!(matches!(error, JournalError::Read { .. }), "{error}");
    assert_eq!(fs::read(run.journal()).unwrap(), before);
    assert_eq!(run.folder.path().read_dir().unwrap().count(), 1);
}

/// `/dev/full` is a disk without any room.
#[cfg(target_os = "linux")]
#[test]
fn a_spool_on_a_full_disk_fails_and_names_its_file() {
    let mut spool = Spool::create(Path::new("/dev/full"), "kill").unwrap();
    spool
        .write(0, Clock::Virtual, "lab", Event::WalkEnded)
        .unwrap();
    let error = spool.finish().unwrap_err();
    assert_eq!(error.to_string(), "cannot write /dev/full");
}
