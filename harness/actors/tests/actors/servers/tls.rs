//! SIP over TLS (RFC 3261 section 26.3.1), on sockets: nothing is encrypted in simulation.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actors::{ActorSpec, AddressBook, Agent, Caller, Command, PoolAddress, TargetAdapter, Voice};
use model::Span;
use model::journal::event::{Event, NoSuccess};
use model::topology::{Behaviour, Pool};
use model::walk::Timing;
use node::sockets::{Clock, Identity, Listen, Sockets, Tls, Trust};
use node::{Node, Port};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time;

use crate::scripted::{ScriptedServer, adapter};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// The name that the server's certificate is for.
const POOL: &str = "pool.example";

/// A server on sockets, and somebody with a telephone.
struct Stage {
    hosts: [IpAddr; 2],
    /// The server's certificate and key, in PEM; the telephone's are the same.
    pem: [String; 2],
    /// What the target says of TLS besides the certificate that is trusted.
    lines: &'static str,
    told: (mpsc::UnboundedSender<Told>, mpsc::UnboundedReceiver<Told>),
    tasks: JoinSet<()>,
    commands: Vec<mpsc::Sender<Command>>,
}

/// Who told what.
type Told = (&'static str, Event);

impl Stage {
    /// On loopback addresses that no other test has.
    fn new(number: u8, lines: &'static str) -> Stage {
        let process = std::process::id();
        let [high, low] = [process / 250 % 100, process % 250].map(|part| part.to_string().parse());
        let host = |last| {
            let (high, low) = (high.clone().unwrap_or(0_u8), low.clone().unwrap_or(0));
            Ipv4Addr::new(127, 10 + high, low, last).into()
        };
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed([POOL.to_owned()]).unwrap();
        Stage {
            hosts: [host(number), host(number + 1)],
            pem: [cert.pem(), signing_key.serialize_pem()],
            lines,
            told: mpsc::unbounded_channel(),
            tasks: JoinSet::new(),
            commands: Vec::new(),
        }
    }

    /// A server that follows this, for `name`.
    async fn serve(mut self, name: &'static str, script: &'static str) -> Stage {
        let [own, telephone] = self.hosts;
        let [certificate, key] = &self.pem;
        let identity = Some(Identity { certificate, key });
        let tls = Tls::new(Trust::Pinned(certificate), identity, &BTreeMap::new()).unwrap();
        let listen = Listen::at(own).udp([5060, 20000]).tcp([5060]);
        let server = ScriptedServer::new(own, script, (name, telephone));
        self.run("server", &listen, tls, server).await;
        self
    }

    /// The adapter of the target, and what a telephone is given.
    fn telephone(&self, name: &str) -> (Arc<TargetAdapter>, ActorSpec, Arc<AddressBook>) {
        let [server, own] = self.hosts;
        let indented = |pem: &str| format!("|\n      {}", pem.trim().replace('\n', "\n      "));
        let [certificate, key] = self.pem.each_ref().map(|pem| indented(pem));
        let lines = self.lines.replace("{certificate}", &certificate);
        let lines = lines.replace("{key}", &key);
        let adapter = adapter(&format!("transport: tls\ntls:\n  port: 5060\n{lines}\n"));
        let pool = PoolAddress {
            sip: SocketAddr::new(server, 5061),
            http: SocketAddr::new(server, 8080),
        };
        let address_book = adapter.of_telephones(AddressBook {
            pools: [(Pool::Primary, pool)].into(),
            probes: BTreeMap::new(),
            databases: BTreeMap::new(),
            voices: [name.to_owned()].into_iter().zip(Voice::all()).collect(),
        });
        let spec = ActorSpec {
            name: name.to_owned(),
            user: name.to_owned(),
            address: own,
            sip: Port(6000),
            rtp: Port(16000),
            seed: [7; 32],
        };
        (adapter, spec, Arc::new(address_book))
    }

    async fn agent(mut self) -> Stage {
        let (adapter, spec, address_book) = self.telephone("bob");
        let tls = adapter.tls(&address_book).unwrap().unwrap();
        let (timing, behaviour) = (
            Timing::default(),
            Behaviour::AcceptAfter(Span::from_millis(100)),
        );
        let agent = Agent::new(
            spec,
            address_book,
            timing,
            Pool::Primary,
            behaviour,
            adapter,
        );
        let listen = Listen::at(self.hosts[1]).udp([6000, 16000, 16001]);
        self.run("telephone", &listen, tls, agent).await;
        self
    }

    async fn caller(mut self) -> Stage {
        let (adapter, spec, address_book) = self.telephone("alice");
        let tls = adapter.tls(&address_book).unwrap().unwrap();
        let caller = Caller::new(spec, address_book, Timing::default(), Pool::Primary);
        let listen = Listen::at(self.hosts[1])
            .udp([6000, 16000, 16001])
            .tcp([6000]);
        self.run("telephone", &listen, tls, caller.of_target(&adapter))
            .await;
        self
    }

    async fn run<N>(&mut self, name: &'static str, listen: &Listen, tls: Tls, node: N)
    where
        N: Node<Command = Command, Event = Event> + 'static,
    {
        let sockets = Sockets::open(listen).await.unwrap().encrypted(tls);
        let (sender, commands) = mpsc::channel(8);
        let told = self.told.0.clone();
        // The test may be over.
        let tell = move |_, event| drop(told.send((name, event)));
        let clock = Clock::starting_now();
        self.tasks.spawn(sockets.run(node, clock, commands, tell));
        self.commands.push(sender);
    }

    async fn call(self) -> Stage {
        let to = "sales".to_owned();
        let told = self.commands[1].send(Command::call(to)).await;
        assert!(told.is_ok());
        self
    }

    /// What was told until somebody told something like this.
    async fn until(&mut self, wanted: impl Fn(&Told) -> bool) -> Vec<Told> {
        let mut all = Vec::new();
        loop {
            match time::timeout(PATIENCE, self.told.1.recv()).await {
                Ok(Some(told)) => all.push(told),
                _ => panic!("{all:#?}"),
            }
            if all.last().is_some_and(&wanted) {
                return all;
            }
        }
    }

    /// Asserts that the server comes to the end of its script.
    async fn done(mut self) -> Vec<Told> {
        let ends = |told: &Told| note(told).is_some_and(|n| n == "done" || n.contains("failed"));
        let all = self.until(ends).await;
        let last = all.last().and_then(note);
        assert_eq!(last, Some("done"), "{all:#?}");
        all
    }
}

/// What the server noted.
fn note((_, event): &Told) -> Option<&str> {
    match event {
        Event::Told { what, .. } => Some(what),
        _ => None,
    }
}

fn connections(all: &[Told]) -> usize {
    let notes = all.iter().filter_map(note);
    notes.filter(|note| *note == "connection").count()
}

#[tokio::test]
async fn an_agent_registers_over_tls_and_is_called_over_the_same_connection() {
    let script = "
by-tls
< REGISTER
    Via: SIP/2.0/TLS
    Contact: ;transport=tls>
> 200
> INVITE @b
    sdp
< 180 INVITE @b
< 200 INVITE @b
    Contact: ;transport=tls>
> ACK @b
media
> BYE @b
< 200 BYE @b
";
    let stage = Stage::new(1, "  ca: {certificate}\n  names: { primary: pool.example }");
    let all = stage.serve("bob", script).await.agent().await.done().await;
    assert_eq!(connections(&all), 1);
}

#[tokio::test]
async fn a_caller_calls_over_one_connection_and_nothing_goes_in_the_clear() {
    let script = "
by-tls
< INVITE
    Via: SIP/2.0/TLS
    Contact: ;transport=tls>
> 200
    sdp
< ACK
    Via: SIP/2.0/TLS
media
> BYE
< 200 BYE
";
    let stage = Stage::new(3, "  pinned: {certificate}");
    let stage = stage.serve("alice", script).await.caller().await;
    let all = stage.call().await.done().await;
    assert_eq!(connections(&all), 1);
}

#[tokio::test]
async fn a_server_opens_a_connection_to_who_can_prove_who_it_is() {
    let script = "
by-tls
wait 300
> OPTIONS
< 200 OPTIONS
    Via: SIP/2.0/TLS
";
    let lines = "  pinned: {certificate}\n  own:\n    certificate: {certificate}\n    key: {key}";
    let stage = Stage::new(5, lines).serve("alice", script).await;
    let all = stage.caller().await.done().await;
    assert_eq!(connections(&all), 1);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_told_and_the_hop_is_given_up_at_once() {
    let stage = Stage::new(
        7,
        "  ca: {certificate}\n  names: { primary: other.example }",
    );
    let mut stage = stage.serve("alice", "").await.caller().await.call().await;
    let began = time::Instant::now();
    let failed = |(_, event): &Told| matches!(event, Event::HopFailed { .. });
    let all = stage.until(failed).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{all:#?}");
    let peer = SocketAddr::new(stage.hosts[0], 5060);
    let why = "its certificate is for DnsName(\"pool.example\"), not for other.example".to_owned();
    let not_secured = ("telephone", Event::NotSecured { peer, why });
    assert!(all.contains(&not_secured), "{all:#?}");
    let outcome = |(_, event): &Told| match event {
        Event::HopFailed { outcome, .. } => Some(outcome.clone()),
        _ => None,
    };
    assert_eq!(all.last().and_then(outcome), Some(NoSuccess::Unreachable));
}
