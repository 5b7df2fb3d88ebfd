//! What a slow pool takes only a while after it has come.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use node::{Input, Now, Port};

use crate::config::PoolConfig;
use crate::variant::Variant;

/// How long it lies there.
const WHILE: Duration = Duration::from_millis(600);

/// What lies there, in the order in which it came.
#[derive(Debug, Default)]
pub(super) struct Late(VecDeque<(Now, Input<Infallible>)>);

impl Late {
    /// Lets an input lie if this pool is slow to take such; else gives it back.
    pub(super) fn put(
        &mut self,
        now: Now,
        config: &PoolConfig,
        input: Input<Infallible>,
    ) -> Option<Input<Infallible>> {
        if !is_taken_late(config, &input) {
            return Some(input);
        }
        self.0.push_back((now + WHILE, input));
        None
    }

    /// The next input that has lain long enough.
    pub(super) fn take(&mut self, now: Now) -> Option<Input<Infallible>> {
        let (due, _) = self.0.front()?;
        let is_due = *due <= now;
        is_due
            .then(|| self.0.pop_front())
            .flatten()
            .map(|(_, input)| input)
    }

    /// When an input has lain long enough.
    pub(super) fn deadline(&self) -> Option<Now> {
        self.0.front().map(|(due, _)| *due)
    }
}

/// CANCEL must not overtake the INVITE that it cancels.
fn is_taken_late(config: &PoolConfig, input: &Input<Infallible>) -> bool {
    match input {
        Input::Datagram { at, bytes, .. } => {
            *at == Port(config.sip.port())
                && (bytes.starts_with(b"INVITE ") || bytes.starts_with(b"CANCEL "))
                && config.varies(Variant::SlowToTakeCalls)
        }
        Input::Request { request, .. } => {
            let path = request.uri().path();
            let is_of_surface = path.starts_with("/console/") || path.starts_with("/management/");
            // Failover and failback are begun when they are asked for.
            is_of_surface
                && !path.starts_with("/management/fail-")
                && config.varies(Variant::SlowSurfaces)
        }
        _ => false,
    }
}
