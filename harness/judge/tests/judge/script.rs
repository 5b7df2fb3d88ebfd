//! A small language for writing journals, and for spoiling them.

use std::net::SocketAddr;

use model::clause::ClauseId;
use model::finding::Finding;
use model::host::HostName;
use model::journal::event::{Clock, Direction, EndedBy, NoSuccess};
use model::journal::{Event, Quality, Record, WalkJournal};
use model::shared::Shared;
use model::topology::{Behaviour, Pool, Routing, Telephone};
use model::verb::{About, Row, Verb, VerbOutcome};
use model::{Verdict, Walk};

use crate::world;

/// A walk's lines, in any order until they are judged.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) records: Vec<Record>,
    verbs: u64,
}

/// Whom a call is given to, and how it goes on.
pub(crate) struct Talk<'a> {
    pub(crate) caller: &'a str,
    pub(crate) agent: &'a str,
    /// Where each end's media comes from.
    pub(crate) source: SocketAddr,
    pub(crate) since: f64,
    pub(crate) until: f64,
}

pub(crate) fn us(seconds: f64) -> u64 {
    (seconds * 1_000_000.0).round() as u64
}

/// That so many packets came as they should.
pub(crate) fn sound(packets: u32) -> Quality {
    Quality {
        payload_types: [0].into(),
        audio_us: u64::from(packets) * 20_000,
        sounding: packets,
        ..Quality::default()
    }
}

fn actor(call: &str) -> &str {
    call.split('/').next().unwrap_or(call)
}

/// A message of a call, whose name is its Call-ID.
fn sip(call: &str, first_line: &str, headers: &[&str], media: SocketAddr) -> String {
    let (ip, port) = (media.ip(), media.port());
    let mut lines = vec![first_line.to_owned(), format!("Call-ID: {call}")];
    lines.extend(headers.iter().map(|header| (*header).to_owned()));
    lines.extend([
        String::new(),
        "v=0".to_owned(),
        format!("o=- {port} 1 IN IP4 {ip}"),
        "s=-".to_owned(),
        format!("c=IN IP4 {ip}"),
        "t=0 0".to_owned(),
        format!("m=audio {port} RTP/AVP 0"),
    ]);
    lines.join("\r\n") + "\r\n"
}

impl Script {
    pub(crate) fn new(walk: Walk, topology: model::Topology) -> Self {
        let mut script = Script {
            records: Vec::new(),
            verbs: 0,
        };
        let began = Event::WalkBegan {
            walk: Box::new(walk),
            topology: topology.into(),
            drawn: Shared::default(),
            steps: None,
            lab: model::walk::LabKind::Sim,
            addresses: world::addresses(),
            probes: None,
        };
        script.line(0.0, "conductor", began);
        script
    }

    pub(crate) fn line(&mut self, at: f64, host: &str, event: Event) {
        self.records.push(Record {
            walk: "walk".into(),
            n: 0,
            t_us: us(at),
            clock: Clock::Virtual,
            host: host.to_owned(),
            event,
        });
    }

    // ---- writing -----------------------------------------------------------------------------

    /// A pool accepts a telephone's registration, without saying for how long.
    pub(crate) fn registered(&mut self, telephone: &str, pool: Pool, at: f64) {
        self.registered_for(telephone, (pool, None), 0, at);
    }

    /// A pool accepts a telephone's registration for so many seconds, and lists so many others.
    pub(crate) fn registered_for(
        &mut self,
        telephone: &str,
        (pool, expires): (Pool, Option<u32>),
        others: usize,
        at: f64,
    ) {
        let registered = Event::Registered {
            pool,
            expires,
            others,
        };
        self.line(at, telephone, registered);
    }

    /// A pool acknowledges that a telephone's registration is withdrawn.
    pub(crate) fn unregistered(&mut self, telephone: &str, pool: Pool, at: f64) {
        self.line(at, telephone, Event::Unregistered { pool, all: false });
    }

    /// The same, with those of all other telephones of the agent.
    pub(crate) fn all_unregistered(&mut self, telephone: &str, pool: Pool, at: f64) {
        self.line(at, telephone, Event::Unregistered { pool, all: true });
    }

    /// A call is placed, and answered through a pool whose music it hears for a while.
    pub(crate) fn welcomed(
        &mut self,
        call: &str,
        to: &str,
        pool: Pool,
        (placed, music, until): (f64, f64, f64),
    ) {
        self.placed(call, to, placed);
        self.tried(call, world::asks_first(actor(call)), placed);
        let media = world::media(pool.host());
        let answered = Event::Answered {
            call: call.to_owned(),
            pool,
            media,
        };
        self.receives(call, (pool, media), "SIP/2.0 200 OK", &[], music - 0.1);
        self.line(music - 0.1, actor(call), answered);
        self.hears(call, media, None, (music, until));
    }

