//! The registry: what is in it can be told apart, and does not get in the way of the run's own files.

use std::collections::BTreeSet;

use report::REPORTS;
use report::run_dir::{JOURNAL, TABLES};

#[test]
fn no_two_reports_have_the_same_name_or_file() {
    let names: BTreeSet<&str> = REPORTS.iter().map(|report| report.name).collect();
    let files: BTreeSet<&str> = REPORTS.iter().map(|report| report.file).collect();
    let count = REPORTS.iter().count();
    assert_eq!((names.len(), files.len()), (count, count));
}

#[test]
fn no_report_is_written_over_what_a_run_is_judged_from() {
    let mut files = REPORTS.iter().map(|report| report.file);
    assert!(files.all(|file| ![JOURNAL, TABLES].contains(&file)));
}

#[test]
fn certificates_have_records_and_no_views() {
    let sealed: Vec<&str> = REPORTS.sealed().map(|report| report.file).collect();
    assert_eq!(sealed, ["results.json", "junit.xml"]);
    assert!(!REPORTS.seals("report.html"));
}
