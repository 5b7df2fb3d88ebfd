use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use node::sockets::{Identity, Listen, Tls, TlsError, Trust};
use node::{Input, Output, StreamId, StreamIn};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rstest::rstest;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto::ring};

use crate::limits::LIMITS;
use crate::puppet::{Running, at, host, name};

const OWN: StreamId = StreamId(2);

/// The name that servers' certificates are for.
const POOL: &str = "pool.example";

/// How many issuers there are: each has a name of its own.
static ISSUERS: AtomicU32 = AtomicU32::new(0);

/// Somebody who issues certificates.
struct Issuer(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, in PEM.
struct Issued {
    certificate: String,
    key: String,
}

impl Issuer {
    fn new() -> Issuer {
        let mut params = CertificateParams::default();
        let name = format!("issuer {}", ISSUERS.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Issuer(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for `of`, that lasts until the end of the year `until`.
    fn issue(&self, of: &str, until: i32) -> Issued {
        let mut params = CertificateParams::new([of.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(until, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Issued {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

impl Issued {
    fn identity(&self) -> Identity<'_> {
        Identity {
            certificate: &self.certificate,
            key: &self.key,
        }
    }
}

/// A server at `number` that is `own`.
async fn server(number: u8, own: &Issued) -> Running {
    let tls = Tls::new(
        Trust::Pinned(&own.certificate),
        Some(own.identity()),
        &BTreeMap::new(),
    );
    let listen = Listen::at(host(number)).tcp([5061]).limits(LIMITS);
    Running::encrypted(&listen, tls.unwrap()).await
}

/// A client that asks the server at `number`, which it calls by `called`.
async fn client(
    number: u8,
    trust: Trust<'_>,
    own: Option<&Issued>,
    called: &[(IpAddr, &str)],
) -> Running {
    let names = called
        .iter()
        .map(|(address, name)| (*address, (*name).to_owned()));
    let own = own.map(Issued::identity);
    let tls = Tls::new(trust, own, &names.collect());
    let listen = Listen::at(host(number + 1)).limits(LIMITS);
    let client = Running::encrypted(&listen, tls.unwrap()).await;
    let to = at(host(number), 5061);
    client.perform(Output::Connect { id: OWN, to }).await;
    client
}

async fn next(node: &mut Running) -> (StreamId, StreamIn) {
    match node.next().await.1 {
        Input::Stream { id, what } => (id, what),
        other => panic!("{}", name(&other)),
    }
}

/// Why the client has no connection.
async fn why_not(mut client: Running) -> String {
    match next(&mut client).await {
        (OWN, StreamIn::NotSecured { why }) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn both_ends_hear_each_other_and_a_close_is_a_close() {
    let (issuer, number) = (Issuer::new(), 131);
    let mut server = server(number, &issuer.issue(POOL, 2100)).await;
    let (pem, called) = (issuer.pem(), [(host(number), POOL)]);
    let mut client = client(number, Trust::Issuers(&pem), None, &called).await;
    assert!(matches!(next(&mut client).await.1, StreamIn::Opened { .. }));
    let (id, opened) = next(&mut server).await;
    assert!(matches!(opened, StreamIn::Opened { .. }));
    let bytes = Bytes::from_static(b"REGISTER");
    let send = |id| Output::Send {
        id,
        bytes: bytes.clone(),
    };
    client.perform(send(OWN)).await;
    assert_eq!(next(&mut server).await, (id, StreamIn::Data(bytes.clone())));
    server.perform(send(id)).await;
    assert_eq!(next(&mut client).await, (OWN, StreamIn::Data(bytes)));
    server.perform(Output::Close { id }).await;
    assert_eq!(next(&mut client).await, (OWN, StreamIn::Closed));
}

#[tokio::test]
async fn a_pinned_certificate_may_be_for_anybody_and_expired() {
    let (own, number) = (Issuer::new().issue("somebody.example", 2001), 133);
    let _server = server(number, &own).await;
    let mut client = client(number, Trust::Pinned(&own.certificate), None, &[]).await;
    assert!(matches!(next(&mut client).await.1, StreamIn::Opened { .. }));
}

#[rstest]
#[case::by_its_name(135, POOL, &[POOL], None)]
#[case::by_another_name(137, POOL, &["other.example"], Some("its certificate is for "))]
#[case::by_its_address(139, "", &[], None)]
#[case::by_an_address_that_it_is_not_for(141, POOL, &[], Some("its certificate is for "))]
#[tokio::test]
async fn a_certificate_is_for_what_the_server_is_called(
    #[case] number: u8,
    #[case] of: &str,
    #[case] called: &[&str],
    #[case] expected: Option<&str>,
) {
    let (issuer, address) = (Issuer::new(), host(number).to_string());
    let of = if of.is_empty() { &address } else { of };
    let _server = server(number, &issuer.issue(of, 2100)).await;
    let called: Vec<_> = called.iter().map(|name| (host(number), *name)).collect();
    let pem = issuer.pem();
    let mut client = client(number, Trust::Issuers(&pem), None, &called).await;
    match expected {
        None => assert!(matches!(next(&mut client).await.1, StreamIn::Opened { .. })),
        Some(expected) => {
            let why = why_not(client).await;
            assert!(why.starts_with(expected), "{why}");
        }
    }
}

/// Whom a client trusts.
enum Trusted {
    Issuer,
    OtherIssuer,
    Certificate,
}

#[rstest]
#[case::expired(143, 2001, Trusted::Issuer, "its certificate has expired")]
#[case::of_somebody_else(
    153,
    2100,
    Trusted::OtherIssuer,
    "nobody who is trusted has issued its certificate"
)]
#[case::not_pinned(
    155,
    2100,
    Trusted::Certificate,
    "its certificate is not the pinned one"
)]
#[tokio::test]
async fn who_is_not_trusted_is_told_with_the_reason(
    #[case] number: u8,
    #[case] until: i32,
    #[case] trusted: Trusted,
    #[case] expected: &str,
) {
    let issuer = Issuer::new();
    let _server = server(number, &issuer.issue(POOL, until)).await;
    let (pem, other) = (issuer.pem(), Issuer::new().pem());
    let trust = match trusted {
        Trusted::Issuer => Trust::Issuers(&pem),
        Trusted::OtherIssuer => Trust::Issuers(&other),
        Trusted::Certificate => Trust::Pinned(&pem),
    };
    let client = client(number, trust, None, &[(host(number), POOL)]).await;
    assert_eq!(why_not(client).await, expected);
}

#[tokio::test]
async fn who_does_not_speak_tls_or_hangs_up_is_told() {
    use tokio::io::AsyncWriteExt as _;
    let number = 145;
    let listener = TcpListener::bind(at(host(number), 5061)).await.unwrap();
    let pem = Issuer::new().pem();
    let one = client(number, Trust::Issuers(&pem), None, &[]).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(b"SIP/2.0 400 What\r\n\r\n").await.unwrap();
    assert_eq!(why_not(one).await, "it does not speak TLS");
    let other = client(number, Trust::Issuers(&pem), None, &[]).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.shutdown().await.unwrap();
    let why = why_not(other).await;
    assert_eq!(why, "it closed the connection in the handshake");
}

#[tokio::test]
async fn a_handshake_may_not_take_for_ever_at_either_end() {
    let (issuer, number) = (Issuer::new(), 147);
    let listener = TcpListener::bind(at(host(number), 5061)).await.unwrap();
    let pem = issuer.pem();
    let client = client(number, Trust::Issuers(&pem), None, &[]).await;
    let expected = "it was not done with the handshake within 0.3 s";
    assert_eq!(why_not(client).await, expected);
    drop(listener);

    let mut server = server(151, &issuer.issue(POOL, 2100)).await;
    let _silent = TcpStream::connect(at(host(151), 5061)).await.unwrap();
    assert!(matches!(next(&mut server).await.1, StreamIn::Opened { .. }));
    let why = expected.to_owned();
    assert_eq!(next(&mut server).await.1, StreamIn::NotSecured { why });
}

#[tokio::test]
async fn who_asks_for_a_certificate_gets_it_and_who_has_none_is_told() {
    let (issuer, number) = (Issuer::new(), 149);
    let own = issuer.issue(POOL, 2100);
    let listener = TcpListener::bind(at(host(number), 5061)).await.unwrap();
    let provider = Arc::new(ring::default_provider());
    let mut issuers = RootCertStore::empty();
    let pem = issuer.pem();
    issuers
        .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
        .unwrap();
    let clients =
        WebPkiClientVerifier::builder_with_provider(issuers.into(), Arc::clone(&provider));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(own.certificate.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(own.key.as_bytes()).unwrap(),
        );
    let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
    let called = [(host(number), POOL)];
    let telephone = issuer.issue("telephone.example", 2100);
    let known = client(number, Trust::Issuers(&pem), Some(&telephone), &called).await;
    let (stream, _) = listener.accept().await.unwrap();
    assert!(acceptor.accept(stream).await.is_ok());
    drop(known);

    let mut unknown = client(number, Trust::Issuers(&pem), None, &called).await;
    let (stream, _) = listener.accept().await.unwrap();
    assert!(acceptor.accept(stream).await.is_err());
    // In TLS 1.3 the client is done before the server has seen its certificate.
    assert!(matches!(
        next(&mut unknown).await.1,
        StreamIn::Opened { .. }
    ));
    let why = why_not(unknown).await;
    assert_eq!(why, "it refused: CertificateRequired");
}

#[rstest]
#[case::no_certificate("", None, "no certificate in PEM")]
#[case::no_pem("-----BEGIN CERTIFICATE-----\nx", None, "no certificate in PEM")]
#[case::no_name("", Some("not a name"), "`not a name` is neither")]
fn what_cannot_be_set_up_is_said(
    #[case] trusted: &str,
    #[case] called: Option<&str>,
    #[case] expected: &str,
) {
    let pem = Issuer::new().pem();
    let trusted = if called.is_some() { &pem } else { trusted };
    let names = called.map(|name| (host(1), name.to_owned()));
    let set_up = Tls::new(Trust::Issuers(trusted), None, &names.into_iter().collect());
    let why = set_up.err().map(|error: TlsError| error.to_string());
    assert!(
        why.as_ref().is_some_and(|why| why.starts_with(expected)),
        "{why:?}"
    );
}
