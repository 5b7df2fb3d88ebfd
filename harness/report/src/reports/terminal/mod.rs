//! What is printed, for a person: the document's table with a verdict at each statement, then why
//! for each that did not pass, then the figures, the summary, and what to do next.
//!
//! One part of it in each file, in this order:
//!
//! - `table`, `legend`: every statement with its mark.
//! - `why`: the clauses that did not pass.
//! - `figures`: what was measured, and the objectives.
//! - `load`: what the load in the background came to.
//! - `summary`: counts and exit code.
//! - `next`: the commands that lead on from here.
//!
//! And what they are made with: [`wording`](super::wording) and `ink` show a verdict, `fill` breaks lines between items.

mod figures;
mod fill;
mod ink;
mod legend;
mod load;
mod next;
mod summary;
mod table;
mod why;

use model::Tables;
use model::printable::line;
use model::results::Results;

use ink::Ink;

pub use ink::Colours;

/// How the report is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Columns of the terminal.
    pub width: u16,
    /// Whether colours are used.
    pub colours: Colours,
}

/// The whole report. `run_dir` is named where evidence is to be looked up. What came from outside is
/// escaped before it is laid out and coloured.
pub fn render(results: &Results, tables: &Tables, run_dir: &str, layout: Layout) -> String {
    let Layout { width, colours } = layout;
    let ink = Ink(colours);
    [
        heading(results),
        ink.marks(&table::table(results, tables, width)),
        ink.marks(&legend::legend(width)),
        why::explanations(results, tables, width, &ink),
        figures::figures(results, width, &ink),
        load::load(results, width),
        "\n".to_owned(),
        summary::summary(results, width, &ink),
        next::commands(results, run_dir),
    ]
    .concat()
}

fn heading(results: &Results) -> String {
    format!(
        "\nThe documented behaviour of `{}`, observed in the {} lab (seed {})\n\n",
        line(&results.target),
        results.lab.word(),
        results.seed
    )
}
