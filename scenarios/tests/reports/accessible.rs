//! Pages, as axe-core sees them: whether everybody can read and use them.
//!
//! axe-core (Mozilla Public License 2.0) is no part of this repository: the variable names its file.

use std::fs;
use std::sync::OnceLock;

use libtest_mimic::Failed;
use serde_json::json;

use crate::Test;
use crate::browser::Browser;
use crate::run::Run;

/// The variable that names `axe.min.js`.
pub(crate) const AXE: &str = "RGDRILL_AXE";

pub(crate) const TESTS: &[Test] = &[
    ("everybody_can_use_the_page", || {
        accessible(&failed().page(), 1400)
    }),
    ("everybody_can_use_the_page_on_a_telephone", || {
        accessible(&failed().page(), 400)
    }),
];

/// A run of one walk, for axe-core looks at each dot of a timeline; with several verdicts.
fn failed() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| Run::of(&["--walk", "imported-kill", "--mutant", "never-fenced"]))
}

/// Nothing is serious or critical by axe-core's rules, with every clause open, and the timeline.
fn accessible(address: &str, width: u32) -> Result<(), Failed> {
    let axe = fs::read_to_string(std::env::var(AXE)?)?;
    let browser = Browser::open(width, 1000);
    browser.go(address);
    browser.run("for (const each of document.querySelectorAll('.clause')) each.open = true;");
    browser.run("document.querySelector('.walk').open = true;");
    browser.run(&axe);
    browser.run(
        "axe.run({ resultTypes: ['violations'] }).then(found => window.found = found.violations);",
    );
    browser.wait("window.found && { all: window.found.length }");
    let grave = browser.run(
        "return window.found.filter(rule => ['serious', 'critical'].includes(rule.impact))
            .map(rule => [rule.id, rule.help, rule.nodes.slice(0, 3).map(node => node.html)])",
    );
    match grave == json!([]) {
        true => Ok(()),
        false => Err(format!("{grave:#}").into()),
    }
}