    pub(crate) fn placed(&mut self, call: &str, to: &str, at: f64) {
        let placed = Event::Placed {
            call: call.to_owned(),
            to: to.to_owned(),
        };
        self.line(at, actor(call), placed);
    }

    pub(crate) fn tried(&mut self, call: &str, pool: Pool, at: f64) {
        let tried = Event::Tried {
            call: call.to_owned(),
            pool,
        };
        self.line(at, actor(call), tried);
        self.sends(call, pool, "INVITE sip:group@pool SIP/2.0", at);
    }

    /// An actor sends a message that says where it is itself.
    fn sends(&mut self, call: &str, pool: Pool, first_line: &str, at: f64) {
        let actor = actor(call);
        let own = world::reached_at(actor);
        let contact = format!("Contact: <sip:{actor}@{own}>");
        let media = SocketAddr::new(own.ip(), own.port() + 1);
        let message = sip(call, first_line, &[&contact], media);
        self.signals(actor, Direction::Out, pool.host(), message, at);
    }

    /// An actor receives a message from a pool, with these further headers, that describes media.
    pub(crate) fn receives(
        &mut self,
        call: &str,
        (pool, media): (Pool, SocketAddr),
        first_line: &str,
        headers: &[&str],
        at: f64,
    ) {
        let message = sip(call, first_line, headers, media);
        self.signals(actor(call), Direction::In, pool.host(), message, at);
    }

    /// A pool says this in RTCP to an end of a call.
    pub(crate) fn described(&mut self, call: &str, pool: Pool, item: &str, at: f64) {
        let described = Event::SourceDescribed {
            call: call.to_owned(),
            from: world::media(pool.host()),
            items: vec![item.to_owned()],
        };
        self.line(at, actor(call), described);
    }

    pub(crate) fn signals(
        &mut self,
        actor: &str,
        direction: Direction,
        peer: HostName,
        message: String,
        at: f64,
    ) {
        let peer = SocketAddr::new(world::addresses()[&peer], 5060);
        let signalled = Event::Sip {
            direction,
            peer,
            message,
        };
        self.line(at, actor, signalled);
    }

    /// A call to which no next hop gives a success.
    pub(crate) fn refused(&mut self, call: &str, to: &str, (placed, failed): (f64, f64)) {
        self.placed(call, to, placed);
        let mut outcomes = [
            (Pool::Primary, NoSuccess::TimedOut),
            (Pool::Backup, NoSuccess::Refused { code: 480 }),
        ];
        if world::asks_first(actor(call)) == Pool::Backup {
            outcomes.reverse();
        }
        for (pool, outcome) in outcomes {
            self.tried(call, pool, placed);
            let failure = Event::HopFailed {
                call: call.to_owned(),
                pool,
                outcome,
            };
            self.line(failed, actor(call), failure);
        }
        let nothing = Event::Failed {
            call: call.to_owned(),
            outcome: NoSuccess::Refused { code: 480 },
        };
        self.line(failed, actor(call), nothing);
    }

    pub(crate) fn alerted(&mut self, leg: &str, shows: &str, pool: Pool, at: f64) {
        let alerted = Event::Alerted {
            call: leg.to_owned(),
            caller: shows.to_owned(),
            identity: None,
            from: world::media(pool.host()),
        };
        let media = world::media(pool.host());
        let invite = format!("INVITE sip:{} SIP/2.0", actor(leg));
        self.receives(leg, (pool, media), &invite, &[], at);
        self.line(at, actor(leg), alerted);
    }

    pub(crate) fn accepted(&mut self, leg: &str, at: f64) {
        self.sends(leg, Pool::Backup, "SIP/2.0 200 OK", at);
        self.line(
            at,
            actor(leg),
            Event::Accepted {
                call: leg.to_owned(),
            },
        );
    }

    pub(crate) fn ended(&mut self, call: &str, by: EndedBy, at: f64) {
        self.line(
            at,
            actor(call),
            Event::Ended {
                call: call.to_owned(),
                by,
            },
        );
    }

    /// Both ends hear each other.
    pub(crate) fn talk(&mut self, talk: &Talk<'_>) {
        let (caller, agent) = (actor(talk.caller), actor(talk.agent));
        let time = (talk.since, talk.until);
        for end in [talk.caller, talk.agent] {
            self.speaks(end, Some(talk.source), talk.since);
            self.speaks(end, None, talk.until);
        }
        self.hears(talk.caller, talk.source, Some(agent), time);
        self.hears(talk.agent, talk.source, Some(caller), time);
    }

