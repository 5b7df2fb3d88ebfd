//! Where the container engine is: found as Docker's own client finds it.
//!
//! In this order: `DOCKER_HOST`, the context that `DOCKER_CONTEXT` names, the current context of
//! `config.json`, the usual socket. An empty variable is an unset one.
//! Source: `docker context --help`, and the client's `resolveContextName`.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bollard::{API_DEFAULT_VERSION, Docker};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// Where engines listen unless told otherwise.
const USUAL: &str = "unix:///var/run/docker.sock";

/// The context that is none: the variables and the usual socket.
const DEFAULT_CONTEXT: &str = "default";

/// Where engines listen for what is not encrypted, and for TLS, unless an address says otherwise.
const PORTS: (u16, u16) = (2375, 2376);

/// How long the client waits by itself, in seconds: longer than whoever calls it does.
const CLIENT_TIMEOUT: u64 = 3600;

/// The files in a directory of certificates.
const CERTIFICATES: [&str; 3] = ["key.pem", "cert.pem", "ca.pem"];

/// Where an engine is, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EngineAddress {
    url: String,
    /// The directory of the certificates, if TLS is spoken.
    certificates: Option<PathBuf>,
    said_by: SaidBy,
}

/// Who says where the engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum SaidBy {
    /// Nobody: it is where engines are.
    Nobody,
    /// `DOCKER_HOST`.
    Variable,
    /// A context of Docker's client.
    Context(String),
}

/// Why it is not known where the engine is, or cannot be spoken with there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// A context that Docker's client does not have.
    #[error("there is no context `{name}`: {} cannot be read: {why}", file.display())]
    NoContext {
        /// Its name.
        name: String,
        /// Where it should be.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
    /// A file of Docker's client that cannot be read, or understood.
    #[error("{} is damaged, or not to be read: {why}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A certificate is missing.
    #[error("{address} asks for TLS, and {} cannot be read: {why}", file.display())]
    NoCertificate {
        /// The address.
        address: String,
        /// The file.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
    /// A context that has TLS without a look at the certificate.
    #[error("{0} skips the verification of certificates, and rgdrill does not")]
    Unverified(String),
    /// An address that is reached over SSH.
    #[error(
        "{0} is reached over SSH, with a connection for each request, of which SSH servers refuse more than ten at once"
    )]
    Ssh(String),
    /// An address of another kind.
    #[error("{0} is no address that rgdrill can reach")]
    Unknown(String),
}

/// A variable of the environment, and what it is to be; none: it is not to be there.
pub type Change = (&'static str, Option<String>);

/// What Docker's client finds around it.
pub(super) struct Surroundings<'a> {
    /// The environment: an empty variable is an unset one.
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
}

/// `config.json`, of which one thing matters here.
#[derive(Debug, Default, Deserialize)]
struct Config {
    #[serde(rename = "currentContext", default)]
    current_context: Option<String>,
}

/// `meta.json` of a context.
#[derive(Debug, Deserialize)]
struct Meta {
    #[serde(rename = "Endpoints", default)]
    endpoints: Endpoints,
}

#[derive(Debug, Default, Deserialize)]
struct Endpoints {
    docker: Option<Endpoint>,
}

#[derive(Debug, Deserialize)]
struct Endpoint {
    #[serde(rename = "Host", default)]
    host: String,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_verify: bool,
}

