//! What agents and callers do against servers of every kind: each case is a script of a server, and
//! fails if what it is about is taken away.

mod bodies;
mod changes;
mod digest;
mod domain;
mod early;
mod identity;
mod media;
mod methods;
mod redirects;
mod registrar;
mod tcp;
mod timers;
mod tls;
mod transfers;

use model::journal::event::{EndedBy, Event, NoSuccess};

/// What a target says whose servers challenge.
const DIGEST: &str = "secrets: { SECRET: {} }\n\
    sip-digest: { user: '{agent}', password: '{secret:SECRET}', \
    callers: { user: 'line-{agent}', password: '{secret:SECRET}' } }\n";

/// A server that is not asked.
const NOBODY: &str = "";

fn answered(event: &Event) -> bool {
    matches!(event, Event::Answered { .. })
}

fn accepted(event: &Event) -> bool {
    matches!(event, Event::Accepted { .. })
}

fn refused(code: u16) -> impl Fn(&Event) -> bool {
    move |event| {
        let refused = NoSuccess::Refused { code };
        matches!(event, Event::HopFailed { outcome, .. } if *outcome == refused)
    }
}

fn ended(how: EndedBy) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Ended { by, .. } if *by == how)
}

fn speaks(port: Option<u16>) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Speaking { to, .. } if to.map(|to| to.port()) == port)
}