    /// One end speaks to there from now on.
    pub(crate) fn speaks(&mut self, call: &str, to: Option<SocketAddr>, at: f64) {
        let speaking = Event::Speaking {
            call: call.to_owned(),
            to,
        };
        self.line(at, actor(call), speaking);
    }

    /// What one end hears, as the summaries of each second.
    pub(crate) fn hears(
        &mut self,
        call: &str,
        from: SocketAddr,
        hears: Option<&str>,
        (since, until): (f64, f64),
    ) {
        let hears = hears.map(str::to_owned);
        let started = Event::MediaStarted {
            call: call.to_owned(),
            from,
            hears: hears.clone(),
        };
        self.line(since, actor(call), started);
        let mut first = since;
        while first < until {
            let last = (first + 0.98).min(until);
            let packets = ((last - first) / 0.02).round() as u32 + 1;
            let media = Event::Media {
                call: call.to_owned(),
                from,
                hears: hears.clone(),
                packets,
                lost: 0,
                first_us: us(first),
                last_us: us(last),
                longest_gap_us: 20_000,
                quality: sound(packets).into(),
            };
            self.line(last, actor(call), media);
            first += 1.0;
        }
        let ended = Event::MediaEnded {
            call: call.to_owned(),
            from,
            last_us: us(until),
            packets: 50,
        };
        self.line(until + 1.0, actor(call), ended);
    }

    /// A verb that ends a tenth of a second after it began.
    pub(crate) fn verb(
        &mut self,
        (verb, at): (Verb, Pool),
        about: &About,
        outcome: VerbOutcome,
        rows: Option<Vec<Row>>,
        begins: f64,
    ) {
        let rows = rows.map(Shared::from);
        self.operation((verb, at), about, (outcome, rows), (begins, begins + 0.1));
    }

    /// A verb that takes its time.
    pub(crate) fn lasting(
        &mut self,
        verb: (Verb, Pool),
        about: &About,
        outcome: VerbOutcome,
        time: (f64, f64),
    ) {
        self.operation(verb, about, (outcome, None), time);
    }

    fn operation(
        &mut self,
        (verb, at): (Verb, Pool),
        about: &About,
        (outcome, rows): (VerbOutcome, Option<Shared<Vec<Row>>>),
        (begins, ends): (f64, f64),
    ) {
        self.verbs += 1;
        let host = about.agent.as_deref().unwrap_or("administrator");
        let invoked = Event::VerbInvoked {
            verb,
            id: self.verbs,
            at,
            about: Box::new(about.clone()),
        };
        self.line(begins, host, invoked);
        let ended = Event::VerbEnded {
            verb,
            id: self.verbs,
            at,
            about: Box::new(about.clone()),
            outcome,
            rows,
        };
        self.line(ends, host, ended);
    }

    // ---- spoiling ----------------------------------------------------------------------------

    pub(crate) fn without(mut self, spoils: impl Fn(&Record) -> bool) -> Self {
        self.records.retain(|record| !spoils(record));
        self
    }

    pub(crate) fn changing(mut self, mut change: impl FnMut(&mut Record)) -> Self {
        self.records.iter_mut().for_each(&mut change);
        self
    }

    /// The group asks its members in this way.
    pub(crate) fn routing(self, name: &str, routing: Routing) -> Self {
        self.changing(|record| {
            if let Event::WalkBegan { topology, .. } = &mut record.event {
                let groups = topology.groups.iter_mut();
                for group in groups.filter(|group| group.name == name) {
                    group.routing = routing;
                }
            }
        })
    }

    /// The agent has a further telephone.
    pub(crate) fn telephone(self, name: &str, of: &str) -> Self {
        self.changing(|record| {
            if let Event::WalkBegan { topology, .. } = &mut record.event {
                topology.telephones.push(Telephone {
                    name: name.to_owned(),
                    of: of.to_owned(),
                    behaviour: Behaviour::default(),
                });
            }
        })
    }

    /// Changes the rows that a verb gave within a time.
    pub(crate) fn reading(
        self,
        verb: Verb,
        time: (f64, f64),
        change: impl Fn(&About, &mut Vec<Row>),
    ) -> Self {
        self.changing(|record| {
            let inside = within(record, time);
            if let Event::VerbEnded {
                verb: read,
                about,
                rows: Some(rows),
                ..
            } = &mut record.event
                && inside
                && *read == verb
            {
                change(about, rows);
            }
        })
    }

