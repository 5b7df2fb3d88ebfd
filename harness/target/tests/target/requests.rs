//! Verbs as HTTP requests, their secrets, and the words of a target.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::Request;
use http::header::AUTHORIZATION;
use insta::assert_snapshot;
use model::claims::Capability;
use model::topology::Pool;
use model::verb::{About, Filter, Surface, Verb};
use rstest::rstest;
use target::BindError;
use target::binding::BoundVerb;

use crate::common::{
    about, about_of, command, http, reference, request, secrets, variables, vendor,
};

/// A request on a few lines, its credentials readable.
fn shown(request: &Request<Bytes>) -> String {
    let mut lines = vec![format!("{} {}", request.method(), request.uri())];
    for (name, value) in request.headers() {
        let value = value.to_str().expect("a text");
        let credentials = value
            .strip_prefix("Basic ")
            .and_then(|credentials| BASE64.decode(credentials).ok());
        let value = match credentials {
            Some(credentials) => String::from_utf8(credentials).expect("a text"),
            None => value.to_owned(),
        };
        lines.push(format!("{name}: {value}"));
    }
    lines.push(String::from_utf8(request.body().to_vec()).expect("a text"));
    lines.join("\n")
}

#[test]
fn the_reference_binds_every_verb_and_claims_every_capability() {
    let target = reference();
    let of_drills = Verb::ALL.into_iter();
    let of_drills: Vec<Verb> = of_drills
        .filter(|verb| !Verb::PROVISIONING.contains(verb))
        .collect();
    let bound: Vec<Verb> = target.verbs.keys().copied().collect();
    assert_eq!(
        bound, of_drills,
        "it knows who takes part without being told"
    );
    assert_eq!(target.claims().capabilities, Capability::ALL);
}

#[test]
fn the_reference_is_asked_in_these_requests() {
    let target = reference();
    let requests: Vec<String> = target
        .verbs
        .keys()
        .map(|verb| shown(&request(&target, *verb, &about_of(*verb))))
        .collect();
    assert_snapshot!(requests.join("\n\n"), @r#"
    POST /management/fail-over
    content-type: application/json
    authorization: administrator:drill
    {"disaster_mode":true,"pool":"primary","wait_time":"7s","what_if":false}

    POST /management/fail-back
    content-type: application/json
    authorization: administrator:drill
    {"pool":"primary","wait_time":"6s"}

    POST /management/export
    content-type: application/json
    authorization: administrator:drill
    {"owner":"primary","remove":false}

    POST /management/import
    content-type: application/json
    authorization: administrator:drill
    {"file":{"workflows":[1]},"overwrite_owner":false,"replace_settings":false,"resolve_names":false}

    POST /management/export
    content-type: application/json
    authorization: administrator:drill
    {"owner":"primary","remove":true}

    GET /management/shell/workflows?identity=primary&owner=primary
    authorization: administrator:drill


    PUT /management/shell/workflows/sales?parent=backup
    content-type: application/json
    authorization: administrator:drill
    {"description":"drilled"}

    POST /console/GetGroups
    authorization: alice:drill


    POST /console/SignIn
    content-type: application/json
    authorization: alice:drill
    {"group":"sales","parent":"backup"}

    POST /console/SignOut
    content-type: application/json
    authorization: alice:drill
    {"group":"sales","parent":"backup"}

    POST /console/CallOnBehalf
    content-type: application/json
    authorization: alice:drill
    {"callee":"carol","group":"sales"}
    "#);
}

#[rstest]
#[case(Filter::Default, "/management/shell/workflows?identity=primary")]
#[case(
    Filter::All,
    "/management/shell/workflows?identity=primary&show_all=true"
)]
#[case(
    Filter::Owner(Pool::Backup),
    "/management/shell/workflows?identity=primary&owner=backup"
)]
fn a_parameter_whose_variable_has_no_value_is_left_out(#[case] filter: Filter, #[case] uri: &str) {
    let about = About {
        filter: Some(filter),
        ..about()
    };
    assert_eq!(request(&reference(), Verb::List, &about).uri(), uri);
}