impl Surroundings<'_> {
    /// Where the engine is.
    ///
    /// # Errors
    ///
    /// [`AddressError`].
    pub(super) fn address(&self) -> Result<EngineAddress, AddressError> {
        if let Some(url) = (self.variable)("DOCKER_HOST") {
            return self.by_variables(url, SaidBy::Variable);
        }
        match self.context()? {
            Some(name) => self.of_context(name),
            None => self.by_variables(USUAL.to_owned(), SaidBy::Nobody),
        }
    }

    /// The variables that would have to be otherwise, or not there, for testcontainers to find the engine at
    /// `address`: it knows no contexts.
    pub(super) fn to_change(&self, address: &EngineAddress) -> Vec<Change> {
        let host = match address.said_by {
            SaidBy::Nobody => None,
            SaidBy::Variable | SaidBy::Context(_) => Some(address.url.clone()),
        };
        let certificates = address.certificates.as_ref();
        let verify = certificates.map(|_| "1".to_owned());
        let directory = certificates.map(|directory| directory.display().to_string());
        let wanted = [
            ("DOCKER_HOST", host),
            ("DOCKER_TLS_VERIFY", verify),
            ("DOCKER_CERT_PATH", directory),
        ];
        let wanted = wanted.into_iter();
        wanted
            .filter(|(name, value)| (self.variable)(name) != *value)
            .collect()
    }

    /// The context that is chosen, unless that is none.
    fn context(&self) -> Result<Option<String>, AddressError> {
        let chosen = match (self.variable)("DOCKER_CONTEXT") {
            Some(name) => Some(name),
            None => self.config()?.current_context,
        };
        Ok(chosen.filter(|name| !name.is_empty() && name != DEFAULT_CONTEXT))
    }

    fn config(&self) -> Result<Config, AddressError> {
        let Some(file) = self
            .directory()
            .map(|directory| directory.join("config.json"))
        else {
            return Ok(Config::default());
        };
        match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).map_err(damaged(&file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Config::default()),
            Err(error) => Err(damaged(&file)(error)),
        }
    }

    /// Where Docker's client keeps its files.
    fn directory(&self) -> Option<PathBuf> {
        let configured = (self.variable)("DOCKER_CONFIG").map(PathBuf::from);
        configured.or_else(|| Some(Path::new(&(self.variable)("HOME")?).join(".docker")))
    }

    fn by_variables(&self, url: String, said_by: SaidBy) -> Result<EngineAddress, AddressError> {
        let verify = (self.variable)("DOCKER_TLS_VERIFY").is_some() || url.starts_with("https://");
        let certificates = match verify && !url.starts_with("unix://") {
            true => (self.variable)("DOCKER_CERT_PATH")
                .map(PathBuf::from)
                .or(self.directory()),
            false => None,
        };
        EngineAddress::new(&url, certificates, said_by)
    }

    fn of_context(&self, name: String) -> Result<EngineAddress, AddressError> {
        let contexts = self.directory().unwrap_or_default().join("contexts");
        let digest = sha256(&name);
        let file = contexts.join("meta").join(&digest).join("meta.json");
        let text = fs::read(&file).map_err(|error| AddressError::NoContext {
            name: name.clone(),
            file: file.clone(),
            why: error.to_string(),
        })?;
        let meta: Meta = serde_json::from_slice(&text).map_err(damaged(&file))?;
        let endpoint = meta.endpoints.docker;
        let (url, skips) = endpoint.map_or_else(Default::default, |endpoint| {
            (endpoint.host, endpoint.skip_verify)
        });
        if skips {
            return Err(AddressError::Unverified(format!("the context `{name}`")));
        }
        let url = if url.is_empty() { USUAL } else { &url };
        let certificates = contexts.join("tls").join(&digest).join("docker");
        let certificates = certificates.is_dir().then_some(certificates);
        EngineAddress::new(url, certificates, SaidBy::Context(name))
    }
}

impl EngineAddress {
    fn new(
        url: &str,
        certificates: Option<PathBuf>,
        said_by: SaidBy,
    ) -> Result<EngineAddress, AddressError> {
        let url = match url.contains("://") {
            true => url.to_owned(),
            false => format!("tcp://{url}"),
        };
        let mut address = EngineAddress {
            url,
            certificates,
            said_by,
        };
        match address.url.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => address.certificates = None,
            Some(("tcp" | "http" | "https", host)) if is_host(host) => {
                let host = host.trim_end_matches('/');
                let port = match address.certificates {
                    None => PORTS.0,
                    Some(_) => PORTS.1,
                };
                if !has_port(host) {
                    address.url = format!("tcp://{host}:{port}");
                }
            }
            Some(("ssh", _)) => return Err(AddressError::Ssh(address.to_string())),
            _ => return Err(AddressError::Unknown(address.to_string())),
        }
        address.check_certificates()?;
        Ok(address)
    }

    /// A key that cannot be read would be noticed by the engine only, as a client without one.
    fn check_certificates(&self) -> Result<(), AddressError> {
        let directory = self.certificates.iter();
        let mut files =
            directory.flat_map(|directory| CERTIFICATES.map(|name| directory.join(name)));
        files.try_for_each(|file| match fs::read(&file) {
            Ok(_) => Ok(()),
            Err(error) => Err(AddressError::NoCertificate {
                address: self.to_string(),
                file,
                why: error.to_string(),
            }),
        })
    }

    /// A client of the engine there. It has not asked anything yet.
    pub(super) fn client(&self) -> Result<Docker, bollard::errors::Error> {
        let (timeout, version) = (CLIENT_TIMEOUT, API_DEFAULT_VERSION);
        match &self.certificates {
            Some(directory) => {
                let [key, cert, ca] = CERTIFICATES.map(|name| directory.join(name));
                Docker::connect_with_ssl(&self.url, &key, &cert, &ca, timeout, version)
            }
            None if self.url.starts_with("unix://") => {
                Docker::connect_with_unix(&self.url, timeout, version)
            }
            None => Docker::connect_with_http(&self.url, timeout, version),
        }
    }
}

