//! TCP connections.

use bytes::Bytes;
use node::sim::{Link, Probability};
use node::{NoReply, Output, StreamId, StreamIn};
use proptest::prelude::*;

use crate::puppet::{A, B, PORT, Seen, TRIP, World, address, ip, ms, seconds};

const ID: StreamId = StreamId(8);

fn connect(world: &mut World) {
    world.output(
        A,
        Output::Connect {
            id: ID,
            to: address(B),
        },
    );
}

fn send(world: &mut World, who: usize, id: StreamId, bytes: impl Into<Bytes>) {
    world.output(
        who,
        Output::Send {
            id,
            bytes: bytes.into(),
        },
    );
}

/// What came out of the stream, as one piece.
fn text(seen: &[Seen]) -> String {
    let pieces = seen.iter().filter_map(|seen| match seen {
        Seen::Stream(_, StreamIn::Data(bytes)) => Some(std::str::from_utf8(bytes).unwrap()),
        _ => None,
    });
    pieces.collect()
}

#[test]
fn both_ends_see_a_connection_open_and_whom_it_joins() {
    let mut world = World::new();
    connect(&mut world);
    let mut seen = world.pass(seconds(1));
    let (_, server, Seen::Stream(id, StreamIn::Opened { at, from })) = seen.pop().unwrap() else {
        panic!("the server sees it last");
    };
    assert_eq!(
        (server, id.0 % 2, at.0, from.ip()),
        (world.nodes[B], 1, PORT, ip(A))
    );
    let (_, client, Seen::Stream(id, StreamIn::Opened { at, from: to })) = seen.pop().unwrap()
    else {
        panic!("the client sees it first");
    };
    assert_eq!(
        (client, id, at.0, to),
        (world.nodes[A], ID, from.port(), address(B))
    );
}

#[test]
fn bytes_flow_in_both_directions() {
    let mut world = World::new();
    let (client, server) = world.connected();
    send(&mut world, A, client, "ping");
    assert_eq!(text(&world.seen_by(B, TRIP)), "ping");
    send(&mut world, B, server, "pong");
    assert_eq!(text(&world.seen_by(A, TRIP)), "pong");
}

#[test]
fn what_is_sent_before_a_connection_is_open_arrives_once_it_is() {
    let mut world = World::new();
    connect(&mut world);
    send(&mut world, A, ID, "early");
    assert_eq!(text(&world.seen_by(B, ms(1))), "early");
}

#[test]
fn what_was_sent_before_a_close_arrives_before_it_and_nothing_after() {
    let mut world = World::new();
    let (client, server) = world.connected();
    send(&mut world, A, client, "goodbye");
    world.output(A, Output::Close { id: client });
    send(&mut world, A, client, "unheard");
    send(&mut world, B, server, "unheard");
    let seen = world.pass(seconds(1));
    let seen: Vec<&Seen> = seen.iter().map(|told| &told.2).collect();
    let data = Seen::Stream(server, StreamIn::Data("goodbye".into()));
    assert_eq!(seen, [&data, &Seen::Stream(server, StreamIn::Closed)]);
}

#[test]
fn a_connection_that_is_closed_before_it_opens_never_opens() {
    let mut world = World::new();
    connect(&mut world);
    world.output(A, Output::Close { id: ID });
    assert_eq!(world.pass(seconds(1000)), []);
}

#[test]
fn a_connection_to_an_address_that_nobody_has_is_unreachable() {
    let mut world = World::new();
    let to = std::net::SocketAddr::new(ip(77), PORT);
    world.output(A, Output::Connect { id: ID, to });
    let reset = StreamIn::Reset(NoReply::Unreachable);
    assert_eq!(world.seen_by(A, ms(0)), [Seen::Stream(ID, reset)]);
}

#[test]
fn an_id_is_free_again_after_the_connection_is_over() {
    let mut world = World::new();
    for _ in 0..3 {
        connect(&mut world);
        world.pass(ms(1));
        world.output(A, Output::Close { id: ID });
        world.pass(ms(1));
    }
    connect(&mut world);
    let seen = world.seen_by(A, ms(1));
    assert!(matches!(
        seen[..],
        [Seen::Stream(ID, StreamIn::Opened { .. })]
    ));
}

#[test]
#[should_panic(expected = "node puppet opens a connection under StreamId(8), odd or in use")]
fn a_node_cannot_open_two_connections_under_one_id() {
    let mut world = World::new();
    connect(&mut world);
    connect(&mut world);
    world.pass(seconds(1));
}

proptest! {
    #[test]
    fn streams_keep_their_bytes_and_their_order_on_a_rough_link(
        seed: u64,
        loss in 0_u32..=20,
        jitter in 0_u64..300,
        pauses in proptest::collection::vec(0_u64..400, 1..40),
    ) {
        let mut world = World::seeded(seed);
        let (client, server) = world.connected();
        let impairment = Probability::percent(loss);
        world.sim.set_default_link(Link {
            latency: ms(5),
            jitter: ms(jitter),
            loss: impairment,
            duplicate: impairment,
            reorder: impairment,
        });
        let (mut there, mut back, mut sent) = (String::new(), String::new(), String::new());
        let mut seen = Vec::new();
        for (number, pause) in pauses.into_iter().enumerate() {
            let word = format!("{number} ");
            sent.push_str(&word);
            send(&mut world, A, client, word.clone());
            send(&mut world, B, server, word);
            seen.extend(world.pass(ms(pause)));
        }
        seen.extend(world.pass(seconds(100_000)));
        for (_, node, seen) in seen {
            let heard = if node == world.nodes[A] { &mut back } else { &mut there };
            heard.push_str(&text(&[seen]));
        }
        prop_assert_eq!(&there, &sent);
        prop_assert_eq!(&back, &sent);
    }
}
