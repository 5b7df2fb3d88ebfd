//! A node behind a link that is not what it should be.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::sim::Link;
use crate::sim::wire::{PacketFate, Wire};
use crate::{Admission, Head, Input, Node, Now, Output, Outputs, Port};

/// The random numbers of what the node sends, and of what it receives: two streams of its own seed
/// that no node draws from.
const STREAMS: [u64; 2] = [u64::MAX, u64::MAX - 1];

/// A node whose datagrams, in both directions, are lost, late, doubled and overtaken as a
/// [`Link`] says, on top of what the network does to them.
///
/// It is a node itself, so it does the same in the simulation and on sockets, where it needs
/// neither privileges nor a kernel that can do this. Streams and HTTP are left alone: to them
/// such a link is but a slow one.
#[derive(Debug)]
pub struct Impaired<N: Node> {
    node: N,
    outputs: Outputs<N::Event>,
    sent: Wire,
    received: Wire,
    /// What is under way, by arrival and then in the order of sending.
    under_way: BTreeMap<(Now, u64), Datagram>,
    /// How many datagrams have been under way.
    count: u64,
}

/// A datagram that is under way.
#[derive(Clone, Debug)]
enum Datagram {
    Sent {
        from: Port,
        to: SocketAddr,
        bytes: Bytes,
    },
    Received {
        at: Port,
        from: SocketAddr,
        bytes: Bytes,
    },
}

impl<N: Node> Impaired<N> {
    /// Puts `node` behind `link`. All chances come from `seed`.
    pub fn new(node: N, link: Link, seed: [u8; 32]) -> Self {
        let [sent, received] = STREAMS.map(|stream| {
            let mut rng = ChaCha8Rng::from_seed(seed);
            rng.set_stream(stream);
            Wire::new(link, rng)
        });
        Impaired {
            node,
            outputs: Outputs::default(),
            sent,
            received,
            under_way: BTreeMap::new(),
            count: 0,
        }
    }

    /// Puts a datagram on its way, where it is not lost.
    fn carry(&mut self, now: Now, datagram: Datagram) {
        let wire = match datagram {
            Datagram::Sent { .. } => &mut self.sent,
            Datagram::Received { .. } => &mut self.received,
        };
        // Nothing rejects here: there is no cut.
        let PacketFate::Arrives(first) = wire.datagram(now) else {
            return;
        };
        let second = wire.duplicate(now, first);
        for arrival in [Some(first), second].into_iter().flatten() {
            self.under_way
                .insert((arrival, self.count), datagram.clone());
            self.count += 1;
        }
    }

    /// Hands the node an input, and puts the datagrams that come of it on their way.
    fn pass(&mut self, now: Now, input: Input<N::Command>, out: &mut Outputs<N::Event>) {
        let mut outputs = std::mem::take(&mut self.outputs);
        self.node.handle(now, input, &mut outputs);
        for output in outputs.drain() {
            match output {
                Output::Datagram { from, to, bytes } => {
                    self.carry(now, Datagram::Sent { from, to, bytes });
                }
                output => out.push(output),
            }
        }
        self.outputs = outputs;
    }

    /// Delivers what has arrived by now.
    fn deliver(&mut self, now: Now, out: &mut Outputs<N::Event>) {
        while let Some(entry) = self.under_way.first_entry()
            && entry.key().0 <= now
        {
            match entry.remove() {
                Datagram::Sent { from, to, bytes } => out.datagram(from, to, bytes),
                Datagram::Received { at, from, bytes } => {
                    self.pass(now, Input::Datagram { at, from, bytes }, out);
                }
            }
        }
    }
}

impl<N: Node<Event: Send>> Node for Impaired<N> {
    type Command = N::Command;
    type Event = N::Event;

    fn handle(&mut self, now: Now, input: Input<N::Command>, out: &mut Outputs<N::Event>) {
        match input {
            Input::Datagram { at, from, bytes } => {
                self.carry(now, Datagram::Received { at, from, bytes });
            }
            // It may be the link's deadline alone.
            Input::Deadline if self.node.deadline().is_none_or(|due| due > now) => {}
            input => self.pass(now, input, out),
        }
        self.deliver(now, out);
    }

    fn deadline(&self) -> Option<Now> {
        let arrival = self.under_way.keys().next().map(|(at, _)| *at);
        arrival.into_iter().chain(self.node.deadline()).min()
    }