impl fmt::Display for EngineAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)?;
        match &self.said_by {
            SaidBy::Nobody => Ok(()),
            SaidBy::Variable => f.write_str(" (DOCKER_HOST)"),
            SaidBy::Context(name) => write!(f, " (the context `{name}`)"),
        }
    }
}

/// Whether this can be a host, with or without a port.
fn is_host(host: &str) -> bool {
    let host = host.trim_end_matches('/');
    !host.is_empty() && !host.contains('/')
}

/// Whether a host is followed by a port: in an IPv6 address, behind its bracket.
fn has_port(host: &str) -> bool {
    let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
    behind.contains(':')
}

fn damaged<E: fmt::Display>(file: &Path) -> impl FnOnce(E) -> AddressError + use<E> {
    let file = file.to_owned();
    move |error| AddressError::Damaged {
        file,
        why: error.to_string(),
    }
}

fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rstest::rstest;

    use super::*;

    /// The address in these surroundings, whose home is `home`.
    fn found(home: &Path, variables: &[(&str, &str)]) -> Result<EngineAddress, AddressError> {
        let mut variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        let home = home.to_str().unwrap();
        variables.entry("HOME").or_insert(home);
        let variable = |name: &str| variables.get(name).map(|value| (*value).to_owned());
        let surroundings = Surroundings {
            variable: &variable,
        };
        surroundings.address()
    }

    /// What has to change for testcontainers to find the same engine.
    #[rstest]
    #[case::the_usual_one(&[], &[])]
    #[case::a_variable(&[("DOCKER_HOST", "unix:///run/other.sock")], &[])]
    #[case::without_a_scheme(&[("DOCKER_HOST", "far:2375")], &[("DOCKER_HOST", Some("tcp://far:2375"))])]
    #[case::a_context(&[("DOCKER_CONTEXT", "far")], &[("DOCKER_HOST", Some("tcp://far:2375"))])]
    #[case::encryption_of_what_is_here(
        &[("DOCKER_TLS_VERIFY", "1")],
        &[("DOCKER_TLS_VERIFY", None)]
    )]
    fn testcontainers_finds_the_same_engine(
        #[case] variables: &[(&str, &str)],
        #[case] expected: &[(&'static str, Option<&str>)],
    ) {
        let home = home_with_context("tcp://far:2375", false);
        let address = found(home.path(), variables).unwrap();
        let variable = |name: &str| {
            let mut variables = variables.iter();
            let found = variables.find(|(known, _)| *known == name)?;
            Some(found.1.to_owned())
        };
        let surroundings = Surroundings {
            variable: &variable,
        };
        let expected: Vec<Change> = expected
            .iter()
            .map(|(name, value)| (*name, value.map(str::to_owned)))
            .collect();
        assert_eq!(surroundings.to_change(&address), expected);
    }

    /// A home with the context `far`, whose engine is at `host`.
    fn home_with_context(host: &str, skips: bool) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        let meta = home
            .path()
            .join(".docker/contexts/meta")
            .join(sha256("far"));
        fs::create_dir_all(&meta).unwrap();
        let text = format!(
            r#"{{"Name":"far","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}","SkipTLSVerify":{skips}}}}}}}"#
        );
        fs::write(meta.join("meta.json"), text).unwrap();
        home
    }

    fn certificates(directory: &Path) {
        fs::create_dir_all(directory).unwrap();
        for name in CERTIFICATES {
            fs::write(directory.join(name), "").unwrap();
        }
    }

    fn choose(home: &Path, context: &str) {
        let text = format!(r#"{{"auths":{{}},"currentContext":"{context}"}}"#);
        fs::write(home.join(".docker/config.json"), text).unwrap();
    }

    #[test]
    fn without_a_word_it_is_the_usual_socket() {
        let home = tempfile::tempdir().unwrap();
        let address = found(home.path(), &[]).unwrap();
        assert_eq!(address.to_string(), USUAL);
    }

    #[rstest]
    #[case::variable(&[("DOCKER_HOST", "tcp://near:1")], "tcp://near:1 (DOCKER_HOST)")]
    #[case::variable_before_context(
        &[("DOCKER_HOST", "unix:///near.sock"), ("DOCKER_CONTEXT", "far")],
        "unix:///near.sock (DOCKER_HOST)"
    )]
    #[case::context(&[("DOCKER_CONTEXT", "far")], "tcp://far:7 (the context `far`)")]
    #[case::no_context(&[("DOCKER_CONTEXT", "default")], "unix:///var/run/docker.sock")]
    #[case::no_port(&[("DOCKER_HOST", "tcp://near")], "tcp://near:2375 (DOCKER_HOST)")]
    #[case::no_scheme(&[("DOCKER_HOST", "[::1]")], "tcp://[::1]:2375 (DOCKER_HOST)")]
    fn who_says_where_it_is_counts_in_the_order_of_dockers_client(
        #[case] variables: &[(&str, &str)],
        #[case] expected: &str,
    ) {
        let home = home_with_context("tcp://far:7", false);
        assert_eq!(found(home.path(), variables).unwrap().to_string(), expected);
    }

    #[test]
    fn the_current_context_counts_until_the_environment_names_another() {
        let home = home_with_context("unix:///run/far.sock", false);
        choose(home.path(), "far");
        let address = found(home.path(), &[]).unwrap();
        assert_eq!(
            address.to_string(),
            "unix:///run/far.sock (the context `far`)"
        );
        let address = found(home.path(), &[("DOCKER_CONTEXT", "default")]).unwrap();
        assert_eq!(address.to_string(), USUAL);
    }

    #[test]
    fn tls_is_spoken_where_it_is_asked_for_and_nowhere_in_plain_text() {
        let home = tempfile::tempdir().unwrap();
        certificates(&home.path().join("mine"));
        let mine = home.path().join("mine");
        let mine = mine.to_str().unwrap();
        for (host, verify) in [("tcp://near", "1"), ("https://near", "")] {
            let mut variables = vec![("DOCKER_HOST", host), ("DOCKER_CERT_PATH", mine)];
            if !verify.is_empty() {
                variables.push(("DOCKER_TLS_VERIFY", verify));
            }
            let address = found(home.path(), &variables).unwrap();
            assert_eq!(address.certificates.as_deref(), Some(Path::new(mine)));
            assert_eq!(address.url, "tcp://near:2376");
        }
    }

    #[test]
    fn a_contexts_certificates_are_beside_it() {
        let home = home_with_context("tcp://far:7", false);
        let own = home.path().join(".docker/contexts/tls").join(sha256("far"));
        certificates(&own.join("docker"));
        let address = found(home.path(), &[("DOCKER_CONTEXT", "far")]).unwrap();
        assert_eq!(address.certificates, Some(own.join("docker")));
    }

    #[test]
    fn what_cannot_be_honoured_is_refused_with_its_reason() {
        let home = home_with_context("tcp://far:7", true);
        let refused = |variables: &[(&str, &str)]| found(home.path(), variables).unwrap_err();
        let error = refused(&[("DOCKER_CONTEXT", "far")]);
        assert!(matches!(error, AddressError::Unverified(_)), "{error}");
        let error = refused(&[("DOCKER_CONTEXT", "farther")]);
        assert!(matches!(error, AddressError::NoContext { .. }), "{error}");
        let error = refused(&[("DOCKER_HOST", "ssh://me@far")]);
        assert!(matches!(error, AddressError::Ssh(_)), "{error}");
        let error = refused(&[("DOCKER_HOST", "npipe:////./pipe/docker_engine")]);
        assert!(matches!(error, AddressError::Unknown(_)), "{error}");
        let error = refused(&[("DOCKER_HOST", "tcp://far"), ("DOCKER_TLS_VERIFY", "1")]);
        assert!(
            matches!(error, AddressError::NoCertificate { .. }),
            "{error}"
        );
        fs::write(home.path().join(".docker/config.json"), "{").unwrap();
        let error = refused(&[]);
        assert!(matches!(error, AddressError::Damaged { .. }), "{error}");
    }
}
