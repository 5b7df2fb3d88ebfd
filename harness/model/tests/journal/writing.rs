//! What a journal on the disk is, and how it comes there.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use model::journal::event::{Clock, Event};
use model::journal::{
    Header, Journal, JournalError, LONGEST_JOURNAL, Record, Recorder, Spool, WalkJournal, assemble,
    may_be_read,
};

use crate::common::{Run, header, lines, parse, three_events};

#[test]
fn what_is_written_is_what_is_loaded() {
    let run = Run::new();
    run.sealed();
    let journal = Journal::load(&run.journal()).unwrap();

    assert_eq!(journal.header, header());
    let names: Vec<&str> = journal
        .walks
        .iter()
        .map(|walk| walk.walk.as_str())
        .collect();
    assert_eq!(
        names,
        ["kill", "freeze"],
        "walks keep the order they were given in"
    );
    let events: Vec<Event> = journal.walks[0]
        .records
        .iter()
        .map(|record| record.event.clone())
        .collect();
    assert_eq!(events, three_events());
    let expected = Record {
        walk: "kill".into(),
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
    assert_snapshot!(fs::read_to_string(run.journal()).unwrap(), @r#"
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
fn a_run_without_a_walk_is_a_journal_too() {
    let run = Run::new();
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

#[test]
fn memory_keeps_what_a_file_does() {
    let run = Run::new();
    run.sealed();
    let journal = Journal::load(&run.journal()).unwrap();
    let mut walk = WalkJournal::begin("kill");
    for record in &journal.walks[0].records {
        let Record {
            n,
            t_us,
            clock,
            host,
            event,
            ..
        } = record;
        assert_eq!(walk.write(*t_us, *clock, host, event).unwrap(), *n);
    }
    assert_eq!(walk, journal.walks[0]);
}

/// The first line and the last are to fit in as well.
#[test]
fn no_journal_is_written_that_would_not_be_read() {
    let run = Run::new();
    let mut part = run.spool("kill", three_events());
    part.length = LONGEST_JOURNAL.0;
    let error = assemble(&run.journal(), &header(), vec![part]).unwrap_err();
    assert!(matches!(error, JournalError::Outgrown { .. }), "{error}");
    assert!(!run.journal().exists());

    let whole = LONGEST_JOURNAL.0;
    may_be_read(whole / 2).unwrap();
    for of_walks in [whole - 1024, whole, whole + 1, u64::MAX] {
        let error = may_be_read(of_walks).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the journal would have more than 7 GiB, the longest that is read"
        );
    }
}

/// `/dev/full` is a disk without any room.
#[cfg(target_os = "linux")]
#[test]
fn a_spool_on_a_full_disk_fails_and_names_its_file() {
    let mut spool = Spool::create(Path::new("/dev/full"), "kill").unwrap();
    spool
        .write(0, Clock::Virtual, "lab", &Event::WalkEnded)
        .unwrap();
    let error = spool.finish().unwrap_err();
    assert_eq!(error.to_string(), "cannot write /dev/full");
}
