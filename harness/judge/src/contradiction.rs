//! What actors say that they received, compared with what others know of it.
//!
//! Nobody but the actor at an end of a call sees what arrives there, and *stays connected* is read
//! from nothing else; so it is asked whether anybody can have sent it:
//!
//! - **a silenced host**: while probes see a fault in force that leaves a pool's host nothing to
//!   send with, or no way out, no media comes from its address;
//! - **an actor who does not speak**: every actor speaks with a voice of its own, and each says
//!   when it began and ended to speak, and where to. Whoever hears a voice from the machine of the
//!   actors hears somebody who speaks to that machine; from elsewhere, somebody who speaks to
//!   another. From that machine nothing comes that is nobody's voice.
//!
//! A pool's own greeting and music contradict nobody but a probe. How much was heard is not
//! compared: what a network loses it may also not have lost, and no verdict depends on it.
//!
//! What is contradicted leaves everything open that ends after it: either the actor's word is not
//! to be believed, or the probe's, or whoever sent it only seemed silent.

use std::net::{IpAddr, SocketAddr};

use model::host::HostName;

use crate::checked::{Checked, Objection};
use crate::fault;
use timeline::Timeline;
use timeline::call::Party;
use timeline::media::Stretch;
use timeline::position::{At, Position};

/// How long media may be under way: through a jitter buffer, or overtaken. In microseconds.
const UNDER_WAY_US: u64 = 1_000_000;

/// The first thing heard that nobody can have sent.
#[derive(Clone, Debug)]
pub(crate) struct Contradiction {
    at: Position,
    why: String,
}

/// That nothing was heard by then which nobody can have sent.
///
/// # Errors
///
/// Inconclusive, with the line that tells of it.
pub(crate) fn credible(contradiction: Option<&Contradiction>, until: Position) -> Checked<()> {
    match contradiction.filter(|contradiction| contradiction.at <= until) {
        None => Ok(()),
        Some(Contradiction { at, why }) => Err(Objection::inconclusive(why.as_str()).at(*at)),
    }
}

/// Asks of everything that was heard whether anybody can have sent it.
pub(crate) fn contradiction(timeline: &Timeline) -> Option<Contradiction> {
    let witnesses = Witnesses::of(timeline);
    let callers = timeline.calls.iter().map(|call| &call.caller);
    let alerted = timeline.legs().map(|leg| &leg.party);
    let contradictions = callers.chain(alerted).flat_map(|party| {
        let heard = party.received.stretches().iter();
        heard.filter_map(|stretch| witnesses.contradict(party, stretch))
    });
    contradictions.min_by_key(|contradiction| contradiction.at)
}

/// Those who know something of what others hear.
struct Witnesses<'t> {
    timeline: &'t Timeline,
    /// The machine of the actors.
    clients: Option<IpAddr>,
    silenced: Vec<Silenced>,
}

/// The addresses from which nothing can come to the actors, and over which time.
struct Silenced {
    hosts: Vec<(HostName, IpAddr)>,
    from_us: u64,
    until_us: u64,
}

impl<'t> Witnesses<'t> {
    fn of(timeline: &'t Timeline) -> Self {
        Witnesses {
            timeline,
            clients: timeline.addresses.get(&HostName::CLIENTS).copied(),
            silenced: Silenced::all(timeline),
        }
    }

    fn contradict(&self, party: &Party, heard: &Stretch) -> Option<Contradiction> {
        [heard.first_us, heard.last_us].into_iter().find_map(|us| {
            let but = self
                .silenced_at(heard.from.ip(), us)
                .or_else(|| self.not_spoken(heard, us))?;
            let media = match &heard.hears {
                Some(name) => format!("media of {name}"),
                None => "media without a name".to_owned(),
            };
            let why = format!(
                "{} ({}) received {media} from {} at {}, but {but}",
                party.actor,
                party.id,
                heard.from,
                At(us)
            );
            Some(Contradiction {
                at: heard.position,
                why,
            })
        })
    }

    fn silenced_at(&self, from: IpAddr, us: u64) -> Option<String> {
        let mut silenced = self.silenced.iter();
        let host = silenced.find_map(|silenced| {
            let is_then = silenced.from_us <= us && us <= silenced.until_us;
            silenced.host_at(from).filter(|_| is_then)
        })?;
        Some(format!(
            "the probes saw {} silent at that time",
            host.word()
        ))
    }

    fn not_spoken(&self, heard: &Stretch, us: u64) -> Option<String> {
        let clients = self.clients?;
        let direct = heard.from.ip() == clients;
        let Some(name) = heard.hears.as_deref() else {
            return direct.then(|| "no actor sends media without a name".to_owned());
        };
        let since_us = self.oldest(heard.from.ip(), us);
        let there = |to: SocketAddr| (to.ip() == clients) == direct;
        if self.timeline.spoke(name, (since_us, us), there) {
            return None;
        }
        let way = if direct { "directly" } else { "through a pool" };
        Some(format!("{name} sent no media {way} at that time"))
    }

    /// Since when what arrives at this instant may have been under way: a pool that was frozen
    /// sends at the thaw what had come in the meantime.
    fn oldest(&self, from: IpAddr, us: u64) -> u64 {
        let held_back = self.silenced.iter().filter(|silenced| {
            us <= silenced.until_us.saturating_add(2 * UNDER_WAY_US)
                && silenced.host_at(from).is_some()
        });
        let since_us = held_back.fold(us, |since_us, silenced| silenced.from_us.min(since_us));
        since_us.saturating_sub(UNDER_WAY_US)
    }
}

impl Silenced {
    /// What each fault silences.
    fn all(timeline: &Timeline) -> Vec<Self> {
        let all: Vec<HostName> = timeline.addresses.keys().copied().collect();
        let faults = fault::surely_in_force(timeline);
        let silenced = faults.map(|(fault, (from_us, until_us))| {
            let actions = fault.actions(&all);
            let is_silent = |(host, _): &(HostName, IpAddr)| {
                let mut actions = actions.iter();
                actions.any(|action| action.silences(*host, HostName::CLIENTS))
            };
            let addresses = timeline.addresses.iter().map(|(host, at)| (*host, *at));
            Silenced {
                hosts: addresses.filter(is_silent).collect(),
                from_us,
                until_us,
            }
        });
        silenced.collect()
    }

    /// The silenced host with this address.
    fn host_at(&self, address: IpAddr) -> Option<HostName> {
        let mut hosts = self.hosts.iter();
        let (host, _) = hosts.find(|(_, at)| *at == address)?;
        Some(*host)
    }
}
