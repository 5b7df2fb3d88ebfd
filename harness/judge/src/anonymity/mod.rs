//! Anonymity: what reaches the two ends of an anonymous call, from its first message to its last.
//!
//! The pool stays in the middle of the call's signalling and media until it ends, so that
//!
//! - **nothing that the caller receives names an agent** of the group, or whoever was alerted: no line of
//!   any SIP message (a user part, a display name, any word of a header, of a session description or of
//!   any other text), in the call or beside it, and nothing that RTCP says of the media's source;
//! - **nor an agent's address**, SIP or RTP. Several actors may share one machine: an address is one
//!   with its port, but in the number of an RTP stream. In a session description, where nobody but the pool has anything to be found, the
//!   machine of an agent without the port is enough, unless it repeats what the caller wrote itself;
//! - **the agent is not offered the caller's media address**. Who calls is not hidden from the agent;
//! - **each end hears the other through the pool that carries the call**, and from nowhere else;
//! - **no message comes straight from another actor**.
//!
//! Which statement answers for what was seen: in the stage in which a call was placed, the one on new
//! calls; later, the one on connected anonymous calls of the stage in which it was seen. What was seen in
//! the healthy stage, the outage's answers for. Of calls that reach the backup before failover is
//! complete the rows on connected calls speak from `failed-over` on, and so does this: of all that was
//! seen since the end of the stage in which such a call was placed.

mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use model::Stage;
use model::claims::Capability;
use model::clause::CallKind;
use model::host::HostName;
use model::journal::WalkJournal;
use model::journal::event::Direction;
use model::topology::{Group, Pool};
use timeline::Timeline;
use timeline::call::{Call, Leg, Party, SourceDescription};
use timeline::media::Stretch;
use timeline::position::Position;
use timeline::sip::{self, Message, Sorted};

use crate::checked::{Checked, Objection, Support, every, worst_of};
use crate::scope::Scope;
use text::{
    decoded, has_word, names_user, places, shows, spellings, word_of, words, written_otherwise,
};

/// What was disclosed in each anonymous call of a walk, by the call's name at its caller's end.
#[derive(Debug, Default)]
pub(crate) struct Disclosures {
    calls: BTreeMap<String, Disclosed>,
    /// Of what callees were told in calls on behalf of a group, the first that names one of its agents, by
    /// the call's name at the callee's end.
    on_behalf: BTreeMap<String, Leak>,
    /// The target does not claim that calls can be anonymous: nothing is asked of them.
    is_not_claimed: bool,
}

/// What was disclosed in one call.
#[derive(Debug, Default)]
struct Disclosed {
    /// How many messages the caller received.
    received: usize,
    leaks: Vec<Leak>,
}

/// Something that an end of an anonymous call should not have received.
#[derive(Clone, Debug)]
struct Leak {
    at: Position,
    why: String,
}

// ---- which statement answers for what ----------------------------------------------------------

impl Disclosures {
    /// What was disclosed, within the stage, in anonymous calls that were placed in it; nothing if none
    /// was placed.
    pub(crate) fn of_new_calls(&self, scope: &Scope<'_>) -> Option<Checked> {
        let calls: Vec<&Call> = scope
            .attempts()
            .filter(|call| is_anonymous(scope.timeline, call))
            .collect();
        if self.is_not_claimed {
            let word = Capability::AnonymousCalls.word();
            let why = format!("the target does not claim `{word}`");
            return calls.first().map(|_| Err(Objection::unsupported(why)));
        }
        let judge = |call: &&Call| (call.placed, self.judge(scope, call, call.placed));
        (!calls.is_empty()).then(|| worst_of(calls.iter().map(judge), String::new))
    }

