//! The simulated lab, with pools that do nothing but answer OPTIONS: what probes see of each fault.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use actors::{Command, Operation};
use lab::contract::ADMINISTRATOR;
use lab::sim::{Pools, Server, SimSpec};
use lab::{Addresses, Lab, LabError, Observed, SimLab};
use model::fault::{Fault, FaultKind};
use model::host::{Host, HostName, Site};
use model::impairment::{Impairment, Links};
use model::journal::event::{Clock, Event};
use model::reach::Reach;
use model::shared::Shared;
use model::topology::Pool;
use model::verb::Verb;
use model::walk::Timing;
use node::sim::Boot;
use node::{Input, Node, Now, Outputs};
use rstest::rstest;
use serde_json::{from_value, json};
use target::Secrets;

// ---- a lab with tiny pools ----------------------------------------------------------------

/// Answers whatever SIP request comes, and logs its start.
struct TinyPool;

/// Answers whatever is requested.
struct TinyDatabase;

impl Node for TinyPool {
    type Command = Infallible;
    type Event = String;

    fn handle(&mut self, _: Now, input: Input<Infallible>, out: &mut Outputs<String>) {
        match input {
            Input::Start => out.event("started".to_owned()),
            Input::Datagram { at, from, bytes } => {
                let request = String::from_utf8_lossy(&bytes).into_owned();
                let headers = request
                    .split_once("\r\n")
                    .map_or("", |(_, headers)| headers);
                out.datagram(at, from, format!("SIP/2.0 200 OK\r\n{headers}"));
            }
            _ => {}
        }
    }

    fn deadline(&self) -> Option<Now> {
        None
    }
}

impl Node for TinyDatabase {
    type Command = Infallible;
    type Event = String;

    fn handle(&mut self, _: Now, input: Input<Infallible>, out: &mut Outputs<String>) {
        if let Input::Request { id, .. } = input {
            out.respond(id, http::Response::default());
        }
    }

    fn deadline(&self) -> Option<Now> {
        None
    }
}

struct TinyPools;

impl Pools for TinyPools {
    fn pool(&self, _: Pool, _: Boot) -> Server {
        Box::new(TinyPool)
    }

    fn database(&self, _: Pool, _: Boot) -> Server {
        Box::new(TinyDatabase)
    }
}

fn spec(seed: u64) -> SimSpec {
    let topology = json!({
        "topology": "small",
        "about": "One agent in each pool.",
        "agents": [
            { "name": "paul", "home": "primary" },
            { "name": "ben", "home": "backup" },
        ],
        "callers": [{ "name": "rita" }],
        "callees": ["carol"],
        "groups": [
            { "name": "sales", "owner": "primary", "calls": "regular", "members": ["paul", "ben"] },
        ],
    });
    let target = json!({
        "target": "tiny",
        "schema": "rgdrill-target/1",
        "about": "Pools that can do nothing.",
        "labs": ["sim"],
        "runs": "embedded",
        "ports": { "sip": 5060, "http": 8080 },
        "capabilities": [],
        "verbs": {},
    });
    SimSpec {
        topology: from_value(topology).unwrap(),
        timing: Timing::default(),
        target: Arc::new(from_value(target).unwrap()),
        secrets: Secrets::default(),
        links: Links::default(),
        background: None,
        logs: None,
        seed,
    }
}

fn lab() -> SimLab {
    SimLab::new(&spec(1), Arc::new(TinyPools)).unwrap()
}

/// Lets `span` pass, and gives all that was observed.
fn pass(lab: &mut SimLab, span: Duration) -> Vec<Observed> {
    let until = lab.now() + span;
    let mut observed = Vec::new();
    while let Some(next) = lab.next(until).unwrap() {
        observed.push(next);
    }
    observed
}

/// What the probes find in the end when nothing changes for two seconds.
fn findings(lab: &mut SimLab) -> BTreeMap<String, Findings> {
    let mut findings = BTreeMap::new();
    for observed in pass(lab, Duration::from_secs(2)) {
        if let Event::Probed {
            hosts,
            heard,
            pools,
            database,
        } = observed.event
        {
            let found = Findings {
                hosts,
                heard,
                pools,
                database,
            };
            findings.insert(observed.host, found);
        }
    }
    findings
}

#[derive(Debug, PartialEq)]
struct Findings {
    hosts: Shared<BTreeMap<HostName, Reach>>,
    heard: Shared<Vec<HostName>>,
    pools: Shared<BTreeMap<Pool, Reach>>,
    database: Option<Reach>,
}

