//! TLS beneath a node's connections (RFC 8446, 5246): the node sees what is inside.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, ServerConfig,
    SignatureScheme, version,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::arrival::no_connection;
use crate::StreamIn;

/// With what a node's connections are encrypted.
#[derive(Clone)]
pub struct Tls {
    connector: TlsConnector,
    /// None: nobody can open a connection to the node.
    acceptor: Option<TlsAcceptor>,
    names: BTreeMap<IpAddr, ServerName<'static>>,
}

/// Whom a node trusts, in PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust<'a> {
    /// Whose certificate one of these has issued, directly or not, and is for its name.
    Issuers(&'a str),
    /// Who has one of these certificates, whatever they say.
    Pinned(&'a str),
}

/// Who a node is, in PEM.
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    /// Its certificate, and those of who issued it.
    pub certificate: &'a str,
    /// The private key that belongs to it.
    pub key: &'a str,
}

/// Why nothing can be encrypted so.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No certificate to trust.
    #[error("no certificate in PEM is among those that are to be trusted: {0}")]
    Trusted(String),
    /// The node's own certificate.
    #[error("the own certificate cannot be used: {0}")]
    Own(String),
    /// What a host is to be called.
    #[error("`{0}` is neither a host's name nor an address")]
    Name(String),
    /// The library refuses.
    #[error("TLS cannot be set up: {0}")]
    SetUp(#[from] Error),
}

/// A connection, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<W: AsyncRead + AsyncWrite + Send + Unpin> Wire for W {}

impl Tls {
    /// Trusts whom `trust` says. `own` is shown to whoever asks for it, and to whoever opens a
    /// connection; without it nobody can. A host must have a certificate for the name that `names`
    /// has for its address, else for that address (RFC 5922 §7, but for its URIs in certificates,
    /// which are not read).
    ///
    /// # Errors
    ///
    /// [`TlsError`].
    pub fn new(
        trust: Trust<'_>,
        own: Option<Identity<'_>>,
        names: &BTreeMap<IpAddr, String>,
    ) -> Result<Tls, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let versions = [&version::TLS13, &version::TLS12];
        let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&versions)?
            .dangerous()
            .with_custom_certificate_verifier(verifier(trust, &provider)?);
        let (client, acceptor) = match own {
            None => (client.with_no_client_auth(), None),
            Some(own) => {
                let server = ServerConfig::builder_with_provider(provider)
                    .with_protocol_versions(&versions)?
                    .with_no_client_auth()
                    .with_single_cert(own.chain()?, own.key()?)
                    .map_err(|error| TlsError::Own(error.to_string()))?;
                let client = client
                    .with_client_auth_cert(own.chain()?, own.key()?)
                    .map_err(|error| TlsError::Own(error.to_string()))?;
                (client, Some(TlsAcceptor::from(Arc::new(server))))
            }
        };
        let named = |(address, name): (&IpAddr, &String)| {
            let known = ServerName::try_from(name.clone());
            let known = known.map_err(|_| TlsError::Name(name.clone()))?;
            Ok((*address, known))
        };
        Ok(Tls {
            connector: TlsConnector::from(Arc::new(client)),
            acceptor,
            names: names.iter().map(named).collect::<Result<_, TlsError>>()?,
        })
    }

    /// Whether somebody can open a connection to the node.
    pub const fn accepts(&self) -> bool {
        self.acceptor.is_some()
    }

    /// Encrypts a connection that was opened to `to`.
    pub(super) async fn connect(
        &self,
        stream: TcpStream,
        to: SocketAddr,
        limit: Duration,
    ) -> Result<Box<dyn Wire>, StreamIn> {
        let address = || ServerName::IpAddress(to.ip().into());
        let name = self.names.get(&to.ip()).cloned().unwrap_or_else(address);
        let stream = within(limit, self.connector.connect(name, stream)).await?;
        Ok(Box::new(stream))
    }

    /// Encrypts a connection that somebody opened.
    pub(super) async fn accept(
        &self,
        stream: TcpStream,
        limit: Duration,
    ) -> Result<Box<dyn Wire>, StreamIn> {
        let Some(acceptor) = &self.acceptor else {
            let why = "there is no certificate for who opens a connection".to_owned();
            return Err(StreamIn::NotSecured { why });
        };
        let stream = within(limit, acceptor.accept(stream)).await?;
        Ok(Box::new(stream))
    }
}

impl Identity<'_> {
    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        certificates(self.certificate).map_err(TlsError::Own)
    }

    fn key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes());
        key.map_err(|error| TlsError::Own(format!("no private key in PEM: {error}")))
    }
}

/// The certificates in a text; one at least.
fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match found {
        Ok(found) if found.is_empty() => Err("nothing is there".to_owned()),
        Ok(found) => Ok(found),
        Err(error) => Err(error.to_string()),
    }
}

fn verifier(
    trust: Trust<'_>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    match trust {
        Trust::Issuers(pem) => {
            let mut issuers = RootCertStore::empty();
            for certificate in certificates(pem).map_err(TlsError::Trusted)? {
                issuers.add(certificate)?;
            }
            let provider = Arc::clone(provider);
            let verifier =
                WebPkiServerVerifier::builder_with_provider(Arc::new(issuers), provider).build();
            let verifier = verifier.map_err(|error| TlsError::Trusted(error.to_string()))?;
            Ok(verifier)
        }
        Trust::Pinned(pem) => Ok(Arc::new(Pinned {
            known: certificates(pem).map_err(TlsError::Trusted)?,
            provider: Arc::clone(provider),
        })),
    }
}

/// Trusts who has one of these certificates.
#[derive(Debug)]
struct Pinned {
    known: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.known.contains(end_entity) {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        known.supported_schemes()
    }
}

/// What comes of a handshake, which may not take for ever.
async fn within<S>(
    limit: Duration,
    handshake: impl Future<Output = io::Result<S>>,
) -> Result<S, StreamIn> {
    match time::timeout(limit, handshake).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(why_broken(&error).unwrap_or(match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                let why = "it closed the connection in the handshake".to_owned();
                StreamIn::NotSecured { why }
            }
            _ => StreamIn::Reset(no_connection(&error)),
        })),
        Err(_) => {
            let why = format!(
                "it was not done with the handshake within {} s",
                limit.as_secs_f64()
            );
            Err(StreamIn::NotSecured { why })
        }
    }
}

/// Why TLS let the connection break; nothing if it was not TLS. In TLS 1.3 whoever opened the
/// connection learns only then that its certificate was refused.
pub(super) fn why_broken(error: &io::Error) -> Option<StreamIn> {
    let why = match error.get_ref()?.downcast_ref::<Error>()? {
        Error::InvalidCertificate(wrong) => what_is_wrong(wrong),
        Error::AlertReceived(alert) => format!("it refused: {alert:?}"),
        Error::InvalidMessage(_) => "it does not speak TLS".to_owned(),
        other => other.to_string(),
    };
    Some(StreamIn::NotSecured { why })
}

fn what_is_wrong(certificate: &CertificateError) -> String {
    match certificate {
        CertificateError::UnknownIssuer => {
            "nobody who is trusted has issued its certificate".to_owned()
        }
        CertificateError::ApplicationVerificationFailure => {
            "its certificate is not the pinned one".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet".to_owned()
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => format!(
            "its certificate is for {}, not for {}",
            presented.join(", "),
            expected.to_str()
        ),
        other => format!("its certificate is wrong: {other}"),
    }
}
