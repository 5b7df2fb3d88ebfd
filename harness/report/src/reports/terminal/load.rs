//! The load in the background of walks, as a table.

use std::fmt::Write as _;

use console::measure_text_width;
use model::results::Results;

use crate::paragraph::{WIDEST, paragraph};
use crate::reports::load::{COLUMNS, callers, registered, row, title, troubles};

/// The width of a column.
const COLUMN: usize = 9;

/// A row for the callers of each kind to each pool's groups; nothing where no walk had a load.
pub(super) fn load(results: &Results, width: u16) -> String {
    if results.load.is_empty() {
        return String::new();
    }
    let names = callers(results).map(|load| measure_text_width(&title(load)) + 2);
    let name = names.max().unwrap_or_default();
    let is_wide = name + COLUMNS.len() * (COLUMN + 1) <= usize::from(width);
    let mut text = "\nLoad in the background".to_owned();
    if is_wide {
        let heads = COLUMNS.map(|column| format!(" {column:>COLUMN$}"));
        let _ = write!(text, "{:1$}", "", name.saturating_sub(22));
        text.push_str(&heads.concat());
    }
    text.push('\n');
    let width = usize::from(width).min(WIDEST);
    for load in callers(results) {
        let cells = row(&load.in_all);
        let title = format!("  {}", title(load));
        match is_wide {
            true => {
                let cells = cells.map(|cell| format!(" {cell:>COLUMN$}"));
                let _ = writeln!(text, "{title:name$}{}", cells.concat());
            }
            false => {
                let cells = COLUMNS.iter().zip(cells);
                let cells: Vec<String> =
                    cells.map(|(name, cell)| format!("{cell} {name}")).collect();
                let _ = writeln!(text, "{title}");
                text.push_str(&paragraph("    ", 4, &cells.join(", "), width));
            }
        }
        if let Some(troubles) = troubles(&load.in_all) {
            text.push_str(&paragraph("    ", 4, &troubles, width));
        }
    }
    for line in registered(results) {
        text.push_str(&paragraph("  ", 4, &line, width));
    }
    text
}