fn fault(kind: FaultKind, hosts: &[HostName]) -> Fault {
    let hosts = hosts.to_vec();
    Fault { kind, hosts }
}

// ---- faults, as probes see them -----------------------------------------------------------

#[test]
fn when_all_is_well_every_host_reaches_and_hears_every_other() {
    let findings = findings(&mut lab());
    assert_eq!(findings.len(), HostName::PAIRED.len());
    for (at, found) in findings {
        assert_eq!((found.hosts.len(), found.heard.len()), (4, 4), "{at}");
        let reaches = found.hosts.values().chain(found.pools.values());
        assert!(
            reaches.copied().all(|reach| reach == Reach::Reached),
            "{at}: {found:?}"
        );
    }
}

/// What a client finds of the primary's host and pool, and whether it hears the host; and whether
/// the host hears the client, if its probe says anything at all.
#[rstest]
#[case(FaultKind::KILL, Reach::Reached, Reach::Closed, true, Some(true))]
#[case(FaultKind::FREEZE, Reach::Reached, Reach::Silent, true, Some(true))]
#[case(FaultKind::POWER_OFF, Reach::Silent, Reach::Silent, false, None)]
#[case(FaultKind::ISOLATE, Reach::Silent, Reach::Silent, false, Some(false))]
#[case(
    FaultKind::REJECT,
    Reach::Unreachable,
    Reach::Unreachable,
    false,
    Some(false)
)]
#[case(
    FaultKind::ONE_WAY_OUT,
    Reach::Silent,
    Reach::Silent,
    false,
    Some(true)
)]
#[case(FaultKind::ONE_WAY_IN, Reach::Silent, Reach::Silent, true, Some(false))]
fn each_fault_is_seen_from_both_sides_and_is_gone_when_healed(
    #[case] kind: FaultKind,
    #[case] host: Reach,
    #[case] pool: Reach,
    #[case] client_hears: bool,
    #[case] primary_hears: Option<bool>,
) {
    let mut lab = lab();
    let well = findings(&mut lab);

    let id = lab.inject(&fault(kind, &[HostName::PRIMARY])).unwrap();
    pass(&mut lab, Duration::from_secs(1));
    let affected = findings(&mut lab);
    let client = &affected["clients"];
    assert_eq!(client.hosts[&HostName::PRIMARY], host);
    assert_eq!(client.pools[&Pool::Primary], pool);
    assert_eq!(client.heard.contains(&HostName::PRIMARY), client_hears);
    assert_eq!(client.hosts[&HostName::BACKUP], Reach::Reached);
    let primary = affected.get("primary");
    let heard = primary.map(|primary| primary.heard.contains(&HostName::CLIENTS));
    assert_eq!(heard, primary_hears);

    lab.heal(id).unwrap();
    pass(&mut lab, Duration::from_secs(1));
    assert_eq!(findings(&mut lab), well);
}

#[rstest]
#[case(FaultKind::KILL, Some(Reach::Closed))]
#[case(FaultKind::FREEZE, Some(Reach::Silent))]
#[case(FaultKind::ISOLATE, Some(Reach::Reached))]
fn what_became_of_a_database_is_seen_on_its_own_host(
    #[case] kind: FaultKind,
    #[case] seen: Option<Reach>,
) {
    let mut lab = lab();
    let well = findings(&mut lab);
    let id = lab
        .inject(&fault(kind, &[HostName::PRIMARY_DATABASE]))
        .unwrap();
    pass(&mut lab, Duration::from_secs(2));
    let affected = findings(&mut lab);
    assert_eq!(affected["primary-database"].database, seen);
    assert_eq!(affected["backup-database"].database, Some(Reach::Reached));
    assert_eq!(affected["primary"].database, None);

    lab.heal(id).unwrap();
    pass(&mut lab, Duration::from_secs(2));
    assert_eq!(findings(&mut lab), well);
}

#[test]
fn what_pools_send_is_lost_as_often_as_the_walk_says() {
    let everything = Impairment {
        loss: "100%".parse().unwrap(),
        ..Impairment::default()
    };
    let links = Links {
        pools: Some(everything),
        ..Links::default()
    };
    let spec = SimSpec { links, ..spec(1) };
    let mut lab = SimLab::new(&spec, Arc::new(TinyPools)).unwrap();
    let found = findings(&mut lab);
    assert_eq!(found["clients"].pools[&Pool::Primary], Reach::Silent);
    assert_eq!(
        *found["clients"].heard,
        [HostName::PRIMARY_DATABASE, HostName::BACKUP_DATABASE]
    );
    let heard = &found["primary"].heard;
    assert!(heard.contains(&HostName::CLIENTS) && !heard.contains(&HostName::BACKUP));
}

