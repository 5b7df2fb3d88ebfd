//! Where actors are: a journal has the other end's address with each message, and an actor's own only
//! in what the actor says of itself.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use model::host::HostName;
use model::journal::WalkJournal;
use model::journal::event::{Direction, Event};
use timeline::sip::{self, Message};

/// The port of SIP (RFC 3261, section 18.1.1), where nothing else is known.
const SIP_PORT: u16 = 5060;

/// The actors' addresses, as far as the walk has come.
pub(super) struct Addresses {
    clients: Option<IpAddr>,
    /// For SIP, by actor.
    signalling: BTreeMap<String, SocketAddr>,
    /// For media, by actor: what was described last.
    media: BTreeMap<String, SocketAddr>,
}

impl Addresses {
    /// Where the actors of a walk can be reached by SIP: what the first request of each says.
    pub(super) fn of(walk: &WalkJournal) -> Self {
        let clients = walk.records.first().and_then(|record| match &record.event {
            Event::WalkBegan { addresses, .. } => addresses.get(&HostName::CLIENTS).copied(),
            _ => None,
        });
        let mut signalling = BTreeMap::new();
        let messages = walk.records.iter().filter_map(sip::message);
        for message in messages.filter(|message| message.direction == Direction::Out) {
            if !signalling.contains_key(message.actor)
                && let Some(address) = sent_by(&message)
            {
                signalling.insert(message.actor.to_owned(), address);
            }
        }
        Addresses {
            clients,
            signalling,
            media: BTreeMap::new(),
        }
    }

    /// Takes what an actor says of where it wants media.
    pub(super) fn take(&mut self, message: &Message<'_>) {
        if message.direction == Direction::Out
            && let Some(address) = message.described().media.first()
        {
            self.media.insert(message.actor.to_owned(), *address);
        }
    }

    /// Where an actor is, who exchanges messages with `peer`.
    pub(super) fn of_actor(&self, actor: &str, peer: SocketAddr) -> SocketAddr {
        let known = self.signalling.get(actor).copied();
        known.unwrap_or_else(|| SocketAddr::new(self.clients.unwrap_or(peer.ip()), SIP_PORT))
    }

    /// Where an actor receives media from `peer`.
    pub(super) fn of_media(&self, actor: &str, peer: SocketAddr) -> SocketAddr {
        let known = self.media.get(actor).copied();
        known.unwrap_or_else(|| SocketAddr::new(self.clients.unwrap_or(peer.ip()), 0))
    }
}

/// Whom a request's topmost Via names: its sender.
fn sent_by(message: &Message<'_>) -> Option<SocketAddr> {
    if message.first_line().starts_with("SIP/2.0") {
        return None;
    }
    let via = message.field(["Via", "v"])?;
    let sender = via.split_whitespace().nth(1)?.split(';').next()?;
    let with_port = sender.parse().ok();
    with_port.or_else(|| Some(SocketAddr::new(sender.parse().ok()?, SIP_PORT)))
}
