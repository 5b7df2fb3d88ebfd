//! A node that speaks by datagrams alone, on a thread of its own.

use std::net::{SocketAddr, UdpSocket};
use std::ops::ControlFlow;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use node::sockets::{Clock, Lean, Listen};
use node::{Input, Node, Now, Outputs, Port, Unreachable};
use rstest::rstest;

use crate::puppet::{PATIENCE, at, host};

const OWN: u16 = 5060;

/// Sends what it is told to in one go, and tells what it sees.
struct Flock {
    to: SocketAddr,
    wakes: Option<Now>,
}

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Datagram(Vec<u8>),
    Undeliverable(SocketAddr, Unreachable),
    Deadline,
}

impl Node for Flock {
    /// The lengths of the datagrams that it sends.
    type Command = Vec<usize>;
    type Event = Seen;

    fn handle(&mut self, now: Now, input: Input<Vec<usize>>, out: &mut Outputs<Seen>) {
        match input {
            Input::Start => self.wakes = Some(now + Duration::from_millis(50)),
            Input::Deadline => {
                self.wakes = None;
                out.event(Seen::Deadline);
            }
            Input::Command(lengths) => {
                for (number, length) in lengths.into_iter().enumerate() {
                    out.datagram(Port(OWN), self.to, vec![number as u8; length]);
                }
            }
            Input::Datagram { bytes, .. } => out.event(Seen::Datagram(bytes.to_vec())),
            Input::Undeliverable { to, why, .. } => out.event(Seen::Undeliverable(to, why)),
            _ => {}
        }
    }

    fn deadline(&self) -> Option<Now> {
        self.wakes
    }
}

/// A flock that runs until the test is over.
fn run(number: u8, to: SocketAddr, tick: Option<Duration>) -> (Sender<Vec<usize>>, Receiver<Seen>) {
    let lean = Lean::open(&Listen::at(host(number)).udp([OWN])).unwrap();
    let ((commands, orders), (told, seen)) = (mpsc::channel(), mpsc::channel());
    thread::spawn(move || {
        let wakes = None;
        lean.run(
            Flock { to, wakes },
            Clock::starting_now(),
            tick,
            &orders,
            |_, event| match told.send(event) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            },
        );
    });
    (commands, seen)
}

fn peer(number: u8) -> UdpSocket {
    let socket = UdpSocket::bind(at(host(number), OWN)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

#[rstest]
#[case::woken(70, None)]
#[case::by_the_clock(72, Some(Duration::from_millis(1)))]
fn datagrams_that_go_out_together_come_one_by_one_and_in_order(
    #[case] number: u8,
    #[case] tick: Option<Duration>,
) {
    let peer = peer(number + 1);
    let (commands, seen) = run(number, at(host(number + 1), OWN), tick);
    let lengths: Vec<usize> = [[300; 70].as_slice(), &[20, 300, 1_400, 1_400, 0, 300]].concat();
    commands.send(lengths.clone()).unwrap();
    let mut buffer = [0; 2_000];
    for (number_sent, length) in lengths.into_iter().enumerate() {
        let (received, from) = peer.recv_from(&mut buffer).unwrap();
        assert_eq!((received, from), (length, at(host(number), OWN)));
        assert!(
            buffer[..length]
                .iter()
                .all(|byte| *byte == number_sent as u8)
        );
    }
    assert_eq!(seen.recv_timeout(PATIENCE).unwrap(), Seen::Deadline);
    for word in ["one", "another"] {
        peer.send_to(word.as_bytes(), at(host(number), OWN))
            .unwrap();
        let told = seen.recv_timeout(PATIENCE).unwrap();
        assert_eq!(told, Seen::Datagram(word.into()));
    }
}

#[test]
fn a_closed_port_is_told_of_datagrams_that_went_out_together() {
    let nobody = at(host(75), 9);
    let (commands, seen) = run(74, nobody, None);
    commands.send(vec![100; 3]).unwrap();
    let told = std::iter::from_fn(|| seen.recv_timeout(PATIENCE).ok());
    let told = told.filter(|told| *told != Seen::Deadline).take(1);
    let expected = Seen::Undeliverable(nobody, Unreachable::Port);
    assert_eq!(told.collect::<Vec<_>>(), [expected]);
}