    /// What was disclosed, by the end of the stage, in anonymous calls that were placed before it.
    pub(crate) fn of_earlier_calls(&self, scope: &Scope<'_>) -> Checked {
        let calls = scope.timeline.calls_to_groups_of(Pool::Primary);
        let earlier = calls.filter(|call| {
            call.placed < scope.begin
                && scope.meets_condition(call.placed)
                && is_anonymous(scope.timeline, call)
        });
        let judged = earlier.filter_map(|call| {
            let since = since(scope, call)?;
            Some((scope.begin, self.judge(scope, call, since)))
        });
        worst_of(judged, || "no anonymous call was placed before".to_owned())
    }

    /// That nothing was disclosed in the stage in anonymous calls to the backup's own groups.
    ///
    /// # Errors
    ///
    /// The worst of what was.
    pub(crate) fn of_own_groups(&self, scope: &Scope<'_>) -> Checked<()> {
        let calls = scope.timeline.calls_to_groups_of(Pool::Backup);
        let anonymous = calls.filter(|call| {
            !self.is_not_claimed && call.placed <= scope.end && is_anonymous(scope.timeline, call)
        });
        let judged = anonymous.map(|call| {
            let since = match scope.stage {
                Stage::Outage => call.placed,
                _ => call.placed.max(scope.begin),
            };
            self.judge(scope, call, since)
        });
        every(judged).map(|_| ())
    }

    fn judge(&self, scope: &Scope<'_>, call: &Call, since: Position) -> Checked {
        let disclosed = self.calls.get(&call.caller.id);
        let leaks = disclosed.map_or(&[][..], |disclosed| &disclosed.leaks);
        let until = scope.answers_until();
        let within = |leak: &&Leak| since <= leak.at && leak.at <= until;
        if let Some(Leak { at, why }) = leaks.iter().filter(within).min_by_key(|leak| leak.at) {
            let why = format!("{} is not anonymous: at {at} {why}", call.words());
            return Err(Objection::misstated(why).at(call.placed).at(*at));
        }
        let answered = call.answered.filter(|(position, _)| *position <= scope.end);
        if answered.is_some() && disclosed.is_none_or(|disclosed| disclosed.received == 0) {
            let why = format!(
                "no message that the caller received in {} is known",
                call.words()
            );
            return Err(Objection::inconclusive(why).at(call.placed));
        }
        let why = format!("{} gave nothing of its agents away", call.words());
        Ok(Support::new(why).at(call.placed))
    }
}

/// From when on the row on connected calls answers for an earlier call; nothing while it does not
/// speak of it.
fn since(scope: &Scope<'_>, call: &Call) -> Option<Position> {
    let stages = &scope.timeline.stages;
    let outage = stages.get(&Stage::Outage)?.begin;
    let placed_in = || scope.timeline.stage_at(call.placed);
    match (scope.stage, call.placed >= outage) {
        (Stage::Outage, _) => Some(call.placed),
        (Stage::Failover, true) => None,
        (Stage::FailedOver, true) => stages.get(&placed_in()?)?.end,
        _ => Some(scope.begin),
    }
}

fn is_anonymous(timeline: &Timeline, call: &Call) -> bool {
    group_of(timeline, call).is_some_and(|group| group.calls == CallKind::Anonymous)
}

fn group_of<'t>(timeline: &'t Timeline, call: &Call) -> Option<&'t Group> {
    timeline.group(&call.to)
}

// ---- what was seen -----------------------------------------------------------------------------

impl Disclosures {
    /// Looks through all that reached the ends of the walk's anonymous calls.
    pub(crate) fn of(timeline: &Timeline, walk: &WalkJournal) -> Self {
        let messages = sip::sorted(walk);
        let whereabouts = Whereabouts::all(timeline, walk);
        let own_words = own_words(timeline);
        let calls = timeline.calls.iter();
        let anonymous = calls.filter(|call| is_anonymous(timeline, call));
        let look = |call: &Call| {
            let watch = Watch {
                timeline,
                messages: &messages,
                whereabouts: &whereabouts,
                own_words: &own_words,
                call,
            };
            (call.caller.id.clone(), watch.disclosed())
        };
        Disclosures {
            calls: anonymous.map(look).collect(),
            on_behalf: timeline
                .legs()
                .filter_map(|leg| {
                    let named = agent_named(timeline, &messages, &own_words, leg)?;
                    Some((leg.party.id.clone(), named))
                })
                .collect(),
            is_not_claimed: false,
        }
    }