    fn admit(&self, at: Port, head: &Head) -> Admission {
        self.node.admit(at, head)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::time::Duration;

    use super::*;
    use crate::sim::Probability;

    /// Sends back what it receives, and tells of it; sends something of its own each 20 ms.
    #[derive(Debug)]
    struct Echo {
        next: Now,
    }

    const PERIOD: Duration = Duration::from_millis(20);
    const PORT: Port = Port(5060);
    const IDEAL: Link = Link {
        latency: Duration::ZERO,
        jitter: Duration::ZERO,
        loss: Probability::NEVER,
        duplicate: Probability::NEVER,
        reorder: Probability::NEVER,
    };

    fn peer() -> SocketAddr {
        SocketAddr::from(([198, 18, 0, 9], 5060))
    }

    impl Node for Echo {
        type Command = ();
        type Event = Bytes;

        fn handle(&mut self, now: Now, input: Input<()>, out: &mut Outputs<Bytes>) {
            match input {
                Input::Datagram { at, from, bytes } => {
                    out.event(bytes.clone());
                    out.datagram(at, from, bytes);
                }
                Input::Deadline => {
                    assert!(now >= self.next, "called before its deadline");
                    self.next = now + PERIOD;
                    out.datagram(PORT, peer(), Bytes::from_static(b"tick"));
                }
                _ => {}
            }
        }

        fn deadline(&self) -> Option<Now> {
            Some(self.next)
        }
    }

    /// Numbers, and when they were heard.
    type Heard = Vec<(Now, u32)>;

    /// Datagrams, and when they were sent.
    type Sent = Vec<(Now, Bytes)>;

    /// What a node behind `link` hears of the numbers that are sent to it, and what it sends, each
    /// with the time, over ten seconds.
    fn run(link: Link, seed: u8) -> (Heard, Sent) {
        let echo = Echo { next: Now::ZERO };
        let mut node = Impaired::new(echo, link, [seed; 32]);
        let (mut heard, mut sent) = (Vec::new(), Vec::new());
        let mut arrivals: VecDeque<(Now, u32)> = (0..1000)
            .map(|n| (Now::from_micros(u64::from(n) * 10_000 + 7), n))
            .collect();
        let mut out = Outputs::default();
        let end = Now::from_micros(11_000_000);
        loop {
            let due = node.deadline().unwrap_or(end);
            let (now, input) = match arrivals.front() {
                Some((at, number)) if *at <= due => {
                    let bytes = Bytes::copy_from_slice(&number.to_be_bytes());
                    let (at, from) = (PORT, peer());
                    (arrivals[0].0, Input::Datagram { at, from, bytes })
                }
                _ => (due, Input::Deadline),
            };
            if now >= end {
                return (heard, sent);
            }
            if matches!(input, Input::Datagram { .. }) {
                arrivals.pop_front();
            }
            node.handle(now, input, &mut out);
            for output in out.drain() {
                match output {
                    Output::Event(bytes) => {
                        let number = <[u8; 4]>::try_from(&bytes[..]).map(u32::from_be_bytes);
                        heard.push((now, number.unwrap()));
                    }
                    Output::Datagram { bytes, .. } => sent.push((now, bytes)),
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    fn numbers(heard: &[(Now, u32)]) -> Vec<u32> {
        heard.iter().map(|(_, number)| *number).collect()
    }

    #[test]
    fn behind_a_sound_link_everything_is_as_without() {
        let (heard, sent) = run(IDEAL, 1);
        assert_eq!(numbers(&heard), (0..1000).collect::<Vec<_>>());
        assert!(
            heard
                .iter()
                .all(|(at, n)| at.as_micros() == u64::from(*n) * 10_000 + 7)
        );
        assert_eq!(sent.len(), 1000 + 550);
    }

    #[test]
    fn both_directions_are_late_by_the_delay_and_keep_their_order() {
        let latency = Duration::from_millis(30);
        let jitter = Duration::from_millis(15);
        let (heard, sent) = run(
            Link {
                latency,
                jitter,
                ..IDEAL
            },
            1,
        );
        assert_eq!(numbers(&heard), (0..1000).collect::<Vec<_>>());
        for (at, number) in &heard {
            let late = at.as_micros() - (u64::from(*number) * 10_000 + 7);
            assert!(
                (30_000..=45_000).contains(&late),
                "{number} is {late} us late"
            );
        }
        assert!(sent[0].0 >= Now::from_micros(30_000));
        let echoes = sent
            .iter()
            .filter(|(_, bytes)| bytes.len() == 4 && bytes != "tick");
        assert!(echoes.count() >= 990);
    }

    #[test]
    fn loss_and_duplication_affect_both_directions_as_often_as_they_should() {
        let tenth = Probability::percent(10);
        let (heard, sent) = run(
            Link {
                loss: tenth,
                duplicate: tenth,
                ..IDEAL
            },
            1,
        );
        let different: std::collections::BTreeSet<u32> = numbers(&heard).into_iter().collect();
        assert!(
            (860..=940).contains(&different.len()),
            "{}",
            different.len()
        );
        assert!((920..=1060).contains(&heard.len()), "{}", heard.len());
        let asked = heard.len() + 550;
        assert_ne!(sent.len(), asked, "what is sent has chances of its own");
    }

    #[test]
    fn reordering_lets_some_be_overtaken() {
        let reorder = Probability::percent(10);
        let (heard, _) = run(Link { reorder, ..IDEAL }, 1);
        let numbers = numbers(&heard);
        let late = numbers.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!((50..=150).contains(&late), "{late}");
    }

    #[test]
    fn the_same_seed_gives_the_same_chances() {
        let loss = Probability::percent(10);
        let link = Link { loss, ..IDEAL };
        assert_eq!(run(link, 1), run(link, 1));
        assert_ne!(run(link, 1), run(link, 2));
    }
}
