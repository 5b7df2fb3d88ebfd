//! `results.json`: the verdicts with their reasons, evidence and figures, for programs.

use model::printable;

use crate::report::{Content, Nature, Report};

/// The report.
pub const REPORT: Report = Report {
    name: "results",
    file: "results.json",
    about: "the verdicts with reasons, evidence and figures, for programs",
    nature: Nature::Record,
    content: Content::Bytes(|run, file| run.results.write_json(printable::TextWriter(file))),
};
