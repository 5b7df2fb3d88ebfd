//! `results.json`, as others read it.

use model::results::Results;
use rstest::rstest;

use crate::sample::{all_pass, loaded, mixed};

#[rstest]
#[case::all_pass(all_pass())]
#[case::mixed(mixed())]
#[case::under_a_load(loaded())]
fn what_was_written_is_read_again(#[case] results: Results) {
    let json = results.to_json().unwrap();
    assert_eq!(Results::from_json(&json).unwrap(), results);
}

#[rstest]
#[case::passed(all_pass(), 0)]
#[case::failed(mixed(), 1)]
fn the_exit_code_is_that_of_the_verdicts(#[case] results: Results, #[case] code: u8) {
    assert_eq!(results.exit_code.code(), code);
}
