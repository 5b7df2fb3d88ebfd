//! What answers mean.

use std::collections::BTreeMap;

use model::topology::Pool;
use model::verb::{Row, Verb, VerbOutcome};
use rstest::rstest;
use target::{Reading, Variables};

use crate::common::{http, reference, refused, secrets, vendor};

fn unreadable(why: &str) -> VerbOutcome {
    VerbOutcome::NoAnswer {
        why: format!("the answer says that it is done, and cannot be read: {why}"),
    }
}

#[rstest]
#[case::done(200, "{}", VerbOutcome::Done)]
#[case::done_whatever_is_said(204, "", VerbOutcome::Done)]
#[case::unsupported(501, "", VerbOutcome::Unsupported)]
#[case::forbidden(403, r#"{"error":"fenced"}"#, refused("403: fenced"))]
#[case::unavailable(503, r#"{"error":"fenced"}"#, refused("503: fenced"))]
#[case::without_json(500, "<h1>oh\nno</h1>", refused("500: <h1>oh\nno</h1>"))]
#[case::without_a_word(404, "", refused("404"))]
#[case::redirected(302, "", refused("302"))]
fn a_status_code_says_how_a_request_ended(
    #[case] status: u16,
    #[case] body: &str,
    #[case] outcome: VerbOutcome,
) {
    let target = reference();
    let reading = http(&target, Verb::Modify).read(status, body.as_bytes(), &target.words);
    assert_eq!(
        reading,
        Reading {
            outcome,
            rows: None,
            captured: BTreeMap::new(),
        }
    );
}

/// A full disk is the environment's: neither a refusal nor anything else that is said of the verb.
#[test]
fn a_full_disk_is_no_answer_whatever_the_target_says_of_its_answers() {
    let full = VerbOutcome::NoAnswer {
        why: "a disk is full: 507: no room".to_owned(),
    };
    let target = reference();
    let body = br#"{"error":"no room"}"#;
    let reading = http(&target, Verb::Modify).read(507, body, &target.words);
    assert_eq!(reading.outcome, full);
    let target = vendor();
    let body = br#"{"ok":true,"groups":[]}"#;
    let reading = http(&target, Verb::GetGroups).read(507, body, &target.words);
    assert!(matches!(reading.outcome, VerbOutcome::NoAnswer { .. }));
}

/// The vendor answers 200 to everything, and says in the body how it ended.
#[rstest]
#[case::done(r#"{"ok":true,"groups":[]}"#, VerbOutcome::Done)]
#[case::refused(
    r#"{"ok":false,"fault":{"text":"who are you?"}}"#,
    refused("200: who are you?")
)]
#[case::unsupported(r#"{"ok":false,"fault":{"code":9}}"#, VerbOutcome::Unsupported)]
#[case::neither(r#"{"ok":null}"#, refused(r#"200: {"ok":null}"#))]
#[case::no_json("ok", refused("200: ok"))]
fn a_target_can_say_what_its_answers_mean(#[case] body: &str, #[case] outcome: VerbOutcome) {
    let target = vendor();
    let reading = http(&target, Verb::GetGroups).read(200, body.as_bytes(), &target.words);
    assert_eq!(reading.outcome, outcome);
}

#[test]
fn rows_are_read_from_where_the_target_says() {
    let body = r#"{"groups":[
        {"name":"sales","owner":"primary","parent":"primary","formal":true,"signed_in":false},
        {"name":"sales","owner":"primary","parent":"backup","formal":true,"signed_in":true}
    ]}"#;
    let target = reference();
    let reading = http(&target, Verb::GetGroups).read(200, body.as_bytes(), &target.words);
    let row = |parent, signed_in| Row {
        group: "sales".to_owned(),
        owner: Pool::Primary,
        parent,
        signed_in: Some(signed_in),
        value: None,
        details: Default::default(),
    };
    assert_eq!(
        reading.rows,
        Some(vec![row(Pool::Primary, false), row(Pool::Backup, true)])
    );
}

#[test]
fn details_are_read_as_the_target_writes_them_and_those_that_are_not_there_are_not() {
    let body = r#"{"rows":[
        {"name":"sales","owner":"primary","parent":"primary","description":"",
         "agent_groups":[{"agents":["pia","ben"]}]}
    ]}"#;
    let target = reference();
    let reading = http(&target, Verb::List).read(200, body.as_bytes(), &target.words);
    let rows = reading.rows.unwrap_or_default();
    let details: Vec<(&str, &str)> = rows
        .iter()
        .flat_map(|row| &row.details)
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    assert_eq!(details, [("agent groups", r#"[{"agents":["pia","ben"]}]"#)]);
}

#[rstest]
#[case::no_list("{}", "there is no list at `/rows`")]
#[case::no_json("", "there is no list at `/rows`")]
#[case::no_name(r#"{"rows":[{"owner":"primary"}]}"#, "a row has no text at `/name`")]
#[case::no_pool(
    r#"{"rows":[{"name":"sales","owner":"mars","parent":"primary","description":""}]}"#,
    "a row has `mars` at `/owner`, which is no pool"
)]
fn a_listing_that_cannot_be_read_is_no_answer(#[case] body: &str, #[case] why: &str) {
    let target = reference();
    let reading = http(&target, Verb::List).read(200, body.as_bytes(), &target.words);
    assert_eq!(reading.outcome, unreadable(why));
    assert_eq!(reading.rows, None);
}

#[test]
fn a_refused_listing_lists_nothing() {
    let target = reference();
    let body = r#"{"error":"the database of primary cannot be read","rows":[]}"#;
    let reading = http(&target, Verb::List).read(503, body.as_bytes(), &target.words);
    assert_eq!(
        reading.outcome,
        refused("503: the database of primary cannot be read")
    );
    assert_eq!(reading.rows, None);
}

#[test]
fn an_export_is_kept_to_the_byte_and_imported_as_json() {
    let target = reference();
    let body = "{\n \"schema\": \"rgs-export/1\" }";
    let reading = http(&target, Verb::Export).read(200, body.as_bytes(), &target.words);
    assert_eq!(
        reading.captured,
        BTreeMap::from([("export".to_owned(), body.to_owned())])
    );

    let variables = Variables::default().with_captured(&reading.captured);
    let request = http(&target, Verb::Import)
        .request(&variables, &secrets(&target))
        .unwrap();
    let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["file"]["schema"], "rgs-export/1");
}

/// It is whole until no secret is in it.
#[test]
fn a_long_reason_is_cut_when_it_is_told() {
    let target = reference();
    let body = "ä ".repeat(1_000);
    let reading = http(&target, Verb::Modify).read(500, body.as_bytes(), &target.words);
    let whole = format!("500: {body}");
    assert_eq!(reading.outcome, refused(&whole));
    let told = secrets(&target).told(&whole);
    assert_eq!(told.chars().count(), 301);
    assert!(told.ends_with("ä…"), "{told}");
}