    /// Changes what agents' consoles showed within a time.
    pub(crate) fn console(self, time: (f64, f64), change: impl Fn(&mut Vec<Row>)) -> Self {
        self.reading(Verb::GetGroups, time, |_, rows| change(rows))
    }

    /// Changes what these ends of calls received within a time: its quality, and how many packets of
    /// each second were lost.
    pub(crate) fn receiving(
        self,
        ends: &[&str],
        (since, until): (f64, f64),
        change: impl Fn(&mut Quality, &mut u32),
    ) -> Self {
        self.changing(|record| {
            if let Event::Media {
                call,
                lost,
                first_us,
                last_us,
                quality,
                ..
            } = &mut record.event
                && ends.contains(&call.as_str())
                && us(since) <= *first_us
                && *last_us <= us(until)
            {
                change(quality, lost);
            }
        })
    }

    pub(crate) fn adding(mut self, add: impl FnOnce(&mut Script)) -> Self {
        add(&mut self);
        self
    }

    /// What this end received within a time is lost.
    pub(crate) fn deaf(self, call: &str, (since, until): (f64, f64)) -> Self {
        self.without(|record| match &record.event {
            Event::Media {
                call: c,
                first_us,
                last_us,
                ..
            } => c == call && *last_us > us(since) && *first_us < us(until),
            Event::MediaStarted { call: c, .. } | Event::MediaEnded { call: c, .. } => {
                c == call && record.t_us > us(since) && record.t_us < us(until)
            }
            _ => false,
        })
    }

    // ---- judging -----------------------------------------------------------------------------

    /// The lines in the order of their time, numbered.
    pub(crate) fn journal(mut self) -> WalkJournal {
        self.records.sort_by_key(|record| record.t_us);
        for (n, record) in (0..).zip(&mut self.records) {
            record.n = n;
        }
        WalkJournal {
            walk: "walk".to_owned(),
            records: self.records,
        }
    }

    pub(crate) fn findings(self) -> Vec<Finding> {
        judge::judge_walk(&self.journal(), &world::tables())
    }

    #[expect(
        clippy::panic,
        reason = "a test that asks what the walk does not is wrong"
    )]
    pub(crate) fn finding(self, clause: &str) -> Finding {
        let clause = ClauseId(clause.to_owned());
        self.findings()
            .into_iter()
            .find(|finding| finding.clause == clause)
            .unwrap_or_else(|| panic!("the walk does not ask {clause}"))
    }

    /// That an agent counts as alerted without being signed in, for this reason; where the clause is to pass, that none
    /// does.
    #[track_caller]
    pub(crate) fn alerts_who_is_signed_in(self, clause: &str, verdict: Verdict, because: &str) {
        let reason = self.finding(clause).result.reason;
        match verdict {
            Verdict::Pass => assert!(!reason.contains("not signed in"), "{reason}"),
            _ => assert!(reason.contains(because), "{reason}"),
        }
    }

    /// That this verdict is given on a clause, and for this reason.
    #[track_caller]
    pub(crate) fn gives(self, clause: &str, verdict: Verdict, because: &str) {
        let finding = self.finding(clause);
        assert!(
            finding.result.verdict == verdict && finding.result.reason.contains(because),
            "expected {verdict:?} because of `{because}`, found {finding:#?}"
        );
    }
}

/// Whether a line is of this call.
pub(crate) fn is_of(record: &Record, name: &str) -> bool {
    match &record.event {
        Event::Placed { call, .. }
        | Event::Tried { call, .. }
        | Event::HopFailed { call, .. }
        | Event::Failed { call, .. }
        | Event::Answered { call, .. }
        | Event::Alerted { call, .. }
        | Event::Accepted { call }
        | Event::Ended { call, .. }
        | Event::MediaStarted { call, .. }
        | Event::Media { call, .. }
        | Event::MediaEnded { call, .. } => call == name,
        _ => false,
    }
}

/// Whether a line tells of media that an end of a call received.
pub(crate) fn is_media(record: &Record) -> bool {
    matches!(
        record.event,
        Event::Media { .. } | Event::MediaStarted { .. } | Event::MediaEnded { .. }
    )
}

/// Whether a line's time lies between these instants.
pub(crate) fn within(record: &Record, (since, until): (f64, f64)) -> bool {
    us(since) <= record.t_us && record.t_us <= us(until)
}

/// The hosts' words, as journal lines give them.
pub(crate) fn is_probe_of(record: &Record, host: HostName) -> bool {
    record.host == host.word() && matches!(record.event, Event::Probed { .. })
}
