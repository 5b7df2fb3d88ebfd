//! What a target calls its users and groups.

use model::Topology;
use model::file::SourceFile;
use model::topology::Pool;
use rstest::rstest;
use serde_json::json;
use target::Target;

use crate::common::VENDOR;

/// The vendor's file with a directory, and with credentials.
fn file(directory: &str, digest: &str) -> SourceFile {
    let secrets = "secrets:\n";
    let text = VENDOR.replacen(secrets, &format!("{directory}\n{digest}\n{secrets}"), 1);
    SourceFile::new("vendor.yaml", text)
}

/// What is said of the first thing that is wrong, with its place.
fn complaint(errors: &model::FileErrors) -> String {
    let error = errors.iter().next().expect("an error");
    let place = error.place().expect("a place");
    format!("{}:{}: {error}", place.line, place.column)
}

#[rstest]
#[case::twice(
    "directory: { callers: [anna, bert, anna] }",
    "45:36: `anna` is listed twice"
)]
#[case::shared(
    "directory:\n  agents: { primary: 1000-1999, backup: 1500-2999 }",
    "46:41: `1500` is listed among the agents homed in the primary as well"
)]
#[case::of_another_kind(
    "directory:\n  callers: 1000-1999\n  callees: [\"1234\"]",
    "47:12: `1234` is listed among the callers as well"
)]
#[case::taken(
    "directory: { callees: [primary] }",
    "45:24: the name `primary` is taken: the journal uses it for the drill's own parts"
)]
#[case::one_pool(
    "directory: { groups: { primary: 8000-8099 } }",
    "45:24: the key `backup` is missing here"
)]
#[case::unquoted(
    "directory: { callers: [1001] }",
    "45:24: a number stands in quotes, such as `\"1001\"`, so that no zero and no `+` before it is lost"
)]
#[case::no_number(
    "directory: { callers: 1001-20 }",
    "45:23: `1001-20` are no numbers: write the first and the last, with as many digits each, such as \
     `1000-1999` or `+493012300-+493012399`, or a list of names"
)]
fn what_is_wrong_with_a_directory_is_said_with_its_place(
    #[case] directory: &str,
    #[case] expected: &str,
) {
    let errors = Target::load(&file(directory, "")).expect_err("all in order");
    assert_eq!(complaint(&errors), expected);
}

#[test]
fn a_directory_has_as_many_entries_as_what_is_run_needs() {
    let topology: Topology = serde_json::from_value(json!({
        "topology": "small", "about": "",
        "agents": [{ "name": "paul", "home": "primary" }, { "name": "ben", "home": "backup" }],
        "callers": [{ "name": "rita" }, { "name": "rob" }, { "name": "roy" }],
        "groups": [],
    }))
    .unwrap();
    let listing = |callers: &str| {
        let file = file(&format!("directory: {{ callers: {callers} }}"), "");
        let target = Target::load(&file).unwrap();
        target.lists_enough_for([(&topology, None)].into_iter(), &file)
    };
    assert!(listing("1000-1002").is_ok());
    assert_eq!(
        complaint(&listing("1000-1001").unwrap_err()),
        "45:23: there are 2 entries, and the topology `small` has 3 callers"
    );
}

#[test]
fn who_is_listed_with_credentials_has_these_and_nobody_elses() {
    let digest = "\
sip-digest:
  user: \"{agent}\"
  password: \"{secret:VENDOR_TOKEN}\"
  callers: { user: guest, password: guest }
  by-name:
    \"1001\": { user: alice, password: \"of-{agent}\" }
    anna: { user: anna, password: own }";
    let file = file("directory: { callers: [anna, bert] }", digest);
    let target = Target::load(&file).unwrap();
    let secrets = target.secrets(|_| Some("s3cret".to_owned())).unwrap();
    let of_agent = |name| target.credentials(name, Pool::Primary, &secrets).unwrap();
    let of_caller = |name| target.caller_credentials(name, &secrets).unwrap();
    let pair = |user: &str, password: &str| (user.to_owned(), password.to_owned());
    assert_eq!(of_agent("1001"), pair("alice", "of-1001"));
    assert_eq!(of_agent("1002"), pair("1002", "s3cret"));
    assert_eq!(of_caller("anna"), pair("anna", "own"));
    assert_eq!(of_caller("bert"), pair("guest", "guest"));
}
