//! `results.json`: the verdicts with their reasons, evidence and figures, for programs.

use crate::report::{Content, Nature, Report};

/// The report.
pub const REPORT: Report = Report {
    name: "results",
    file: "results.json",
    about: "the verdicts with reasons, evidence and figures, for programs",
    nature: Nature::Record,
    content: Content::Text(|run| Ok(run.results.to_json()?)),
};