    /// The same, of a target that does not claim anonymous calls.
    pub(crate) fn not_claimed(self) -> Self {
        Disclosures {
            calls: BTreeMap::new(),
            is_not_claimed: true,
            ..self
        }
    }

    /// That nothing named an agent which a callee received in a call on behalf of a group.
    ///
    /// # Errors
    ///
    /// Fail with the first that does.
    pub(crate) fn of_on_behalf(&self, leg: &Leg) -> Checked<()> {
        match self.on_behalf.get(&leg.party.id) {
            Some(Leak { at, why }) => Err(Objection::fail(why.clone()).at(leg.alerted).at(*at)),
            None => Ok(()),
        }
    }
}

/// The first message to a callee that names an agent of the group on whose behalf it is called.
fn agent_named(
    timeline: &Timeline,
    messages: &Sorted<'_>,
    own_words: &OwnWords<'_>,
    leg: &Leg,
) -> Option<Leak> {
    let callee = &leg.party.actor;
    if !timeline.topology.callees.contains(callee) {
        return None;
    }
    let mut groups = timeline.topology.groups.iter();
    let group = groups.find(|group| leg.names(&group.name))?;
    let messages = messages.by_end.get(leg.party.id.as_str())?.iter();
    let mut received = messages.filter(|message| message.direction == Direction::In);
    received.find_map(|message| {
        let text = decoded(message.text);
        let (place, agent) = places(&text).find_map(|(place, line)| {
            let line = line.to_lowercase();
            let mut members = group.members.iter();
            let agent = members.find(|agent| {
                let mut spellings = spellings(agent).into_iter();
                spellings.any(|name| names_user(&line, &name))
                    || shows(place, &line, words_of(own_words, agent))
            })?;
            Some((place, agent))
        })?;
        let word = word_of(message);
        let why = format!(
            "{callee} was called on behalf of `{}`, and received {word} at {} whose `{place}` names {agent}",
            group.name, message.position
        );
        Some(Leak { at: message.position, why })
    })
}

/// The words of agents' names that stand in nobody else's, nor in a group's.
type OwnWords<'t> = BTreeMap<&'t str, Vec<String>>;

fn own_words(timeline: &Timeline) -> OwnWords<'_> {
    let topology = &timeline.topology;
    let agents = topology.agents.iter().map(|agent| agent.name.as_str());
    let callers = topology.callers.iter().map(|caller| caller.name.as_str());
    let groups = topology.groups.iter().map(|group| group.name.as_str());
    let callees = topology.callees.iter().map(String::as_str);
    let names = agents.clone().chain(callers).chain(groups).chain(callees);
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for word in names.flat_map(|name| words(name).into_iter().collect::<BTreeSet<_>>()) {
        *times.entry(word).or_default() += 1;
    }
    let own = |name: &str| {
        let words = words(name).into_iter();
        words.filter(|word| times.get(word) == Some(&1)).collect()
    };
    agents.map(|agent| (agent, own(agent))).collect()
}

fn words_of<'o>(own_words: &'o OwnWords<'_>, agent: &str) -> &'o [String] {
    own_words.get(agent).map_or(&[][..], Vec::as_slice)
}

/// Where an actor can be reached, and as whom, by what each of its telephones says itself.
#[derive(Debug, Default)]
struct Whereabouts {
    /// User parts of its Contact.
    users: BTreeSet<String>,
    /// Contact and streams.
    addresses: BTreeSet<SocketAddr>,
    /// How their machines are written other than with dots.
    written_otherwise: BTreeMap<IpAddr, Vec<String>>,
    /// Streams alone.
    media: BTreeSet<SocketAddr>,
    /// Number and address of its session descriptions' origins.
    origins: BTreeSet<(String, IpAddr)>,
}