#[test]
fn a_site_that_is_isolated_goes_on_within_itself() {
    let mut lab = lab();
    let site = [HostName::PRIMARY, HostName::PRIMARY_DATABASE];
    lab.inject(&fault(FaultKind::ISOLATE, &site)).unwrap();
    pass(&mut lab, Duration::from_secs(1));
    let primary = &findings(&mut lab)["primary"];
    assert_eq!(primary.hosts[&HostName::PRIMARY_DATABASE], Reach::Reached);
    assert_eq!(*primary.heard, [HostName::PRIMARY_DATABASE]);
    assert_eq!(primary.pools[&Pool::Primary], Reach::Reached);
    assert_eq!(primary.pools[&Pool::Backup], Reach::Silent);
}

// ---- what a fault may not do --------------------------------------------------------------

#[test]
fn a_further_host_is_placed_and_probed_and_takes_part_in_faults() {
    let mut spec = spec(1);
    let witness: HostName = "witness".parse().unwrap();
    spec.topology.hosts = vec![Host::new(witness, Site::Neither)];
    let mut lab = SimLab::new(&spec, Arc::new(TinyPools)).unwrap();
    let reached = |lab: &mut SimLab, by: &str, host: HostName| {
        pass(lab, Duration::from_secs(3));
        findings(lab)[by].hosts[&host]
    };
    assert!(lab.addresses().contains_key(&witness));
    assert_eq!(
        reached(&mut lab, "witness", HostName::PRIMARY),
        Reach::Reached
    );
    assert_eq!(reached(&mut lab, "primary", witness), Reach::Reached);
    let isolated = fault(FaultKind::ISOLATE, &[HostName::PRIMARY]);
    let id = lab.inject(&isolated).unwrap();
    assert_eq!(
        reached(&mut lab, "witness", HostName::PRIMARY),
        Reach::Silent
    );
    assert_eq!(reached(&mut lab, "primary", witness), Reach::Silent);
    assert_eq!(reached(&mut lab, "backup", witness), Reach::Reached);
    lab.heal(id).unwrap();
    assert_eq!(
        reached(&mut lab, "witness", HostName::PRIMARY),
        Reach::Reached
    );
}

#[test]
fn clients_have_no_server_to_take_away() {
    let mut lab = lab();
    for kind in [FaultKind::KILL, FaultKind::FREEZE, FaultKind::POWER_OFF] {
        let error = lab.inject(&fault(kind, &[HostName::PRIMARY, HostName::CLIENTS]));
        let host = HostName::CLIENTS;
        assert_eq!(error, Err(LabError::NoServer { kind, host }));
    }
    let primary = &findings(&mut lab)["primary"];
    assert_eq!(
        primary.pools[&Pool::Primary],
        Reach::Reached,
        "nothing was affected"
    );
}

#[rstest]
#[case(
    FaultKind::KILL,
    HostName::PRIMARY,
    FaultKind::POWER_OFF,
    HostName::PRIMARY
)]
#[case(
    FaultKind::ISOLATE,
    HostName::PRIMARY,
    FaultKind::ONE_WAY_IN,
    HostName::BACKUP
)]
fn two_faults_never_affect_the_same_place(
    #[case] one: FaultKind,
    #[case] there: HostName,
    #[case] other: FaultKind,
    #[case] also_there: HostName,
) {
    let mut lab = lab();
    let in_force = lab.inject(&fault(one, &[there])).unwrap();
    let overlapping = fault(other, &[also_there]);
    let error = LabError::Overlap {
        kind: other,
        other: in_force,
    };
    assert_eq!(lab.inject(&overlapping), Err(error));
    lab.heal(in_force).unwrap();
    lab.inject(&overlapping).unwrap();
}

#[test]
fn a_fault_is_healed_only_once() {
    let mut lab = lab();
    let id = lab
        .inject(&fault(FaultKind::KILL, &[HostName::PRIMARY]))
        .unwrap();
    lab.heal(id).unwrap();
    assert_eq!(lab.heal(id), Err(LabError::UnknownFault(id)));
}

// ---- what goes in and out -----------------------------------------------------------------

