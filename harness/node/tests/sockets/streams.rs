use bytes::Bytes;
use node::sockets::Listen;
use node::{Input, NoReply, Output, Port, StreamId, StreamIn};

use crate::puppet::{Running, at, host, name};

const OWN: StreamId = StreamId(2);

async fn stream(node: &mut Running) -> (StreamId, StreamIn) {
    match node.next().await.1 {
        Input::Stream { id, what } => (id, what),
        other => panic!("{}", name(&other)),
    }
}

/// What comes until the other end closes: how a stream is cut into pieces is the network's choice.
async fn all_data(node: &mut Running) -> Vec<u8> {
    let mut data = Vec::new();
    loop {
        match stream(node).await.1 {
            StreamIn::Data(bytes) => data.extend(bytes),
            StreamIn::Closed => return data,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_was_sent_before_the_close_arrives() {
    let client = Running::on(&Listen::at(host(21))).await;
    let mut server = Running::on(&Listen::at(host(22)).tcp([5060])).await;
    let to = at(host(22), 5060);
    client.perform(Output::Connect { id: OWN, to }).await;
    for bytes in [
        Bytes::from_static(b"INVITE"),
        Bytes::from(vec![b'x'; 200_000]),
    ] {
        client.perform(Output::Send { id: OWN, bytes }).await;
    }
    client.perform(Output::Close { id: OWN }).await;
    let (id, opened) = stream(&mut server).await;
    assert_eq!(id.0 % 2, 1);
    match opened {
        StreamIn::Opened { at, from } => {
            assert_eq!((at, from.ip()), (Port(5060), client.address));
        }
        other => panic!("{other:?}"),
    }
    let data = all_data(&mut server).await;
    assert_eq!((data.len(), &data[..6]), (200_006, &b"INVITE"[..]));
}

#[tokio::test]
async fn both_ends_hear_each_other() {
    let mut client = Running::on(&Listen::at(host(23))).await;
    let mut server = Running::on(&Listen::at(host(24)).tcp([5060])).await;
    client
        .perform(Output::Connect {
            id: OWN,
            to: at(host(24), 5060),
        })
        .await;
    let (id, _) = stream(&mut server).await;
    let (own, opened) = stream(&mut client).await;
    assert!(
        own == OWN && matches!(opened, StreamIn::Opened { .. }),
        "{opened:?}"
    );
    let bytes = Bytes::from_static(b"answer");
    server
        .perform(Output::Send {
            id,
            bytes: bytes.clone(),
        })
        .await;
    assert_eq!(stream(&mut client).await, (OWN, StreamIn::Data(bytes)));
    server.perform(Output::Close { id }).await;
    assert_eq!(stream(&mut client).await, (OWN, StreamIn::Closed));
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let mut client = Running::on(&Listen::at(host(25))).await;
    client
        .perform(Output::Connect {
            id: OWN,
            to: at(host(26), 5060),
        })
        .await;
    let refused = StreamIn::Reset(NoReply::Refused);
    assert_eq!(stream(&mut client).await, (OWN, refused));
}
