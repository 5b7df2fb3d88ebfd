//! The honesty probe, against servers that say one thing to everything.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use conductor::{HonestyError, PreflightError, honesty, preflight};
use lab::Lab as _;
use lab::sim::{Pools, Server, SimLab, SimSpec};
use model::Topology;
use model::claims::Capability;
use model::fault::{Fault, FaultKind};
use model::file::SourceFile;
use model::host::HostName;
use model::impairment::Links;
use model::topology::Pool;
use model::verb::Verb;
use model::walk::Timing;
use node::sim::Boot;
use node::{Input, Node, Now, Outputs};
use target::Target;

/// A server that says one thing to every request, and nothing else to anybody.
struct Parrot {
    status: u16,
    body: &'static str,
}

impl Node for Parrot {
    type Command = Infallible;
    type Event = String;

    fn handle(&mut self, _: Now, input: Input<Infallible>, out: &mut Outputs<String>) {
        if let Input::Request { id, .. } = input {
            let response = http::Response::builder().status(self.status);
            out.respond(
                id,
                response
                    .body(Bytes::from_static(self.body.as_bytes()))
                    .unwrap(),
            );
        }
    }

    fn deadline(&self) -> Option<Now> {
        None
    }
}

/// A server that says nothing to anybody.
struct Mute;

impl Node for Mute {
    type Command = Infallible;
    type Event = String;

    fn handle(&mut self, _: Now, _: Input<Infallible>, _: &mut Outputs<String>) {}

    fn deadline(&self) -> Option<Now> {
        None
    }
}

/// Pools of which only the backup says something: the same to every request.
struct LateYes {
    body: &'static str,
}

impl Pools for LateYes {
    fn pool(&self, pool: Pool, _: Boot) -> Server {
        match pool {
            Pool::Primary => Box::new(Mute),
            Pool::Backup => Box::new(Parrot {
                status: 200,
                body: self.body,
            }),
        }
    }

    fn database(&self, _: Pool, _: Boot) -> Server {
        Box::new(Mute)
    }
}

struct Parrots {
    status: u16,
    body: &'static str,
}

impl Pools for Parrots {
    fn pool(&self, _: Pool, _: Boot) -> Server {
        Box::new(Parrot {
            status: self.status,
            body: self.body,
        })
    }

    fn database(&self, pool: Pool, boot: Boot) -> Server {
        self.pool(pool, boot)
    }
}

fn topology() -> Topology {
    let text = "
topology: small
about: one agent and one group of each pool
agents:
  - { name: pia, home: primary }
  - { name: ben, home: backup }
callers: [{ name: rita }]
callees: [carol]
groups:
  - { name: sales, owner: primary, calls: regular, members: [pia] }
  - { name: reception, owner: backup, calls: regular, members: [ben] }
";
    model::yaml::load("small.yaml", text).unwrap()
}

fn target() -> Target {
    let text = include_str!("../../../scenarios/targets/reference.yaml");
    Target::load(&SourceFile::new("reference.yaml", text)).unwrap()
}

fn lab(topology: Topology, target: Target, pools: impl Pools + 'static) -> SimLab {
    let secrets = target.secrets(|_| None).unwrap();
    let spec = SimSpec {
        topology,
        timing: Timing::default(),
        target: Arc::new(target),
        secrets,
        links: Links::default(),
        background: None,
        logs: None,
        seed: 1,
    };
    SimLab::new(&spec, Arc::new(pools)).unwrap()
}

/// What comes of the questions about agents and groups.
fn asked(status: u16, body: &'static str) -> Result<(), HonestyError> {
    let (topology, target) = (topology(), target());
    let with_stranger = honesty::with_stranger(&topology);
    let mut lab = lab(with_stranger, target.clone(), Parrots { status, body });
    honesty::ask(&mut lab, &topology, &target)
}

#[test]
fn a_server_that_says_yes_to_everything_is_refused() {
    let error = asked(200, "{}").unwrap_err();
    assert!(matches!(error, HonestyError::SaysYes { .. }), "{error}");
    assert!(error.to_string().contains("says yes to"), "{error}");
}

