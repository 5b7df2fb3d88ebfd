use node::sockets::{Listen, Sockets, SocketsError};
use node::{Input, Output, Port, Unreachable};

use crate::puppet::{Running, at, host, name};

fn datagram(to: std::net::SocketAddr) -> Output<()> {
    let bytes = bytes::Bytes::from_static(b"hello");
    Output::Datagram {
        from: Port(5060),
        to,
        bytes,
    }
}

#[tokio::test]
async fn a_datagram_comes_from_the_senders_own_address_and_port() {
    let one = Running::on(&Listen::at(host(1)).udp([5060])).await;
    let mut two = Running::on(&Listen::at(host(2)).udp([5060, 5061])).await;
    one.perform(datagram(at(host(2), 5061))).await;
    match two.next().await.1 {
        Input::Datagram {
            at: port,
            from,
            bytes,
        } => {
            assert_eq!((port, from), (Port(5061), at(one.address, 5060)));
            assert_eq!(bytes, "hello");
        }
        other => panic!("{}", name(&other)),
    }
}

#[tokio::test]
async fn a_closed_port_is_told_and_hinders_no_later_datagram() {
    let mut one = Running::on(&Listen::at(host(3)).udp([5060])).await;
    let mut two = Running::on(&Listen::at(host(4)).udp([5060])).await;
    for _ in 0..3 {
        one.perform(datagram(at(host(4), 9))).await;
        one.perform(datagram(at(host(4), 5060))).await;
        match one.next().await.1 {
            Input::Undeliverable { at: port, to, why } => {
                assert_eq!((port, to), (Port(5060), at(host(4), 9)));
                assert_eq!(why, Unreachable::Port);
            }
            other => panic!("{}", name(&other)),
        }
        let (_, input) = two.next().await;
        assert!(matches!(input, Input::Datagram { .. }), "{}", name(&input));
    }
}

#[tokio::test]
async fn the_ports_of_a_node_that_stopped_are_free_again() {
    let listen = Listen::at(host(5)).udp([5060]).tcp([5060]).http([8080]);
    Running::on(&listen).await.stop().await;
    Running::on(&listen).await.stop().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let listen = Listen::at(host(6)).udp([5060]);
    let _first = Running::on(&listen).await;
    let second = Sockets::<()>::open(&listen).await;
    match second.err().unwrap() {
        SocketsError::Port { at: taken, .. } => assert_eq!(taken, at(host(6), 5060)),
        other => panic!("{other}"),
    }
}
