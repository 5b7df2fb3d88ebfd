//! Verbs as commands.

use model::topology::Pool;
use model::verb::{About, Filter, Verb, VerbOutcome};
use rstest::rstest;

use crate::common::{about, about_of, command, refused, secrets, variables, vendor};

#[rstest]
#[case(Filter::Default, &["rgs", "list", "west.example.com"])]
#[case(Filter::All, &["rgs", "list", "west.example.com", "--all=true"])]
#[case(Filter::Owner(Pool::Backup), &["rgs", "list", "west.example.com", "--owner=east.example.com"])]
fn an_argument_whose_variable_has_no_value_is_left_out(
    #[case] filter: Filter,
    #[case] arguments: &[&str],
) {
    let target = vendor();
    let about = About {
        filter: Some(filter),
        ..about()
    };
    let command = command(&target, Verb::List)
        .invocation(&variables(&target, Verb::List, &about))
        .unwrap()
        .reveal(&secrets(&target))
        .unwrap();
    assert_eq!(command.arguments, arguments);
}

#[test]
fn a_value_stays_one_argument() {
    let target = vendor();
    let about = About {
        value: Some("two words; rm -rf /".to_owned()),
        ..about()
    };
    let command = command(&target, Verb::Modify)
        .invocation(&variables(&target, Verb::Modify, &about))
        .unwrap()
        .reveal(&secrets(&target))
        .unwrap();
    assert_eq!(
        command.arguments,
        ["rgs", "describe", "sales", "two words; rm -rf /"]
    );
}

#[test]
fn an_export_goes_into_a_command_as_it_was_captured() {
    let target = vendor();
    let command = command(&target, Verb::Import)
        .invocation(&variables(&target, Verb::Import, &about_of(Verb::Import)))
        .unwrap()
        .reveal(&secrets(&target))
        .unwrap();
    assert_eq!(command.stdin, r#"{"workflows":[1]}"#);
}

#[test]
fn an_import_may_be_of_something_else_than_the_export() {
    let target = vendor();
    let about = About {
        value: Some("no export".to_owned()),
        ..about()
    };
    let command = command(&target, Verb::Import)
        .invocation(&variables(&target, Verb::Import, &about))
        .unwrap()
        .reveal(&secrets(&target))
        .unwrap();
    assert_eq!(command.stdin, "no export");
}

#[rstest]
#[case::success(0, "", "", VerbOutcome::Done)]
#[case::not_there(127, "", "rgs: not found", VerbOutcome::Unsupported)]
#[case::reason_on_standard_error(
    3,
    "",
    "the pool is\n fenced\n",
    refused("exit code 3: the pool is\n fenced\n")
)]
#[case::reason_on_standard_output(1, "fenced", "", refused("exit code 1: fenced"))]
#[case::no_reason(1, "", "", refused("exit code 1"))]
fn an_exit_code_says_how_a_command_ended(
    #[case] exit: u16,
    #[case] stdout: &str,
    #[case] stderr: &str,
    #[case] outcome: VerbOutcome,
) {
    let target = vendor();
    let command = command(&target, Verb::Modify);
    let reading = command.read(exit, stdout.as_bytes(), stderr.as_bytes(), &target.words);
    assert_eq!(reading.outcome, outcome);
}
