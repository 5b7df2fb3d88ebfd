//! SIP over TLS: whom agents and callers trust, and who they are themselves.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::file::port;
use crate::secret::Secrets;
use crate::template::{BindError, Scope, Template};
use crate::variables::Variables;
use model::topology::Pool;

/// How connections to the pools are encrypted (RFC 3261 section 26.3). All texts are PEM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SipTls {
    /// Where a pool takes them.
    #[serde(default = "default_port", deserialize_with = "port")]
    #[schemars(range(min = 1, max = 65_535))]
    pub port: u16,
    /// The certificates of those who issue the pools' own.
    #[serde(default)]
    pub ca: Option<String>,
    /// In the place of `ca`: the pools' own certificates, which are taken whatever they say.
    #[serde(default)]
    pub pinned: Option<String>,
    /// For which name the certificate of a pool is (RFC 5922 section 7); for its address, if nothing is said.
    #[serde(default)]
    pub names: BTreeMap<Pool, String>,
    /// What agents and callers show to whoever asks, or connects to them. Without it nobody can connect
    /// to them: they are reached over the connections that they opened.
    #[serde(default)]
    pub own: Option<SipIdentity>,
}

/// A certificate and its key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SipIdentity {
    /// The certificate, and those of who issued it.
    pub certificate: String,
    /// Its private key: a secret.
    pub key: Template,
}

impl SipTls {
    /// Whether a text has a certificate in it, as far as can be seen from its outside.
    pub(crate) fn is_pem(text: &str) -> bool {
        text.contains("-----BEGIN CERTIFICATE-----")
    }
}

impl SipIdentity {
    /// Its private key.
    ///
    /// # Errors
    ///
    /// [`BindError`], if it speaks of anything but secrets.
    pub fn key(&self, secrets: &Secrets) -> Result<String, BindError> {
        let variables = &Variables::default();
        self.key.fill(Scope { variables, secrets })
    }
}

/// RFC 3261 section 19.1.2.
const fn default_port() -> u16 {
    5061
}