#[test]
fn actors_do_what_they_are_told_and_are_observed_under_their_names() {
    let mut lab = lab();
    let to = "sales".to_owned();
    lab.command("rita", Command::call(to)).unwrap();
    let observed = pass(&mut lab, Duration::from_secs(1));
    let placed = observed
        .iter()
        .find(|observed| matches!(observed.event, Event::Placed { .. }));
    let placed = placed.expect("the call was placed");
    assert_eq!(
        (placed.host.as_str(), placed.clock),
        ("rita", Clock::Virtual)
    );
}

#[test]
fn an_actor_sends_from_the_address_that_pools_are_told() {
    let spec = spec(1);
    let mut lab = SimLab::new(&spec, Arc::new(TinyPools)).unwrap();
    let addresses = Addresses::simulated(&spec.topology);
    let addressed = addresses.actor("rita").expect("rita takes part");
    let to = "sales".to_owned();
    lab.command("rita", Command::call(to)).unwrap();
    let observed = pass(&mut lab, Duration::from_secs(1));
    let sent = observed.iter().find_map(|observed| match &observed.event {
        Event::Sip { message, .. } if observed.host == "rita" => Some(message),
        _ => None,
    });
    let via = format!("Via: SIP/2.0/UDP {addressed};");
    assert!(
        sent.is_some_and(|message| message.contains(&via)),
        "{sent:?}"
    );
    assert_eq!(addresses.actor("nobody"), None);
}

#[test]
fn the_administrator_is_told_by_that_name() {
    let mut lab = lab();
    let verb = Command::Verb(Operation {
        id: 7,
        verb: Verb::Export,
        at: Pool::Primary,
        fallback: None,
        about: Default::default(),
    });
    lab.command(ADMINISTRATOR, verb).unwrap();
    let observed = pass(&mut lab, Duration::from_secs(1));
    let ended = |observed: &&Observed| matches!(observed.event, Event::VerbEnded { id: 7, .. });
    let ended = observed.iter().find(ended).expect("the verb ended");
    assert_eq!(ended.host, ADMINISTRATOR);
}

#[test]
fn nobody_is_told_anything_by_a_name_that_is_not_there() {
    let error = lab().command("nobody", Command::HangUp);
    assert_eq!(error, Err(LabError::UnknownActor("nobody".to_owned())));
}

#[test]
fn what_servers_log_is_kept_apart_from_what_is_observed() {
    let directory = tempfile::tempdir().unwrap();
    let logs = directory.path().join("logs").join("walk");
    let spec = SimSpec {
        logs: Some(logs.clone()),
        ..spec(1)
    };
    let mut lab = SimLab::new(&spec, Arc::new(TinyPools)).unwrap();
    pass(&mut lab, Duration::from_secs(1));
    let id = lab
        .inject(&fault(FaultKind::KILL, &[HostName::PRIMARY]))
        .unwrap();
    lab.heal(id).unwrap();
    pass(&mut lab, Duration::from_secs(1));
    drop(lab);
    let logged = |host: HostName| fs::read_to_string(logs.join(format!("{host}-workload.log")));
    let started = |seconds: u64| format!("{seconds}.000000 s started\n");
    let twice = started(0) + &started(1);
    assert_eq!(logged(HostName::PRIMARY).unwrap(), twice);
    assert_eq!(logged(HostName::BACKUP).unwrap(), started(0));
    assert_eq!(
        fs::read_dir(&logs).unwrap().count(),
        2,
        "who logs nothing has no file"
    );
}

#[test]
fn the_same_seed_gives_the_same_observations() {
    let observe = |seed| {
        let mut lab = SimLab::new(&spec(seed), Arc::new(TinyPools)).unwrap();
        let id = lab
            .inject(&fault(FaultKind::FREEZE, &[HostName::PRIMARY]))
            .unwrap();
        let mut observed = pass(&mut lab, Duration::from_secs(3));
        lab.heal(id).unwrap();
        observed.extend(pass(&mut lab, Duration::from_secs(3)));
        observed
    };
    assert!(observe(1) == observe(1), "the same seed");
    assert!(observe(1) != observe(2), "another seed");
}

#[test]
fn two_actors_cannot_have_one_name() {
    let mut spec = spec(1);
    spec.topology.callees.push(ADMINISTRATOR.to_owned());
    let error = SimLab::new(&spec, Arc::new(TinyPools)).err();
    assert!(matches!(error, Some(LabError::Network(_))));
}
