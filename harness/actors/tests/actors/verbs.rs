//! How administrators and agents have things done.

use crate::laboratory::{Laboratory, Script, adapter, address_book, ms};
use actors::{Administrator, Command, Operation, SECOND_POOL};
use model::journal::event::Event;
use model::shared::Shared;
use model::topology::{Behaviour, Pool};
use model::verb::{About, Row, Verb, VerbOutcome};
use node::sim::Ports;

const VERBS: &str = r#"
  export:
    http: { method: POST, path: /export, query: { owner: "{owner}" }, read: { capture: { export: "" } } }
  import:
    http: { method: POST, path: /import, body: { json: { file: "{export}" } }, read: { why: /error } }
  fail-over:
    two-step:
      begin:
        http: { method: POST, path: /fail-over, body: { json: { wait: "{wait-time}" } }, read: { capture: { job: /job } } }
      finish:
        ask: { http: { method: GET, path: "/jobs/{captured:job}", timeout: 1s } }
        pending: { equals: { at: /done, value: false } }
        every: 500ms
        within: 10s
  get-groups:
    http:
      method: POST
      path: /groups
      authorization: { basic: { user: "{agent}", password: secret } }
      timeout: 2s
      read: { rows: { at: /groups, group: /name, owner: /owner, parent: /parent, signed-in: /signed-in } }
  remove-exported:
    http: { method: POST, at: { host: backup }, path: "/remove/{owner}" }
  modify:
    http: { method: POST, at: { host: backup }, port: 9090, path: /modify }
  fail-back:
    command: { in: here, run: [fail, back] }
"#;

const fn http(answers: &'static [(u16, &'static str)]) -> Script {
    Script {
        invite: crate::laboratory::OnInvite::Answer,
        register: 200,
        http: answers,
    }
}

/// Two pools that answer so, an administrator, and an agent homed in the primary.
fn laboratory(primary: Script, backup: Script) -> Laboratory {
    let mut laboratory = Laboratory::with_pools(primary, backup);
    laboratory.add("administrator", 10, Ports::new(), |_| {
        Box::new(Administrator::new(address_book(), adapter(VERBS)))
    });
    laboratory.add_agent("bob", 11, Behaviour::default(), adapter(VERBS));
    laboratory
}

fn tell(laboratory: &mut Laboratory, who: &str, id: u64, verb: Verb, at: Pool) {
    let about = About {
        owner: Some(Pool::Primary),
        ..About::default()
    };
    let command = Command::Verb(Operation {
        id,
        verb,
        at,
        fallback: (who == "bob").then_some(at.partner()),
        about,
    });
    laboratory.tell(who, command);
}

type Ended = (u64, Pool, VerbOutcome, Option<Vec<Row>>);

fn ended(laboratory: &Laboratory, who: &str) -> Vec<Ended> {
    let ended = |event| match event {
        Event::VerbEnded {
            id,
            at,
            outcome,
            rows,
            ..
        } => Some((id, at, outcome, rows.map(Shared::into_own))),
        _ => None,
    };
    laboratory
        .events(who)
        .into_iter()
        .filter_map(ended)
        .collect()
}

fn no_answer(why: &str) -> VerbOutcome {
    VerbOutcome::NoAnswer { why: why.into() }
}

/// What was asked of a pool by HTTP.
fn asked(laboratory: &Laboratory, pool: &str) -> Vec<String> {
    let notes = laboratory.notes(pool).into_iter();
    notes
        .filter(|note| note.starts_with("POST") || note.starts_with("GET"))
        .collect()
}

