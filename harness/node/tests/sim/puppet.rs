//! A node that does what it is told and tells what it sees, and a small world of such nodes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use node::sim::{Boot, Disk, HostId, NodeId, Ports, Sim};
use node::{
    Input, NoReply, Node, Now, Output, Outputs, Port, RequestId, StreamId, StreamIn, Unreachable,
};
use redb::StorageBackend;

/// The port that every puppet listens on.
pub(crate) const PORT: u16 = 5060;

/// The latest that a packet takes over a link as it is by default.
pub(crate) const TRIP: Duration = Duration::from_micros(250);

/// What a puppet can be told.
#[derive(Debug)]
pub(crate) enum Act {
    /// Have this done.
    Output(Box<Output<Seen>>),
    /// Want a deadline, or none.
    WakeAt(Option<Now>),
    /// Write a byte to the disk and sync it; acknowledge it with [`Seen::Written`].
    Write(u8),
    /// The same without syncing.
    WriteOnly(u8),
    /// Answer no request from now on.
    FallSilent,
    /// Answer the request that came last.
    Answer,
}

/// What a puppet tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It has started, with this on its disk.
    Started {
        seed: [u8; 32],
        stored: Option<u8>,
    },
    Woken,
    Written(u8),
    DiskFull,
    Datagram {
        at: u16,
        from: SocketAddr,
        bytes: Bytes,
    },
    Undeliverable {
        to: SocketAddr,
        why: Unreachable,
    },
    Stream(StreamId, StreamIn),
    Request(Bytes),
    Reply(RequestId, Result<Bytes, NoReply>),
}

pub(crate) struct Puppet {
    seed: [u8; 32],
    disk: Disk,
    wake_at: Option<Now>,
    silent: bool,
    last_request: Option<(RequestId, Bytes)>,
}

impl Puppet {
    pub(crate) fn boxed(boot: Boot) -> Box<dyn Node<Command = Act, Event = Seen>> {
        let Boot { seed, disk, .. } = boot;
        Box::new(Puppet {
            seed,
            disk,
            wake_at: None,
            silent: false,
            last_request: None,
        })
    }

    fn stored(&self) -> Option<u8> {
        let mut byte = [0];
        self.disk.read(0, &mut byte).ok().map(|()| byte[0])
    }

    fn store(&self, byte: u8) -> std::io::Result<()> {
        self.disk.set_len(1)?;
        self.disk.write(0, &[byte])
    }

    fn store_and_sync(&self, byte: u8) -> std::io::Result<()> {
        self.store(byte)?;
        self.disk.sync_data()
    }

    fn answer(&self, out: &mut Outputs<Seen>) {
        if let Some((id, body)) = &self.last_request {
            out.respond(*id, http::Response::new(body.clone()));
        }
    }

    fn act(&mut self, act: Act, out: &mut Outputs<Seen>) {
        match act {
            Act::Output(output) => out.push(*output),
            Act::WakeAt(at) => self.wake_at = at,
            Act::WriteOnly(byte) => self.store(byte).unwrap(),
            Act::Write(byte) => match self.store_and_sync(byte) {
                Ok(()) => out.event(Seen::Written(byte)),
                Err(error) => {
                    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
                    out.event(Seen::DiskFull);
                }
            },
            Act::FallSilent => self.silent = true,
            Act::Answer => self.answer(out),
        }
    }
}

impl Node for Puppet {
    type Command = Act;
    type Event = Seen;

    fn handle(&mut self, _: Now, input: Input<Act>, out: &mut Outputs<Seen>) {
        match input {
            Input::Command(act) => self.act(act, out),
            Input::Start => {
                out.event(Seen::Started {
                    seed: self.seed,
                    stored: self.stored(),
                });
            }
            Input::Deadline => {
                self.wake_at = None;
                out.event(Seen::Woken);
            }
            Input::Datagram { at, from, bytes } => {
                out.event(Seen::Datagram {
                    at: at.0,
                    from,
                    bytes,
                });
            }
            Input::Undeliverable { to, why, .. } => out.event(Seen::Undeliverable { to, why }),
            Input::Stream { id, what } => out.event(Seen::Stream(id, what)),
            Input::Request { id, request, .. } => {
                out.event(Seen::Request(request.body().clone()));
                self.last_request = Some((id, request.into_body()));
                if !self.silent {
                    self.answer(out);
                }
            }
            Input::Reply { id, outcome } => {
                out.event(Seen::Reply(id, outcome.map(http::Response::into_body)));
            }
        }
    }