impl Whereabouts {
    fn all<'w>(timeline: &'w Timeline, walk: &'w WalkJournal) -> BTreeMap<&'w str, Whereabouts> {
        let mut all: BTreeMap<&str, Whereabouts> = BTreeMap::new();
        for message in sip::messages(walk) {
            if message.direction == Direction::Out {
                let actor = timeline.topology.party_at(message.actor);
                all.entry(actor).or_default().take(&message);
            }
        }
        all
    }

    fn take(&mut self, message: &Message<'_>) {
        if let Some((user, address)) = message.field(["Contact", "m"]).and_then(contact) {
            self.users.insert(user.to_lowercase());
            self.addresses.insert(address);
        }
        let described = message.described();
        let streams = described.media.iter().filter(|stream| stream.port() != 0);
        self.addresses.extend(streams.clone());
        self.media.extend(streams);
        for machine in self.addresses.iter().map(SocketAddr::ip) {
            let written = self.written_otherwise.entry(machine);
            written.or_insert_with(|| written_otherwise(machine));
        }
        let origin = described.origin;
        let origin = origin.map(|(number, address)| (number.to_owned(), address));
        self.origins.extend(origin);
    }

    fn is_at(&self, machine: IpAddr) -> bool {
        self.addresses.iter().any(|address| address.ip() == machine)
    }
}

/// The user part and the address in a Contact that is a SIP URI with a numeric host.
fn contact(value: &str) -> Option<(&str, SocketAddr)> {
    let (_, uri) = value.split_once("sip:")?;
    let uri = uri.split(['>', ';', '?', ',', ' ']).next()?;
    let (user, host) = uri.rsplit_once('@').unwrap_or(("", uri));
    let address = host.parse();
    let address = address.or_else(|_| host.parse().map(|ip| SocketAddr::new(ip, 5060)));
    Some((user, address.ok()?))
}

/// What is looked at of one call.
struct Watch<'w> {
    timeline: &'w Timeline,
    messages: &'w Sorted<'w>,
    whereabouts: &'w BTreeMap<&'w str, Whereabouts>,
    own_words: &'w OwnWords<'w>,
    call: &'w Call,
}

impl<'w> Watch<'w> {
    fn disclosed(&self) -> Disclosed {
        let told = self.received(&self.call.caller);
        let mut disclosed = Disclosed {
            received: told.clone().count(),
            leaks: Vec::new(),
        };
        let agents = self.agents();
        for message in told.chain(self.received_besides()) {
            let why = self.names_an_agent(message, &agents);
            disclosed.note(message.position, why.or_else(|| self.is_direct(message)));
        }
        for source in &self.call.caller.sources {
            disclosed.note(source.position, self.describes_an_agent(source, &agents));
        }
        for leg in &self.call.legs {
            for message in self.received(&leg.party) {
                let why = self.offers_the_caller(message, leg);
                disclosed.note(message.position, why.or_else(|| self.is_direct(message)));
            }
            self.heard(&leg.party, &self.call.caller, &mut disclosed);
            self.heard(&self.call.caller, &leg.party, &mut disclosed);
        }
        disclosed
    }