#[test]
fn so_it_is_where_there_is_no_stranger() {
    let (topology, target) = (topology(), target());
    for (status, says) in [(200, "says yes to"), (403, "does not say yes to")] {
        let pools = Parrots { status, body: "{}" };
        let mut lab = lab(topology.clone(), target.clone(), pools);
        let error = honesty::ask_without_stranger(&mut lab, &topology, &target).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(
            !error.to_string().contains("does not exist, who"),
            "{error}"
        );
    }
}

#[test]
fn so_is_one_that_even_lists_what_is_expected() {
    let body = r#"{"rows":[{"name":"sales","owner":"primary","parent":"primary","description":""}],
                   "groups":[{"name":"sales","owner":"primary","parent":"primary","signed_in":true}]}"#;
    let error = asked(200, body).unwrap_err();
    assert!(matches!(error, HonestyError::SaysYes { .. }), "{error}");
}

/// The primary gives no answer: the partner, who is asked next, does.
#[test]
fn so_is_one_whose_partner_says_yes_to_what_cannot_be() {
    let (topology, mut target) = (topology(), target());
    target.capabilities = vec![Capability::AgentConsole];
    let with_stranger = honesty::with_stranger(&topology);
    let body =
        r#"{"groups":[{"name":"sales","owner":"primary","parent":"primary","signed_in":true}]}"#;
    let mut lab = lab(with_stranger, target.clone(), LateYes { body });
    let error = honesty::ask(&mut lab, &topology, &target).unwrap_err();
    assert!(matches!(error, HonestyError::SaysYes { .. }), "{error}");
}

#[test]
fn a_server_that_says_no_to_everything_is_refused() {
    for status in [403, 501] {
        let error = asked(status, "{}").unwrap_err();
        assert!(matches!(error, HonestyError::SaysNo { .. }), "{error}");
    }
}

/// What comes of the questions about pools, where only these verbs are bound.
fn asked_of_no_pool(verbs: &[Verb]) -> Result<(), HonestyError> {
    let mut target = target();
    target.verbs.retain(|verb, _| verbs.contains(verb));
    let pools = Parrots {
        status: 200,
        body: "{}",
    };
    let mut lab = lab(topology(), honesty::of_no_pool(&target), pools);
    honesty::ask_of_no_pool(&mut lab, &topology(), &target)
}

#[test]
fn a_server_that_does_something_to_a_pool_that_does_not_exist_is_refused() {
    for verb in [
        Verb::FailOver,
        Verb::FailBack,
        Verb::Export,
        Verb::RemoveExported,
    ] {
        let error = asked_of_no_pool(&[verb]).unwrap_err();
        let verb = verb.word();
        assert_eq!(
            error.to_string(),
            format!("the target's `{verb}` says yes to a pool that does not exist")
        );
    }
    // The reference pools' import names no pool.
    assert!(asked_of_no_pool(&[Verb::Import]).is_ok());
}

#[test]
fn a_server_that_imports_what_is_no_export_is_refused() {
    let mut target = target();
    target.capabilities = vec![Capability::Import];
    let topology = topology();
    let pools = Parrots {
        status: 200,
        body: "{}",
    };
    let mut lab = lab(topology.clone(), target.clone(), pools);
    let error = honesty::ask(&mut lab, &topology, &target).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the target's `import` says yes to what is no export"
    );
}

// ---- the network ------------------------------------------------------------------------------

/// A lab in which the primary's host is cut off from all others.
fn impaired(target: Target, status: u16) -> SimLab {
    let mut lab = lab(topology(), target, Parrots { status, body: "{}" });
    let cut_off = Fault {
        kind: FaultKind::ISOLATE,
        hosts: vec![HostName::PRIMARY],
    };
    lab.inject(&cut_off).unwrap();
    lab
}

#[test]
fn hosts_that_do_not_hear_each_other_are_no_lie_of_the_target_s() {
    for status in [200, 403, 500] {
        let mut lab = impaired(target(), status);
        let asked = honesty::ask_without_stranger(&mut lab, &topology(), &target());
        let error = asked.unwrap_err();
        assert!(
            matches!(
                error,
                HonestyError::Network(PreflightError::NotHeard { .. })
            ),
            "{error}"
        );
        assert!(
            error.to_string().contains("do not reach each other"),
            "{error}"
        );
    }
}

#[test]
fn a_preflight_asks_nothing_of_pools() {
    let parrots = Parrots {
        status: 500,
        body: "",
    };
    let mut lab = lab(topology(), target(), parrots);
    preflight(&mut lab, &topology()).unwrap();
}
