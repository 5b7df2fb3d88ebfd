//! How long things take.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long things take. Durations are written as `500ms` or `7s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timing {
    /// How often the partner is sent a heartbeat.
    #[serde(with = "crate::duration")]
    pub heartbeat: Duration,
    /// After how many heartbeats without an answer the partner counts as dead.
    pub dead_after: u32,
    /// How long new calls wait for the answer of a partner that counts as dead, in case it is back.
    #[serde(with = "crate::duration")]
    pub ask: Duration,
    /// The longest that a registration lasts.
    #[serde(with = "crate::duration")]
    pub register_expires: Duration,
    /// The wait time of a failback that does not say one; 15 s is the documented default.
    #[serde(with = "crate::duration")]
    pub fail_back_wait: Duration,
    /// How long the partner may take over what is forwarded to it, before that is refused.
    #[serde(with = "crate::duration")]
    pub forward: Duration,
    /// How long a database may take.
    #[serde(with = "crate::duration")]
    pub database: Duration,
    /// How long a call that is not yet connected to an agent may send no media before it is ended.
    #[serde(with = "crate::duration")]
    pub silence: Duration,
    /// How long neither end of a relayed call may send media before the call is ended.
    #[serde(with = "crate::duration")]
    pub relay_silence: Duration,
    /// How long a phone may take to answer anything, 100 at least, before it counts as unreachable.
    #[serde(with = "crate::duration")]
    pub next_hop: Duration,
    /// When an agent who was busy or unreachable is tried again for the same call.
    #[serde(with = "crate::duration")]
    pub agent_retry: Duration,
    /// How long placing a call on behalf of a group may take until the callee's phone rings.
    #[serde(with = "crate::duration")]
    pub on_behalf: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            heartbeat: Duration::from_millis(500),
            dead_after: 3,
            ask: Duration::from_millis(200),
            register_expires: Duration::from_secs(10),
            fail_back_wait: Duration::from_secs(15),
            forward: Duration::from_secs(1),
            database: Duration::from_secs(1),
            silence: Duration::from_secs(3),
            relay_silence: Duration::from_secs(60),
            next_hop: Duration::from_secs(2),
            agent_retry: Duration::from_secs(1),
            on_behalf: Duration::from_secs(10),
        }
    }
}

impl Timing {
    /// How long without an answer it takes until the partner counts as dead.
    pub fn dead_time(&self) -> Duration {
        self.heartbeat * self.dead_after
    }
}