/// Whichever pool the verb is invoked at, and to a port of its own if it says so: nobody listens there.
#[test]
fn a_verb_may_be_asked_of_a_host_of_its_own() {
    let mut laboratory = laboratory(http(&[]), http(&[(200, "{}")]));
    for (id, verb) in [(1, Verb::RemoveExported), (2, Verb::Modify)] {
        tell(&mut laboratory, "administrator", id, verb, Pool::Primary);
        laboratory.run_until(100 * id);
    }
    assert!(asked(&laboratory, "primary").is_empty());
    assert_eq!(asked(&laboratory, "backup"), ["POST /remove/primary "]);
    let ended = ended(&laboratory, "administrator");
    assert_eq!(ended[0], (1, Pool::Primary, VerbOutcome::Done, None));
    assert!(
        matches!(
            ended[1..],
            [(2, Pool::Primary, VerbOutcome::NoAnswer { .. }, _)]
        ),
        "{ended:?}"
    );
}

#[test]
fn what_is_exported_is_there_to_be_imported() {
    let primary = http(&[(200, r#"{"workflows":["sales"]}"#)]);
    let backup = http(&[(409, r#"{"error":"the name is taken"}"#)]);
    let mut laboratory = laboratory(primary, backup);
    tell(
        &mut laboratory,
        "administrator",
        1,
        Verb::Export,
        Pool::Primary,
    );
    laboratory.run_until(100);
    tell(
        &mut laboratory,
        "administrator",
        2,
        Verb::Import,
        Pool::Backup,
    );
    laboratory.run_until(200);
    assert_eq!(
        asked(&laboratory, "primary"),
        ["POST /export?owner=primary "]
    );
    let import = r#"POST /import {"file":{"workflows":["sales"]}}"#;
    assert_eq!(asked(&laboratory, "backup"), [import]);
    let refused = VerbOutcome::Refused {
        why: "409: the name is taken".into(),
    };
    let expected = [
        (1, Pool::Primary, VerbOutcome::Done, None),
        (2, Pool::Backup, refused, None),
    ];
    assert_eq!(ended(&laboratory, "administrator"), expected);
}

#[test]
fn an_import_without_an_export_is_not_even_asked_for() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    tell(
        &mut laboratory,
        "administrator",
        1,
        Verb::Import,
        Pool::Backup,
    );
    laboratory.run_until(100);
    assert!(asked(&laboratory, "backup").is_empty());
    let outcome = no_answer("nothing is known to put in the place of `{export}`");
    assert_eq!(
        ended(&laboratory, "administrator"),
        [(1, Pool::Backup, outcome, None)]
    );
}

#[test]
fn a_verb_of_two_steps_is_asked_after_until_it_is_done() {
    let backup = http(&[
        (202, r#"{"job":"7"}"#),
        (200, r#"{"done":false}"#),
        (200, r#"{"done":false}"#),
        (200, r#"{"done":true}"#),
    ]);
    let mut laboratory = laboratory(Script::default(), backup);
    tell(
        &mut laboratory,
        "administrator",
        1,
        Verb::FailOver,
        Pool::Backup,
    );
    laboratory.run_until(5_000);
    let mut expected = vec![r#"POST /fail-over {"wait":"7s"}"#.to_owned()];
    expected.extend([
        "GET /jobs/7 ".to_owned(),
        "GET /jobs/7 ".to_owned(),
        "GET /jobs/7 ".to_owned(),
    ]);
    assert_eq!(asked(&laboratory, "backup"), expected);
    let done = ended(&laboratory, "administrator");
    assert_eq!(done, [(1, Pool::Backup, VerbOutcome::Done, None)]);
    let at = laboratory.story("administrator").last().unwrap().at;
    assert!((ms(1_500)..ms(1_520)).contains(&at), "{at}");
}

#[test]
fn a_verb_of_two_steps_that_is_never_done_is_given_up() {
    let backup = http(&[(202, r#"{"job":"7"}"#), (200, r#"{"done":false}"#)]);
    let mut laboratory = laboratory(Script::default(), backup);
    tell(
        &mut laboratory,
        "administrator",
        1,
        Verb::FailOver,
        Pool::Backup,
    );
    laboratory.run_until(60_000);
    let outcome = no_answer("timed out after 10s waiting for it to be done");
    assert_eq!(
        ended(&laboratory, "administrator"),
        [(1, Pool::Backup, outcome, None)]
    );
    let at = laboratory.story("administrator").last().unwrap().at;
    assert!((ms(10_000)..ms(10_050)).contains(&at), "{at}");
}

#[test]
fn what_the_target_does_not_bind_is_unsupported() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    tell(
        &mut laboratory,
        "administrator",
        1,
        Verb::List,
        Pool::Backup,
    );
    laboratory.run_until(100);
    let expected = [(1, Pool::Backup, VerbOutcome::Unsupported, None)];
    assert_eq!(ended(&laboratory, "administrator"), expected);
}

#[test]
fn a_command_is_for_labs_that_run_commands() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    tell(
        &mut laboratory,
        "administrator",
        1,
        Verb::FailBack,
        Pool::Backup,
    );
    laboratory.run_until(100);
    let outcome =
        no_answer("the target binds this to a command, and this lab does not run commands");
    assert_eq!(
        ended(&laboratory, "administrator"),
        [(1, Pool::Backup, outcome, None)]
    );
}

#[test]
fn a_dead_pool_gives_an_administrator_no_answer() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.sim.kill(laboratory.node("primary"));
    tell(
        &mut laboratory,
        "administrator",
        1,
        Verb::Export,
        Pool::Primary,
    );
    laboratory.run_until(100);
    let outcome = no_answer("the port is closed");
    assert_eq!(
        ended(&laboratory, "administrator"),
        [(1, Pool::Primary, outcome, None)]
    );
}

#[test]
fn an_agent_asks_the_partner_when_the_first_pool_gives_no_answer() {
    let backup = http(&[(
        200,
        r#"{"groups":[{"name":"sales","owner":"primary","parent":"backup","signed-in":true}]}"#,
    )]);
    let mut laboratory = laboratory(Script::default(), backup);
    laboratory.sim.freeze(laboratory.node("primary"));
    tell(&mut laboratory, "bob", 7, Verb::GetGroups, Pool::Primary);
    laboratory.run_until(3_000);
    let row = Row {
        group: "sales".into(),
        owner: Pool::Primary,
        parent: Pool::Backup,
        signed_in: Some(true),
        value: None,
        details: Default::default(),
    };
    let expected = [
        (7, Pool::Primary, no_answer("no reply within 2s"), None),
        (
            7 + SECOND_POOL,
            Pool::Backup,
            VerbOutcome::Done,
            Some(vec![row]),
        ),
    ];
    assert_eq!(ended(&laboratory, "bob"), expected);
    let invoked = laboratory
        .events("bob")
        .into_iter()
        .filter_map(|event| match event {
            Event::VerbInvoked { id, at, about, .. } => Some((id, at, about.agent)),
            _ => None,
        });
    let bob = || Some("bob".to_owned());
    let expected = [
        (7, Pool::Primary, bob()),
        (7 + SECOND_POOL, Pool::Backup, bob()),
    ];
    assert_eq!(invoked.collect::<Vec<_>>(), expected);
}

#[test]
fn an_agent_who_is_refused_does_not_ask_elsewhere() {
    let mut laboratory = laboratory(http(&[(503, "{}")]), Script::default());
    tell(&mut laboratory, "bob", 7, Verb::GetGroups, Pool::Primary);
    laboratory.run_until(3_000);
    assert!(matches!(
        ended(&laboratory, "bob")[..],
        [(7, Pool::Primary, VerbOutcome::Refused { .. }, None)]
    ));
    assert!(asked(&laboratory, "backup").is_empty());
}

#[test]
fn an_agent_does_no_administration() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    tell(&mut laboratory, "bob", 7, Verb::FailOver, Pool::Backup);
    laboratory.run_until(100);
    assert!(ended(&laboratory, "bob").is_empty());
    let trouble = |event: &Event| matches!(event, Event::Trouble { .. });
    assert!(laboratory.events("bob").iter().any(trouble));
}
