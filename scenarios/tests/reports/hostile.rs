//! A run of a target that means harm: names, headers, answers and reasons carry markup and scripts.

use std::sync::OnceLock;

use model::journal::event::Event;
use model::journal::{Journal, Record, Recorder as _, Spool, assemble};

use crate::run::{Run, report};

/// What each script would do if it ran.
pub(crate) const MARK: &str = "ranHere";

/// The name that the target gives itself.
pub(crate) const TARGET: &str = "<script>ranHere=1</script>";

/// The name of the first caller.
pub(crate) const CALLER: &str = "\"><img src=x onerror=ranHere=2>";

/// The name of the first group.
const GROUP: &str = "</script><script>ranHere=3</script>";

/// A header that stands in every message.
pub(crate) const HEADER: &str = "Subject: <svg onload=ranHere=4>&lt;!--";

/// What is said when something is refused, and of the walk.
const WORDS: &str = "'\"--><iframe srcdoc='<script>parent.ranHere=5</script>'></iframe>";

/// The run, judged anew.
pub(crate) fn run() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let run = Run::of(&["--walk", "imported-reject"]);
        spoil(&run, &run.journal());
        report(&run.dir);
        run
    })
}

/// Writes the journal again, with markup wherever a target can bring it in.
fn spoil(run: &Run, journal: &Journal) {
    let walk = &journal.walks[0];
    let names = names(&walk.records[0]);
    let mut header = journal.header.clone();
    header.target = TARGET.to_owned();
    let spool = run.path("hostile.spool");
    let mut spool = Spool::create(&spool, &walk.walk).unwrap();
    for record in &walk.records {
        let mut text = serde_json::to_string(record).unwrap();
        for (name, by) in &names {
            text = text.replace(name, by);
        }
        let mut record: Record = serde_json::from_str(&text).unwrap();
        say(&mut record.event);
        let Record {
            t_us, clock, host, ..
        } = &record;
        spool.write(*t_us, *clock, host, &record.event).unwrap();
    }
    let journal = run.path("journal.jsonl");
    assemble(&journal, &header, vec![spool.finish().unwrap()]).unwrap();
}

/// The names that are replaced, as JSON has them.
fn names(first: &Record) -> [(String, String); 2] {
    let Event::WalkBegan { topology, .. } = &first.event else {
        unreachable!("it is the first line of every walk");
    };
    let escaped = |name: &str| {
        let json = serde_json::to_string(name).unwrap();
        json[1..json.len() - 1].to_owned()
    };
    [
        (topology.callers[0].name.clone(), escaped(CALLER)),
        (topology.groups[0].name.clone(), escaped(GROUP)),
    ]
}

fn say(event: &mut Event) {
    match event {
        Event::Sip { message, .. } => {
            *message = message.replacen("\r\nCSeq", &format!("\r\n{HEADER}\r\nCSeq"), 1);
        }
        Event::VerbEnded {
            outcome: model::verb::VerbOutcome::Refused { why },
            ..
        } => WORDS.clone_into(why),
        Event::WalkBegan { walk, .. } => WORDS.clone_into(&mut walk.about),
        _ => {}
    }
}