    /// What an end of the call received.
    fn received(&self, end: &Party) -> impl Iterator<Item = &'w Message<'w>> + Clone + use<'w> {
        let messages = self.messages.by_end.get(end.id.as_str());
        let messages = messages.map_or(&[][..], Vec::as_slice).iter();
        messages.filter(|message| message.direction == Direction::In)
    }

    /// What the caller received outside of any call, until it was over.
    fn received_besides(&self) -> impl Iterator<Item = &'w Message<'w>> + use<'w> {
        let Call { caller, placed, .. } = self.call;
        let messages = self.messages.outside_calls.get(caller.actor.as_str());
        let messages = messages.map_or(&[][..], Vec::as_slice);
        let before = messages.partition_point(|message| message.position < *placed);
        let messages = messages[before..].iter();
        let ended = caller.ended;
        messages.take_while(move |message| ended.is_none_or(|(ended, _)| message.position <= ended))
    }

    /// Whom nothing may name: the group's members, and whoever was alerted.
    fn agents(&self) -> BTreeSet<&'w str> {
        let group = group_of(self.timeline, self.call);
        let members = group.map_or(&[][..], |group| &group.members);
        let alerted = self.call.legs.iter().map(|leg| leg.party.actor.as_str());
        members.iter().map(String::as_str).chain(alerted).collect()
    }

    fn names_an_agent(&self, message: &Message<'_>, agents: &BTreeSet<&str>) -> Option<String> {
        let text = decoded(message.text);
        let mut agents = agents.iter();
        agents.find_map(|agent| {
            let (place, what) = self.gives_away(message, &text, agent)?;
            let (word, actor) = (word_of(message), &self.call.caller.actor);
            Some(format!(
                "{actor} received {word} whose `{place}` gives {what} {agent} away"
            ))
        })
    }

    /// The line that gives an agent away, and what it gives away.
    fn gives_away<'m>(
        &self,
        message: &Message<'m>,
        text: &'m str,
        agent: &str,
    ) -> Option<(&'m str, &'static str)> {
        let names = self.names(agent);
        places(text)
            .find_map(|(place, line)| {
                let what = self.line_gives_away(line, agent, &names).or_else(|| {
                    let words = words_of(self.own_words, agent);
                    shows(place, line, words).then_some("a part of the name of")
                })?;
                Some((place, what))
            })
            .or_else(|| Some((self.describes(message, agent)?, "the address of")))
    }

    /// What RTCP says of an agent.
    fn describes_an_agent(
        &self,
        source: &SourceDescription,
        agents: &BTreeSet<&str>,
    ) -> Option<String> {
        agents.iter().find_map(|agent| {
            let names = self.names(agent);
            source.items.iter().find_map(|item| {
                let (name, value) = item.split_once(' ')?;
                let what = match name {
                    "SSRC" | "CSRC" => self.is_machine(value, agent).then_some("the address of"),
                    _ => self.line_gives_away(&decoded(value), agent, &names),
                }?;
                let actor = &self.call.caller.actor;
                let whence = match name {
                    "RTP" => "RTP that".to_owned(),
                    "SSRC" | "CSRC" => format!("RTP whose {name}"),
                    _ => format!("RTCP whose `{name}`"),
                };
                Some(format!(
                    "{actor} received {whence} gives {what} {agent} away"
                ))
            })
        })
    }

    /// Whether the number of a stream is the address of an agent's machine, in either order of its bytes: no source
    /// derives its number from where the caller is (RFC 3550 section 8.1).
    fn is_machine(&self, number: &str, agent: &str) -> bool {
        let (Ok(number), Some(agent)) = (number.parse::<u32>(), self.whereabouts.get(agent)) else {
            return false;
        };
        let mut numbers = [number, number.swap_bytes()].into_iter();
        numbers.any(|number| {
            let ip = IpAddr::V4(Ipv4Addr::from_bits(number));
            agent.is_at(ip) && !self.is_pools(ip)
        })
    }

    /// How an agent is called: by name, and by the user parts under which it can be reached.
    fn names(&self, agent: &str) -> BTreeSet<String> {
        let whereabouts = self.whereabouts.get(agent);
        let users = whereabouts.map(|found| &found.users);
        let users = users.into_iter().flatten().cloned();
        users.chain(spellings(agent)).collect()
    }

    /// What a line gives away of an agent of these names.
    fn line_gives_away(
        &self,
        line: &str,
        agent: &str,
        names: &BTreeSet<String>,
    ) -> Option<&'static str> {
        let line = line.to_lowercase();
        if names.iter().any(|name| names_user(&line, name)) {
            return Some("the name of");
        }
        let shows = self.shows(&line, self.whereabouts.get(agent)?);
        shows.then_some("the address of")
    }

    /// Where the caller itself can be reached.
    fn own(&self) -> Option<&'w Whereabouts> {
        self.whereabouts.get(self.call.caller.actor.as_str())
    }

    /// Whether a line shows one of an agent's addresses, however it is written, or only the machine where that is
    /// not the caller's own as well, nor a pool's.
    fn shows(&self, line: &str, agent: &Whereabouts) -> bool {
        let own = self.own();
        agent.addresses.iter().any(|address| {
            let (ip, port) = (address.ip(), address.port());
            let is_shared = own.is_some_and(|own| own.is_at(ip)) || self.is_pools(ip);
            let written = agent.written_otherwise.get(&ip).into_iter().flatten();
            let mut shown_otherwise = written.filter(|ip| has_word(line, ip));
            has_word(line, &address.to_string())
                || has_word(line, &format!("{ip} {port}"))
                || (!is_shared && has_word(line, &ip.to_string()))
                || shown_otherwise.any(|_| !is_shared || has_word(line, &port.to_string()))
        })
    }

    /// Where the message's session description gives the machine of an agent away.
    fn describes(&self, message: &Message<'_>, agent: &str) -> Option<&'static str> {
        let (agent, own) = (self.whereabouts.get(agent)?, self.own());
        let described = message.described();
        let is_agents = |ip: IpAddr| agent.is_at(ip) && !self.is_pools(ip);
        let is_own = |stream: &SocketAddr| own.is_some_and(|own| own.media.contains(stream));
        let mut streams = described.media.iter();
        if streams.any(|stream| is_agents(stream.ip()) && !is_own(stream)) {
            return Some("c=");
        }
        let (number, ip) = described.origin.filter(|(_, ip)| is_agents(*ip))?;
        let origin = (number.to_owned(), ip);
        let is_own = own.is_some_and(|own| own.origins.contains(&origin));
        (!is_own).then_some("o=")
    }

    fn offers_the_caller(&self, message: &Message<'_>, leg: &Leg) -> Option<String> {
        let caller = self.whereabouts.get(self.call.caller.actor.as_str())?;
        let described = message.described();
        let mut streams = described.media.iter();
        let stream = streams.find(|stream| caller.media.contains(stream))?;
        let (word, agent) = (word_of(message), &leg.party.actor);
        Some(format!(
            "{agent} received {word} that offers the caller's own media at {stream}"
        ))
    }

    fn is_direct(&self, message: &Message<'_>) -> Option<String> {
        let clients = self.timeline.addresses.get(&HostName::CLIENTS)?;
        let is_direct = message.peer.ip() == *clients;
        let (actor, word, peer) = (message.actor, word_of(message), message.peer);
        is_direct.then(|| format!("{actor} received {word} straight from {peer}"))
    }

    /// What one end hears of the other, it hears through the pool that carries the call.
    fn heard(&self, end: &Party, other: &Party, disclosed: &mut Disclosed) {
        let carrier = self.timeline.carrier(self.call);
        let of_other = |heard: &&Stretch| heard.hears.as_deref() == Some(other.actor.as_str());
        for heard in end.received.stretches().iter().filter(of_other) {
            let pool = self.timeline.pool_at(heard.from.ip());
            if pool.is_some() && pool == carrier {
                continue;
            }
            let whence = match pool {
                Some(pool) => format!("through the {}, which does not carry the call", pool.word()),
                None => format!("straight from {}", heard.from),
            };
            let at = Position {
                t_us: heard.first_us,
                n: heard.position.n,
            };
            let why = format!("{} heard {} {whence}", end.actor, other.actor);
            disclosed.note(at, Some(why));
        }
    }

    fn is_pools(&self, ip: IpAddr) -> bool {
        self.timeline.pool_at(ip).is_some()
    }
}

impl Disclosed {
    fn note(&mut self, at: Position, why: Option<String>) {
        self.leaks.extend(why.map(|why| Leak { at, why }));
    }
}