#[test]
fn a_value_cannot_leave_its_place_in_a_path_or_in_json() {
    let about = About {
        group: Some("a/../b?x=ü".to_owned()),
        value: Some(r#"","admin":true,""#.to_owned()),
        ..about()
    };
    let request = request(&reference(), Verb::Modify, &about);
    assert_eq!(
        request.uri(),
        "/management/shell/workflows/a%2F..%2Fb%3Fx%3D%C3%BC?parent=backup"
    );
    assert_eq!(request.body(), r#"{"description":"\",\"admin\":true,\""}"#);
}

#[test]
fn what_an_invocation_lacks_is_named() {
    let about = About {
        group: None,
        ..about()
    };
    let target = reference();
    let error = http(&target, Verb::SignIn)
        .request(&variables(&target, Verb::SignIn, &about), &secrets(&target))
        .unwrap_err();
    assert!(matches!(error, BindError::Absent(_)));
    assert_eq!(
        error.to_string(),
        "nothing is known to put in the place of `{group}`"
    );
}

#[test]
fn a_value_that_would_add_a_header_gives_no_request() {
    let about = About {
        agent: Some("alice\r\nx-admin: 1".to_owned()),
        ..about()
    };
    let target = vendor();
    let error = http(&target, Verb::GetGroups)
        .request(
            &variables(&target, Verb::GetGroups, &about),
            &secrets(&target),
        )
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the value for the header `x-user` cannot stand in a header"
    );
}

#[test]
fn no_secret_is_printed() {
    let target = vendor();
    let request = request(&target, Verb::GetGroups, &about());
    assert!(
        request.headers()[AUTHORIZATION]
            .to_str()
            .unwrap()
            .contains("s3cr3t")
    );
    assert!(!format!("{request:?}").contains("s3cr3t"));
    assert!(!format!("{:?}", secrets(&target)).contains("s3cr3t"));

    let command = command(&target, Verb::Modify)
        .invocation(&variables(&target, Verb::Modify, &about()))
        .unwrap();
    let travelling = serde_json::to_string(&command).unwrap();
    assert!(travelling.contains("VENDOR_TOKEN"));
    assert!(!travelling.contains("s3cr3t"));
    let command = command.reveal(&secrets(&target)).unwrap();
    assert_eq!(command.environment["TOKEN"], "s3cr3t");
    assert!(!format!("{command:?}").contains("s3cr3t"));
}

#[test]
fn what_a_pool_says_is_kept_without_secrets() {
    assert_eq!(
        secrets(&vendor()).redact("no such token: s3cr3t"),
        "no such token: [VENDOR_TOKEN]"
    );
}

#[test]
fn missing_secrets_are_named() {
    let error = vendor().secrets(|_| None).unwrap_err();
    assert_eq!(error.to_string(), "the environment lacks VENDOR_TOKEN");
}

#[test]
fn a_target_has_its_own_words_for_pools_and_surfaces() {
    let target = vendor();
    let about = About {
        filter: Some(Filter::All),
        surface: Some(Surface::ControlPanel),
        ..about()
    };
    let Some(BoundVerb::Http(http)) = target.bound(Verb::List, Some(Surface::ControlPanel)) else {
        panic!("bound by HTTP in the Control Panel");
    };
    let request = http
        .request(&variables(&target, Verb::List, &about), &secrets(&target))
        .unwrap();
    assert_eq!(request.uri(), "/gui/groups?pool=west.example.com&all=true");
}

#[test]
fn a_verb_is_bound_by_surface() {
    let target = vendor();
    let way = |verb, surface| target.bound(verb, surface);
    assert!(matches!(
        way(Verb::List, Some(Surface::ControlPanel)),
        Some(BoundVerb::Http(_))
    ));
    assert!(matches!(
        way(Verb::List, Some(Surface::Shell)),
        Some(BoundVerb::Command(_))
    ));
    assert!(way(Verb::Modify, Some(Surface::ControlPanel)).is_none());
    assert!(way(Verb::List, None).is_none());
    assert!(way(Verb::CallOnBehalf, None).is_none());
}

/// In JSON, what stands alone is of its own kind.
#[test]
fn who_takes_part_is_created_by_requests() {
    let target = vendor();
    assert_eq!(target.provisioning(), Verb::PROVISIONING);
    let requests = Verb::PROVISIONING.map(|verb| shown(&request(&target, verb, &about_of(verb))));
    assert_snapshot!(requests.join("\n\n"), @r#"
    PUT /agents/alice
    content-type: application/json
    {"home":"west.example.com","password":"s3cr3t"}

    PUT /pools/west.example.com/groups/sales
    content-type: application/json
    {"about":"alice,bob, round-robin","agents":["alice","bob"],"formal":true,"hidden":true,"order":"round-robin","ring":20}
    "#);
}