    fn deadline(&self) -> Option<Now> {
        self.wake_at
    }
}

/// Two hosts with a puppet each, which have started.
pub(crate) struct World {
    pub(crate) sim: Sim<Act, Seen>,
    pub(crate) hosts: [HostId; 2],
    pub(crate) nodes: [NodeId; 2],
}

/// The first of the two, which does things.
pub(crate) const A: usize = 0;
/// The second of the two, to which things are done.
pub(crate) const B: usize = 1;

impl World {
    pub(crate) fn new() -> Self {
        World::seeded(1)
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        let mut sim = Sim::new(seed);
        let hosts = [A, B].map(|index| sim.add_host(&format!("host {index}"), ip(index)).unwrap());
        let nodes = hosts.map(|host| {
            let ports = Ports::new().one(PORT).range(20_000, 20_999);
            sim.add_node(host, "puppet", ports, Box::new(Puppet::boxed))
                .unwrap()
        });
        let mut world = World { sim, hosts, nodes };
        assert_eq!(world.pass(Duration::ZERO).len(), 2);
        world
    }

    /// Everything that is seen until `span` has passed.
    pub(crate) fn pass(&mut self, span: Duration) -> Vec<(Now, NodeId, Seen)> {
        let until = self.sim.now() + span;
        std::iter::from_fn(|| self.sim.step(until)).collect()
    }

    /// What one of the two sees until `span` has passed.
    pub(crate) fn seen_by(&mut self, who: usize, span: Duration) -> Vec<Seen> {
        let node = self.nodes[who];
        let all = self.pass(span).into_iter();
        all.filter(|(_, seer, _)| *seer == node)
            .map(|(_, _, seen)| seen)
            .collect()
    }

    pub(crate) fn tell(&mut self, who: usize, act: Act) {
        self.sim.command(self.nodes[who], act);
    }

    pub(crate) fn output(&mut self, who: usize, output: Output<Seen>) {
        self.tell(who, Act::Output(Box::new(output)));
    }

    /// A sends B a datagram.
    pub(crate) fn datagram(&mut self, bytes: impl Into<Bytes>) {
        self.output(A, datagram(address(B), bytes));
    }

    /// A sends B an HTTP request.
    pub(crate) fn request(&mut self, id: u64, timeout: Duration) {
        self.output(A, request(id, address(B), timeout));
    }

    /// Opens a stream from A to B.
    pub(crate) fn connected(&mut self) -> (StreamId, StreamId) {
        let client = StreamId(0);
        self.output(
            A,
            Output::Connect {
                id: client,
                to: address(B),
            },
        );
        let server = self
            .pass(Duration::from_secs(10))
            .into_iter()
            .find_map(|told| match told {
                (_, node, Seen::Stream(id, StreamIn::Opened { .. })) if node == self.nodes[B] => {
                    Some(id)
                }
                _ => None,
            });
        (client, server.unwrap())
    }
}

pub(crate) fn ip(host: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(198, 18, 0, host as u8 + 1))
}

/// Where a puppet listens.
pub(crate) fn address(who: usize) -> SocketAddr {
    SocketAddr::new(ip(who), PORT)
}

pub(crate) fn datagram(to: SocketAddr, bytes: impl Into<Bytes>) -> Output<Seen> {
    Output::Datagram {
        from: Port(PORT),
        to,
        bytes: bytes.into(),
    }
}

pub(crate) fn request(id: u64, to: SocketAddr, timeout: Duration) -> Output<Seen> {
    let request = http::Request::new(body(id));
    Output::Request {
        id: RequestId(id),
        to,
        request,
        timeout,
    }
}

/// The body of a request and of its answer.
pub(crate) fn body(id: u64) -> Bytes {
    Bytes::from(format!("request {id}"))
}

pub(crate) fn answered(id: u64) -> Seen {
    Seen::Reply(RequestId(id), Ok(body(id)))
}

pub(crate) fn unanswered(id: u64, why: NoReply) -> Seen {
    Seen::Reply(RequestId(id), Err(why))
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The payloads of the datagrams in `seen`, in order.
pub(crate) fn payloads(seen: &[Seen]) -> Vec<Bytes> {
    let datagrams = seen.iter().filter_map(|seen| match seen {
        Seen::Datagram { bytes, .. } => Some(bytes.clone()),
        _ => None,
    });
    datagrams.collect()
}
