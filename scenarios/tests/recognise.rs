//! Nobody recognises the drill: in nothing that agents, callers, administrators and probes send to a pool
//! does a word stand that tells it from any other day.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use campaign::{Campaign, LabFactory, LabSpec, ReferencePools, run};
use drawing::Plan;
use lab::addresses::{Addresses, PROBE};
use lab::sim::{Pools, Server, SimLab, SimSpec};
use lab::{Lab, LabError};
use model::Stage;
use model::journal::Header;
use model::scenarios::Scenarios;
use model::topology::Pool;
use model::walk::LabKind;
use node::sim::Boot;
use node::{Input, Node, Now, Outputs};
use tokio_util::sync::CancellationToken;

/// All that came to a pool from others than its partner.
type Heard = Arc<Mutex<Vec<String>>>;

#[derive(Debug, Default)]
struct OverhearingLabs(Heard);

impl LabFactory for OverhearingLabs {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn create(&self, spec: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
        let (topology, timing) = (&spec.plan.topology, spec.plan.walk.timing);
        let addresses = Addresses::simulated(topology);
        let pools = OverheardPools {
            pools: ReferencePools::new(&addresses, topology, &timing, "drill"),
            partners: Pool::BOTH.map(|pool| addresses.of(pool.host())).into(),
            heard: Arc::clone(&self.0),
        };
        let sim = SimSpec {
            topology: topology.clone(),
            timing,
            links: spec.plan.walk.links,
            background: None,
            logs: None,
            target: Arc::clone(spec.target),
            secrets: spec.secrets.clone(),
            seed: spec.seed,
        };
        Ok(Box::new(SimLab::new(&sim, Arc::new(pools))?))
    }
}

struct OverheardPools {
    pools: ReferencePools,
    partners: BTreeSet<std::net::IpAddr>,
    heard: Heard,
}

impl Pools for OverheardPools {
    fn pool(&self, pool: Pool, boot: Boot) -> Server {
        Box::new(Overheard {
            pool: self.pools.pool(pool, boot),
            partners: self.partners.clone(),
            heard: Arc::clone(&self.heard),
        })
    }

    fn database(&self, pool: Pool, boot: Boot) -> Server {
        self.pools.database(pool, boot)
    }
}

/// A pool, with somebody beside it who reads all that comes.
struct Overheard {
    pool: Server,
    partners: BTreeSet<std::net::IpAddr>,
    heard: Heard,
}

impl Overheard {
    fn hear(&self, from: SocketAddr, text: String) {
        let is_partner = self.partners.contains(&from.ip()) && from.port() != PROBE;
        if !is_partner {
            self.heard.lock().unwrap().push(text);
        }
    }
}

impl Node for Overheard {
    type Command = <Server as Node>::Command;
    type Event = <Server as Node>::Event;

    fn handle(&mut self, now: Now, input: Input<Self::Command>, out: &mut Outputs<Self::Event>) {
        match &input {
            Input::Datagram { from, bytes, .. } => {
                self.hear(*from, String::from_utf8_lossy(bytes).into_owned());
            }
            Input::Request { from, request, .. } => {
                let (method, uri) = (request.method(), request.uri());
                let headers = request.headers();
                let body = String::from_utf8_lossy(request.body());
                self.hear(*from, format!("{method} {uri} {headers:?} {body}"));
            }
            _ => {}
        }
        self.pool.handle(now, input, out);
    }

    fn deadline(&self) -> Option<Now> {
        self.pool.deadline()
    }
}

/// All that a pool was sent in a walk.
fn heard(walk: &str, seed: u64, scenarios: &Scenarios) -> Vec<String> {
    let labs = OverhearingLabs::default();
    let heard = Arc::clone(&labs.0);
    let target = Arc::new(rgdrill::reference_target().unwrap());
    let campaign = Campaign {
        plans: vec![Plan::of(&scenarios.walks[walk], scenarios)],
        labs: Arc::new(labs),
        secrets: target.secrets(|_| None).unwrap(),
        header: Header::new(&target.target, LabKind::Sim, seed, &scenarios.tables_sha256),
        target,
        seed,
        jobs: 1,
    };
    let dir = tempfile::tempdir().unwrap();
    run(&campaign, dir.path(), &CancellationToken::new(), |_| {}).unwrap();
    drop(campaign);
    let heard = heard.lock().unwrap();
    heard.clone()
}

/// What gives a drill away wherever it stands.
fn giveaways() -> BTreeSet<String> {
    let stages = [Stage::Healthy].into_iter().chain(Stage::DOCUMENTED);
    let stages = stages.map(|stage| stage.word().to_owned());
    let words = ["rgdrill", "probe"].map(str::to_owned);
    words.into_iter().chain(stages).collect()
}

/// What does so as a word of its own: the names of walks and of roles.
fn names(scenarios: &Scenarios) -> BTreeSet<String> {
    let walks = scenarios.walks.keys().cloned();
    let topologies = scenarios.topologies.values();
    let names = topologies.flat_map(|topology| {
        let groups = topology.groups.iter().map(|group| group.name.as_str());
        topology.party_names().chain(groups)
    });
    names.map(str::to_owned).chain(walks).collect()
}

#[test]
fn nothing_that_a_pool_receives_tells_a_drill_from_any_other_day() {
    let scenarios = rgdrill::scenarios().unwrap();
    let (giveaways, names) = (giveaways(), names(&scenarios));
    for seed in [1, 2] {
        let heard = heard("imported-kill", seed, &scenarios);
        for method in ["REGISTER", "INVITE", "OPTIONS", "PUT", "POST"] {
            assert!(
                heard.iter().any(|text| text.starts_with(method)),
                "{method}"
            );
        }
        for text in &heard {
            let lower = text.to_lowercase();
            let found = giveaways.iter().find(|word| lower.contains(*word));
            assert_eq!(found, None, "{text}");
            // A parameter of every Via (RFC 3261 section 20.42).
            let lower = lower.replace(";branch=", ";");
            let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '-');
            let found = words.find(|word| names.contains(*word));
            assert_eq!(found, None, "{text}");
        }
    }
}
