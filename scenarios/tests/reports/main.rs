//! The reports, as those get them for whom they are: `report.html` in Chromium, `calls.pcapng` in
//! tshark, `junit.xml` by the schema of Jenkins' xUnit plugin.
//!
//! Where a program is not installed, its tests are listed as ignored.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

mod accessible;
mod browser;
mod hostile;
mod junit;
mod packets;
mod page;
mod run;

use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

type Test = (&'static str, fn() -> Result<(), Failed>);

fn main() {
    let mut arguments = Arguments::from_args();
    // A browser needs a core for itself.
    arguments.test_threads.get_or_insert(2);
    let has_axe = std::env::var_os(accessible::AXE).is_some();
    let accessible = trials(Some("chromedriver"), accessible::TESTS)
        .map(|trial| trial.with_ignored_flag(!has_axe || !is_installed("chromedriver")));
    let trials = trials(None, page::PLAIN)
        .chain(accessible)
        .chain(trials(Some("chromedriver"), page::TESTS))
        .chain(trials(Some("tshark"), packets::TESTS))
        .chain(trials(Some("xmllint"), junit::TESTS));
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn trials(tool: Option<&'static str>, tests: &'static [Test]) -> impl Iterator<Item = Trial> {
    let missing = tool.filter(|tool| !is_installed(tool));
    tests.iter().map(move |(name, test)| {
        let name = match tool {
            Some(tool) => format!("{tool}::{name}"),
            None => (*name).to_owned(),
        };
        let kind = missing.map_or_else(String::new, |tool| format!("{tool} is not installed"));
        Trial::test(name, *test)
            .with_kind(kind)
            .with_ignored_flag(missing.is_some())
    })
}

fn is_installed(tool: &str) -> bool {
    let mut command = Command::new(tool);
    let quiet = command.arg("--version").stdin(Stdio::null());
    quiet.output().is_ok_and(|output| output.status.success())
}
