//! `report.html`: the run for people to look at, as one file that needs nothing else.
//!
//! ```text
//! results, tables ─► summary, table, clauses, plots ──┐
//! timelines ───────► walk: lanes, bands ──────────────┼─► templates (askama) ─► report.html
//!                └─► details: ladders, lines, hover ──┘
//! ```
//!
//! - `page`: the whole.
//! - `summary`, `table`, `clause`, `objective`, `plot`: its parts that say what was judged; `load`: what the background came to.
//! - `walk`: what happened in a walk, as lanes to look at.
//! - `logged`: what servers logged around what did not pass.
//! - `details`: what is shown of a walk when it is asked for, compressed.
//! - `seal`: which style and which script the page may have.
//!
//! Without JavaScript everything is there but ladders, messages and journal lines. All that came from
//! a target or the wire is text to the templates, which escape it, or to the script, which puts text
//! into the page and never markup; the page's policy forbids any other script.

mod clause;
mod details;
mod load;
mod logged;
mod objective;
mod page;
mod plot;
mod seal;
mod summary;
mod table;
mod walk;

pub use page::render;

use crate::report::{Content, Nature, Report};

/// The report.
pub const REPORT: Report = Report {
    name: "html",
    file: "report.html",
    about: "the run to look at: verdicts, evidence, timelines, ladders of calls, in one page",
    nature: Nature::View,
    content: Content::Text(render),
};
