//! A small run, and its journal.

use std::fs;
use std::path::{Path, PathBuf};

use model::Stage;
use model::journal::event::{Clock, Event, NoSuccess};
use model::journal::{Header, Journal, JournalError, Part, Recorder, Spool, assemble};
use model::shared::Shared;
use model::topology::Pool;
use model::verb::{About, Row, Surface, Verb, VerbOutcome};
use model::walk::LabKind;

/// A folder for the files of a run.
pub(crate) struct Run {
    pub(crate) folder: tempfile::TempDir,
}

impl Run {
    pub(crate) fn new() -> Run {
        Run {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("journal.jsonl")
    }

    pub(crate) fn spool(&self, walk: &str, events: Vec<Event>) -> Part {
        let path = self.folder.path().join(format!("{walk}.part"));
        let mut spool = Spool::create(&path, walk).unwrap();
        for (at, event) in events.into_iter().enumerate() {
            let t_us = at as u64 * 1_000;
            let n = spool
                .write(t_us, Clock::Virtual, "conductor", &event)
                .unwrap();
            assert_eq!(n, at as u64, "lines are numbered without gaps");
        }
        spool.finish().unwrap()
    }

    /// A journal of two walks, with three lines and one.
    pub(crate) fn sealed(&self) -> Vec<u8> {
        let parts = vec![
            self.spool("kill", three_events()),
            self.spool("freeze", vec![Event::WalkEnded]),
        ];
        assemble(&self.journal(), &header(), parts).unwrap();
        fs::read(self.journal()).unwrap()
    }
}

pub(crate) fn header() -> Header {
    Header::new("reference", LabKind::Sim, 7, &"0".repeat(64))
}

pub(crate) fn three_events() -> Vec<Event> {
    vec![
        Event::StageBegan {
            stage: Stage::Healthy,
        },
        Event::VerbEnded {
            verb: Verb::List,
            id: 3,
            at: Pool::Backup,
            about: Box::new(About {
                surface: Some(Surface::Shell),
                ..About::default()
            }),
            outcome: VerbOutcome::Refused {
                why: "the database of \"primary\"\ncannot be read".to_owned(),
            },
            rows: Some(Shared::from(vec![Row {
                group: "sales".to_owned(),
                owner: Pool::Primary,
                parent: Pool::Backup,
                signed_in: None,
                value: Some("–".to_owned()),
                details: [("routing".to_owned(), "serial".to_owned())].into(),
            }])),
        },
        Event::NotRegistered {
            pool: Pool::Primary,
            outcome: NoSuccess::Refused { code: 503 },
        },
    ]
}

pub(crate) fn parse(bytes: &[u8]) -> Result<Journal, JournalError> {
    Journal::read(Path::new("journal.jsonl"), bytes)
}

/// The error that `bytes` give, as it is shown.
pub(crate) fn complaint(bytes: &[u8]) -> String {
    parse(bytes).unwrap_err().to_string()
}

pub(crate) fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}
