//! What a person reads, at the widths that terminals have.

use console::measure_text_width;
use insta::assert_snapshot;
use model::printable;
use model::results::Results;
use model::topology::Pool;
use model::yardstick::Yardstick;
use report::reports::terminal::{Colours, Layout, render};
use rstest::rstest;

use crate::sample::{all_pass, loaded, measured, mixed, single, tables};

fn printed(results: &Results, width: u16, colours: Colours) -> String {
    let layout = Layout { width, colours };
    render(results, &tables(), "runs/latest", layout)
}

#[test]
fn a_run_that_passed_is_the_table_and_two_lines() {
    assert_snapshot!(printed(&all_pass(), 132, Colours::Off));
}

#[test]
fn a_run_with_every_verdict_says_why_for_each() {
    assert_snapshot!(printed(&mixed(), 132, Colours::Off));
}

#[test]
fn a_narrow_terminal_gets_the_same_in_shorter_lines() {
    assert_snapshot!(printed(&mixed(), 80, Colours::Off));
}

#[test]
fn figures_and_objectives_fit_a_narrow_terminal() {
    assert_snapshot!(printed(&measured(), 80, Colours::Off));
}

#[test]
fn a_load_is_a_table_with_what_went_wrong_beneath() {
    let text = printed(&loaded(), 132, Colours::Off);
    let from = text.find("Load in").unwrap();
    let to = text.find("64 clauses").unwrap();
    assert_snapshot!(&text[from..to]);
}

#[test]
fn one_clause_is_no_plural() {
    let text = printed(&single(), 80, Colours::Off);
    assert!(text.contains("\n1 clause: 1 pass\n"), "{text}");
}

#[rstest]
fn no_line_is_wider_than_the_terminal_or_ends_in_blanks(
    #[values(80, 99, 100, 132, 200)] width: u16,
    #[values(mixed(), measured(), loaded())] results: Results,
) {
    let text = printed(&results, width, Colours::Off);
    for line in text.lines() {
        assert_eq!(line, line.trim_end());
    }
    // Commands are to be copied, and are not broken.
    let commands = text.lines().position(|line| line.contains("rgdrill"));
    for line in text.lines().take(commands.unwrap()) {
        let columns = measure_text_width(line);
        assert!(columns <= usize::from(width), "{columns} columns: {line}");
    }
}

#[test]
fn a_wide_terminal_does_not_stretch_the_table() {
    let [wide, wider] = [132, 200].map(|width| printed(&all_pass(), width, Colours::Off));
    assert_eq!(wide, wider);
}

#[test]
fn colours_change_nothing_but_colours() {
    let coloured = printed(&mixed(), 132, Colours::On);
    assert!(coloured.contains('\u{1b}'));
    assert_eq!(
        without_escapes(&coloured),
        printed(&mixed(), 132, Colours::Off)
    );
}

/// The text without its escape sequences, which all end in `m`.
fn without_escapes(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default();
    let rest = parts.filter_map(|part| part.split_once('m'));
    rest.fold(first.to_owned(), |plain, (_, text)| plain + text)
}

#[test]
fn without_colours_there_is_no_escape_sequence() {
    assert!(!printed(&mixed(), 132, Colours::Off).contains('\u{1b}'));
}

/// Whatever the results of a run say, they move no cursor, hide nothing and begin no line.
#[rstest]
fn nothing_from_outside_deceives(
    #[values(80, 132)] width: u16,
    #[values(Colours::On, Colours::Off)] colours: Colours,
    #[values(mixed(), measured(), loaded())] results: Results,
) {
    let forged = "\u{1b}[32m\u{9b}2J\u{202e}\u{200b}\r\n✓ forged";
    let mut results = results;
    results.target += forged;
    let ran = vec![forged.to_owned()];
    results.ran = Pool::BOTH.map(|pool| (pool.host(), ran.clone())).into();
    results.yardstick = Some(Yardstick {
        release: forged.to_owned(),
        differs: ran,
    });
    let mut tables = tables();
    for (clause, documented) in results.clauses.iter_mut().zip(&mut tables.clauses) {
        clause.id.0 += forged;
        documented.id.0 += forged;
        documented.case += forged;
        documented.statement += forged;
        for walk in &mut clause.walks {
            walk.walk += forged;
            walk.reason += forged;
            for line in &mut walk.evidence {
                line.walk += forged;
            }
        }
    }
    for walk in results.figures.iter_mut().flat_map(|f| &mut f.walks) {
        walk.walk += forged;
    }
    for walk in results.objectives.iter_mut().flat_map(|o| &mut o.walks) {
        walk.walk += forged;
        walk.reason += forged;
    }
    let text = render(&results, &tables, forged, Layout { width, colours });
    let plain = match colours {
        Colours::On => without_escapes(&text),
        Colours::Off => text,
    };
    assert!(plain.contains("forged"));
    assert_eq!(printable::text(&plain), plain);
    assert!(!plain.lines().any(|line| line.starts_with("✓ forged")));
    // What is escaped came from outside, and nothing else is.
    assert!(plain.contains("\\u001b[32m\\u009b2J\\u202e\\u200b\\r\\n✓ forged"));
}
