//! What a pipeline shows of a run on its page.

use insta::assert_snapshot;
use report::reports::markdown::render;

use crate::sample::{loaded, measured, mixed, tables};

#[test]
fn a_run_with_every_verdict_is_told_in_short() {
    assert_snapshot!(render(&mixed(), &tables()));
}

#[test]
fn figures_and_objectives_are_tables() {
    let text = render(&measured(), &tables());
    assert!(text.contains("### Objectives\n"), "{text}");
    assert!(text.contains("### Figures over all walks\n"), "{text}");
}

#[test]
fn a_load_is_a_table() {
    let text = render(&loaded(), &tables());
    assert_snapshot!(text.split_once("### Load").unwrap().1);
}

/// Nothing from outside is Markdown or HTML, or gets out of its cell.
#[test]
fn what_targets_and_walks_say_is_plain_text() {
    let plain = render(&mixed(), &tables());
    let mut results = mixed();
    let said = "<script>a</script> | [b](javascript:c) ![d](//e) `f` @g **h**\n| i |";
    results.target = said.to_owned();
    for clause in &mut results.clauses {
        for walk in &mut clause.walks {
            walk.reason = said.to_owned();
        }
    }
    let text = render(&results, &tables());
    for markup in ["<script", "[b]", "](", "`", "@g", "**"] {
        assert!(!text.contains(markup), "{markup}: {text}");
    }
    let bars = |text: &str| {
        text.lines()
            .map(|line| line.matches('|').count())
            .collect::<Vec<_>>()
    };
    assert_eq!(bars(&text), bars(&plain));
}

#[test]
fn a_long_reason_is_cut() {
    let mut results = mixed();
    for walk in results
        .clauses
        .iter_mut()
        .flat_map(|clause| &mut clause.walks)
    {
        walk.reason = "x".repeat(100_000);
    }
    assert!(render(&results, &tables()).len() < 100_000);
}
