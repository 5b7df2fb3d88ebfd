//! A small set of scenarios that checks, to be made wrong in one place, and how errors are shown.

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use model::{FileErrors, Scenarios};

const TABLES: &str = include_str!("../../../../scenarios/lync-2013/tables.yaml");
const TOPOLOGY: &str = include_str!("fixtures/topology.yaml");
const PROGRAMME: &str = include_str!("fixtures/programme.yaml");
const WALK: &str = include_str!("fixtures/walk.yaml");

/// The texts of the set.
pub(crate) struct Files {
    pub(crate) tables: String,
    pub(crate) topology: String,
    pub(crate) programme: String,
    pub(crate) walk: String,
}

impl Files {
    /// All in order.
    pub(crate) fn in_order() -> Self {
        Files {
            tables: TABLES.to_owned(),
            topology: TOPOLOGY.to_owned(),
            programme: PROGRAMME.to_owned(),
            walk: WALK.to_owned(),
        }
    }

    /// All in order still, but the walk has only a healthy stage.
    pub(crate) fn without_outage(mut self) -> Self {
        let outage = between(&self.walk, "outage:", "timing:").to_owned();
        self.walk = replaced(&self.walk, &outage, "");
        self.walk = replaced(&self.walk, "  - outage.*\n  - failback.new.all\n", "  []\n");
        let later = between(&self.programme, "  outage:", "").to_owned();
        self.programme = replaced(&self.programme, &later, "");
        self
    }

    /// Loads the set.
    pub(crate) fn load(&self) -> Result<Scenarios, FileErrors> {
        Scenarios::load([
            ("tables.yaml", self.tables.as_str()),
            ("topologies/small.yaml", self.topology.as_str()),
            ("programmes/busy.yaml", self.programme.as_str()),
            ("walks/sunday.yaml", self.walk.as_str()),
        ])
    }

    /// What is said about the set, as a terminal shows it.
    pub(crate) fn complaint(&self) -> String {
        match self.load() {
            Ok(_) => "all in order".to_owned(),
            Err(errors) => rendered(&errors),
        }
    }
}

/// What is said about tables in which this text is replaced by that.
pub(crate) fn tables_with(this: &str, that: &str) -> String {
    let mut files = Files::in_order();
    files.tables = replaced(&files.tables, this, that);
    files.complaint()
}

/// What is said about a topology in which this text is replaced by that.
pub(crate) fn topology_with(this: &str, that: &str) -> String {
    let mut files = Files::in_order();
    files.topology = replaced(&files.topology, this, that);
    files.complaint()
}

/// What is said about a programme in which this text is replaced by that.
pub(crate) fn programme_with(this: &str, that: &str) -> String {
    let mut files = Files::in_order();
    files.programme = replaced(&files.programme, this, that);
    files.complaint()
}

/// What is said about a walk in which this text is replaced by that.
pub(crate) fn walk_with(this: &str, that: &str) -> String {
    let mut files = Files::in_order();
    files.walk = replaced(&files.walk, this, that);
    files.complaint()
}

/// The first occurrence is replaced; there must be one.
pub(crate) fn replaced(text: &str, this: &str, that: &str) -> String {
    assert!(text.contains(this), "nothing to replace: {this}");
    text.replacen(this, that, 1)
}

/// The text from the first occurrence of `from` on, up to `to`; to the end if that is empty.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).expect("a beginning");
    let rest = &text[start..];
    match to {
        "" => rest,
        _ => &rest[..rest.find(to).expect("an end")],
    }
}

/// An error as a terminal shows it, without colours, 100 columns wide.
pub(crate) fn rendered(error: &dyn Diagnostic) -> String {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut text, error)
        .expect("writing to a string");
    text
}
