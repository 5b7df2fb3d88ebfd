//! The application-level settings: a pool has one set of them, whatever groups it has.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Application-level settings. They are not an object: they have no owner, and import leaves the
/// destination's alone unless told otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What callers hear while they wait.
    pub music: Music,
    /// How long an agent who declined is not asked again; 30 s to 600 s, 60 s unless said otherwise.
    #[serde(with = "crate::duration")]
    pub ring_back_grace: Duration,
    /// Whether agents are shown which group a call is for.
    pub call_context: CallContext,
}

/// What callers hear while they wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Music {
    /// The melody that comes with the pool.
    #[default]
    Default,
    /// A file of the deployment's own, by name. The reference plays its melody in a key that
    /// follows from the name: files are not carried.
    File(String),
}

/// Whether agents are shown which group a call is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallContext {
    /// The group is named in a `Subject` (RFC 3261 section 20.36).
    Shown,
    /// It is not.
    #[default]
    Hidden,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            music: Music::Default,
            ring_back_grace: Duration::from_secs(60),
            call_context: CallContext::Hidden,
        }
    }
}
