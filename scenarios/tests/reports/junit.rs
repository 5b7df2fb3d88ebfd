//! `junit.xml` by the schema of Jenkins' xUnit plugin, as xmllint reads it.

use std::process::Command;

use libtest_mimic::Failed;

use crate::run::{Run, whole};
use crate::{Test, hostile};

pub(crate) const TESTS: &[Test] = &[
    ("a_run_that_passed_is_valid", || valid(whole())),
    ("repetitions_and_objectives_are_valid", || {
        valid(&Run::of(&[
            "--walk",
            "imported-reject",
            "--repeat",
            "2",
            "--rto",
            "1ms",
        ]))
    }),
    ("a_hostile_run_is_valid", || valid(hostile::run())),
];

const SCHEMA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/scenarios/tests/reports/junit-10.xsd"
);

fn valid(run: &Run) -> Result<(), Failed> {
    let mut command = Command::new("xmllint");
    let command = command.args(["--noout", "--nonet", "--schema", SCHEMA]);
    let output = command.arg(run.path("junit.xml")).output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}
