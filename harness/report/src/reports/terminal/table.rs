//! The document's tables with a mark at each statement: a column for each stage where the terminal
//! has room for five, else a line for each.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use model::results::Results;
use model::{Activity, Stage, Tables};

use super::fill::fill;
use crate::reports::wording::marked;

/// The least width at which five columns still have whole words in their cells.
const WIDE: u16 = 100;

/// The columns before a stage's statements where each stage is a line.
const INDENT: usize = 16;

/// Every statement with its mark.
pub(super) fn table(results: &Results, tables: &Tables, width: u16) -> String {
    match width >= WIDE {
        true => columns(results, tables, width),
        false => lines(results, tables, width),
    }
}

/// The document's layout: a column for each stage, a row for each activity.
fn columns(results: &Results, tables: &Tables, width: u16) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    let stages = Stage::DOCUMENTED.iter().map(|stage| stage.word());
    table.set_header(std::iter::once("").chain(stages));
    for activity in Activity::ALL {
        let cells =
            Stage::DOCUMENTED.map(|stage| marked(results, tables, stage, activity).join("\n"));
        table.add_row(std::iter::once(activity.word().to_owned()).chain(cells));
    }
    if let Some(activities) = table.column_mut(0) {
        activities.set_cell_alignment(CellAlignment::Left);
        activities.set_constraint(ColumnConstraint::Absolute(Width::Fixed(15)));
    }
    table.trim_fmt() + "\n"
}

/// A block for each activity, and in it a line for each stage.
fn lines(results: &Results, tables: &Tables, width: u16) -> String {
    let mut text = String::new();
    for activity in Activity::ALL {
        let _ = writeln!(text, "{}", activity.word());
        for stage in Stage::DOCUMENTED {
            let lead = format!("  {:<1$}", stage.word(), INDENT - 2);
            let statements = marked(results, tables, stage, activity);
            text.push_str(&fill(&lead, INDENT, &statements, width));
        }
        text.push('\n');
    }
    text
}
