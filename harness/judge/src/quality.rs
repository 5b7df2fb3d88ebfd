//! Whether what an end of a call receives can be listened to: packets that come are not yet a voice.
//!
//! Of one end's media over a time, by the bounds that the tables state (`windows.media`):
//!
//! - its payload types are among those that this end described last;
//! - no more is lost, overtaken, or held back than telephones make up for, and streams are not begun anew all the
//!   time;
//! - about as much audio comes as time passes, and of a voice about all;
//! - a voice is not under way for long;
//! - whoever waits for long hears something, and not silence only;
//! - whoever talks hears the other end, and nothing besides.
//!
//! Comfort noise and telephone events are no audio. Where comfort noise comes, less audio may: its sender
//! has nothing to say (RFC 3389). What is heard for less than `judged` is not judged, but for its payload
//! type. All is averaged over the time: a bad moment is no bad call, and how long a pause may be is the
//! window `gap`'s matter.
//!
//! What links do that the walk impairs, and a machine that stood still, is the environment's: the bounds are
//! twice as wide there, and what is beyond them is inconclusive; but neither brings a payload type about.
//! Jitter is measured only
//! ([`crate::figures`]).

use std::collections::BTreeSet;

use model::Stage;
use model::clause::CallKind;
use model::impairment::Percent;
use model::topology::Pool;

use crate::checked::{Checked, Objection};
use crate::hold;
use crate::scope::{Scope, us};
use crate::starved;
use timeline::call::{Call, Party};
use timeline::media::{MediaFrom, MediaQuality, Stretch};
use timeline::position::{At, Lasting, Position};

/// So many streams may begin when a call is handed over, whatever time passes.
const FEW: u64 = 4;

/// What one end of a call received from somebody over a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'c> {
    pub(crate) call: &'c Call,
    pub(crate) party: &'c Party,
    pub(crate) source: MediaFrom<'c>,
    /// From when to when, in microseconds.
    pub(crate) window: (u64, u64),
}

/// That media comes without a gap longer than the window `gap`, and can be listened to. Gives the longest gap, in
/// microseconds.
///
/// # Errors
///
/// As [`voice`].
pub(crate) fn unbroken(scope: &Scope<'_>, heard: Heard<'_>) -> Checked<u64> {
    let Heard { call, party, .. } = heard;
    let told = (call.words(), call.placed);
    let gap_us = without_gap(scope, told, (party, heard.source), heard.window)?;
    match heard.source {
        MediaFrom::Actor(_) => voice(scope, heard)?,
        MediaFrom::Anyone | MediaFrom::Address(_) => music(scope, heard)?,
    }
    Ok(gap_us)
}

/// That media comes without a gap longer than the window `gap`, whatever is in it; `words` tell of the call, which
/// begun then. Gives the longest gap, in microseconds.
///
/// # Errors
///
/// Fail.
pub(crate) fn without_gap(
    scope: &Scope<'_>,
    (words, begun): (String, Position),
    (party, source): (&Party, MediaFrom<'_>),
    (from_us, until_us): (u64, u64),
) -> Checked<u64> {
    let gap = party.received.longest_gap(source, from_us, until_us);
    if gap.us <= scope.gap_us() {
        return Ok(gap.us);
    }
    let of_whom = match source {
        MediaFrom::Actor(name) => format!(" of {name}"),
        MediaFrom::Anyone | MediaFrom::Address(_) => String::new(),
    };
    let why = format!(
        "{words}: {} received nothing{of_whom} for {} from {}",
        party.actor,
        Lasting(gap.us),
        At(gap.from_us)
    );
    let objection = Objection::fail(why).at(begun);
    let last = party.received.last(source, gap.from_us);
    Err(last.map_or(objection.clone(), |(_, position)| objection.at(position)))
}

/// That a voice can be listened to.
///
/// # Errors
///
/// Fail where it cannot; inconclusive where that may be the environment's doing.
pub(crate) fn voice(scope: &Scope<'_>, heard: Heard<'_>) -> Result<(), Objection> {
    nobody_else(scope, heard)?;
    let Some(quality) = heard.quality() else {
        return Ok(());
    };
    check(scope, heard, &quality)
}

/// That an end of a conversation hears the other, and nothing besides: no third person, not itself, no music.
fn nobody_else(scope: &Scope<'_>, heard: Heard<'_>) -> Result<(), Objection> {
    let MediaFrom::Actor(other) = heard.source else {
        return Ok(());
    };
    let Heard { call, party, .. } = heard;
    let stranger = stranger(scope, (party, other), heard.window).map(|(name, stretch)| {
        let whom = match name == party.actor {
            true => "its own voice".to_owned(),
            false => format!("{name}, who is not in the call"),
        };
        (whom, stretch)
    });
    let music = || {
        Some((
            "music, or some other sound".to_owned(),
            music_beside(scope, heard)?,
        ))
    };
    let Some((whom, stretch)) = stranger.or_else(music) else {
        return Ok(());
    };
    let why = format!(
        "{}: {} was talking to {other}, and heard {whom} as well, from {} at {}",
        call.words(),
        party.actor,
        stretch.from,
        At(stretch.first_us)
    );
    Err(Objection::fail(why).at(call.placed).at(stretch.position))
}

/// The first whom an end hears within a time who is not the other end, nor speaks to the same place: itself, too.
pub(crate) fn stranger<'p>(
    scope: &Scope<'_>,
    (party, other): (&'p Party, &str),
    window: (u64, u64),
) -> Option<(&'p str, &'p Stretch)> {
    let heard = party.received.within(MediaFrom::Anyone, window);
    let mut named = heard.filter_map(|stretch| Some((stretch.hears.as_deref()?, stretch)));
    named.find(|(name, _)| {
        let is_own = *name == party.actor;
        *name != other && (is_own || !speaks_where(scope, name, other, window))
    })
}

/// Where an end of a conversation hears more of music than may still have been under way when the two were
/// connected.
fn music_beside<'c>(scope: &Scope<'_>, heard: Heard<'c>) -> Option<&'c Stretch> {
    let mut music_us = 0;
    let received = heard.party.received.within(MediaFrom::Anyone, heard.window);
    let mut nobodys = received.filter(|stretch| stretch.hears.is_none());
    nobodys.find(|stretch| {
        let quality = stretch.quality.as_deref().filter(|q| q.sounding > 0);
        music_us += quality.map_or(0, |quality| quality.audio_us);
        quality.is_some() && music_us > scope.gap_us()
    })
}

/// How much an end hears within a time that is nobody's voice, in microseconds.
pub(crate) fn music_us(party: &Party, window: (u64, u64)) -> u64 {
    let received = party.received.within(MediaFrom::Anyone, window);
    let nobodys = received.filter(|stretch| stretch.hears.is_none());
    let sounding = nobodys.filter_map(|stretch| stretch.quality.as_deref());
    let sounding = sounding.filter(|quality| quality.sounding > 0);
    sounding.map(|quality| quality.audio_us).sum()
}

/// That a caller hears nobody while waiting: neither others who talk or wait, nor itself.
fn nobodys_voice(heard: Heard<'_>) -> Result<(), Objection> {
    let Heard { call, party, .. } = heard;
    let (since_us, until_us) = heard.window;
    let taken_us = call.accepted().map_or(u64::MAX, |accepted| accepted.t_us);
    let waiting = (since_us, until_us.min(taken_us));
    let received = party.received.within(heard.source, waiting);
    let mut named = received.filter_map(|stretch| Some((stretch.hears.as_deref()?, stretch)));
    let Some((name, stretch)) = named.next() else {
        return Ok(());
    };
    let why = format!(
        "{} waits, and {} heard {name} from {} at {}",
        call.words(),
        party.actor,
        stretch.from,
        At(stretch.first_us)
    );
    Err(Objection::fail(why).at(call.placed).at(stretch.position))
}

/// That there is music, or whatever is played to a caller who waits, that it can be listened to, and is
/// nobody's voice.
///
/// # Errors
///
/// As [`voice`].
pub(crate) fn music(scope: &Scope<'_>, heard: Heard<'_>) -> Result<(), Objection> {
    nobodys_voice(heard)?;
    let (begin_us, until_us) = heard.window;
    let gap = heard
        .party
        .received
        .longest_gap(heard.source, begin_us, until_us);
    if gap.us > scope.silence_us() {
        let (words, actor) = (heard.call.words(), &heard.party.actor);
        let why = format!(
            "{words} waits, and {actor} heard nothing for {} from {}",
            Lasting(gap.us),
            At(gap.from_us)
        );
        return Err(Objection::fail(why).at(heard.call.placed));
    }
    let Some(quality) = heard.quality() else {
        return Ok(());
    };
    check(scope, heard, &quality)?;
    let bounds = &scope.windows.media;
    if quality.lasted_us() >= us(bounds.sound) && quality.sounding == 0 {
        let why = format!("nothing but silence for {}", Lasting(quality.lasted_us()));
        return Err(heard.objection(scope, &quality, &why));
    }
    Ok(())
}

impl<'c> Heard<'c> {
    /// What a caller who waits hears of a pool until then: from the first that comes of it.
    pub(crate) fn waiting(scope: &Scope<'_>, call: &'c Call, until_us: u64) -> Option<Self> {
        let welcome = scope.timeline.welcome(call)?;
        Some(Heard {
            call,
            party: &call.caller,
            source: MediaFrom::Address(welcome.from.ip()),
            window: (welcome.first_us.max(scope.begin.t_us), until_us),
        })
    }

    /// The same, of each time in which nobody is on hold.
    pub(crate) fn while_talking(self, scope: &Scope<'_>) -> Vec<Self> {
        let agent = self.call.connected().map(|(leg, _)| &leg.party);
        let ends = [&self.call.caller].into_iter().chain(agent);
        let windows = hold::talking(scope, ends, self.window).into_iter();
        windows.map(|window| Heard { window, ..self }).collect()
    }

    pub(crate) fn quality(&self) -> Option<MediaQuality> {
        self.party.received.quality(self.source, self.window)
    }

    /// What is wrong with it, unless that may be the environment's doing.
    fn objection(&self, scope: &Scope<'_>, quality: &MediaQuality, what: &str) -> Objection {
        let why = self.words(quality, what);
        let objection = match environment(scope, quality) {
            Some(environment) => Objection::inconclusive(format!("{why}; but {environment}")),
            None => Objection::fail(why),
        };
        self.at_lines(quality, objection)
    }

    /// What is wrong with it, whatever links and machines did.
    fn misstated(&self, quality: &MediaQuality, what: &str) -> Objection {
        self.at_lines(quality, Objection::misstated(self.words(quality, what)))
    }

    fn words(&self, quality: &MediaQuality, what: &str) -> String {
        format!(
            "{}: {} received {what}, from {} to {}",
            self.call.words(),
            self.party.actor,
            At(quality.heard_us.0),
            At(quality.heard_us.1)
        )
    }

    fn at_lines(&self, quality: &MediaQuality, objection: Objection) -> Objection {
        let (first, last) = quality.positions;
        objection.at(self.call.placed).at(first).at(last)
    }
}

/// Whether two speak to the same place: a pool that was started anew gives ports out again to which somebody
/// still speaks whose call it has lost, and cannot tell.
fn speaks_where(scope: &Scope<'_>, name: &str, other: &str, window: (u64, u64)) -> bool {
    let timeline = scope.timeline;
    timeline.spoke(name, window, |to| {
        timeline.spoke(other, window, |others| others == to)
    })
}

/// Whether somebody else speaks to the place to which whoever is heard does, so that two streams are mixed there.
fn is_drowned(scope: &Scope<'_>, heard: Heard<'_>) -> bool {
    let MediaFrom::Actor(other) = heard.source else {
        return false;
    };
    let mut parties = scope.timeline.topology.party_names();
    parties.any(|name| name != other && speaks_where(scope, name, other, heard.window))
}

/// All that is to be listened to within a stage, of calls to groups: what the ends of
/// a connected call hear of each other, and what callers hear who wait. What comes through a pool that the
/// fault affects in the stage is not.
pub(crate) fn all<'s>(scope: &Scope<'s>) -> Vec<Heard<'s>> {
    let owners = Pool::BOTH.into_iter();
    let calls = owners.flat_map(|owner| scope.timeline.calls_to_groups_of(owner));
    calls.flat_map(|call| of_call(scope, call)).collect()
}

fn of_call<'s>(scope: &Scope<'s>, call: &'s Call) -> Vec<Heard<'s>> {
    let timeline = scope.timeline;
    let ended = |party: &Party| party.ended.map(|(position, _)| position.t_us);
    let until_us = |party| ended(party).unwrap_or(u64::MAX).min(scope.end.t_us);
    let through_a_pool = !matches!(
        timeline.group(&call.to).map(|group| group.calls),
        Some(CallKind::Regular)
    );
    let is_affected = (Stage::Outage..=Stage::FailedOver).contains(&scope.stage)
        && timeline.carrier(call) == Some(Pool::Primary);
    let accepted_us = call.accepted().map_or(u64::MAX, |accepted| accepted.t_us);
    let waiting = Heard::waiting(scope, call, until_us(&call.caller).min(accepted_us));
    let waiting = waiting.filter(|_| !is_affected);
    let talking = call
        .connected()
        .filter(|_| !(through_a_pool && is_affected));
    let talking = talking.into_iter().flat_map(|(leg, since_us)| {
        let ends = [(&call.caller, &leg.party), (&leg.party, &call.caller)];
        let ways = ends.into_iter().flat_map(|(party, other)| {
            let heard = Heard {
                call,
                party,
                source: MediaFrom::Actor(&other.actor),
                window: (since_us.max(scope.begin.t_us), until_us(party)),
            };
            heard.while_talking(scope)
        });
        ways.collect::<Vec<_>>()
    });
    let waiting = waiting.into_iter();
    let waiting = waiting.flat_map(|heard| heard.while_talking(scope));
    waiting.chain(talking).collect()
}

fn check(scope: &Scope<'_>, heard: Heard<'_>, quality: &MediaQuality) -> Result<(), Objection> {
    if let Some(what) = foreign(scope, heard, quality) {
        return Err(heard.misstated(quality, &what));
    }
    let bounds = &scope.windows.media;
    let judged = quality.lasted_us() >= us(bounds.judged);
    match judged.then(|| beyond(scope, heard, quality)).flatten() {
        Some(what) => Err(heard.objection(scope, quality, &what)),
        None => Ok(()),
    }
}

/// A payload type that the end is not ready for.
fn foreign(scope: &Scope<'_>, heard: Heard<'_>, quality: &MediaQuality) -> Option<String> {
    let timeline = scope.timeline;
    let described = timeline.payload_types(&heard.party.actor, heard.window)?;
    let foreign: BTreeSet<u8> = &quality.payload_types - &described;
    (!foreign.is_empty()).then(|| {
        format!(
            "audio of payload type {}, and had described {}",
            listed(&foreign),
            listed(&described)
        )
    })
}

fn listed(types: &BTreeSet<u8>) -> String {
    let words: Vec<String> = types.iter().map(u8::to_string).collect();
    words.join(", ")
}

/// The first bound that is not kept, in words.
fn beyond(scope: &Scope<'_>, heard: Heard<'_>, quality: &MediaQuality) -> Option<String> {
    let bounds = &scope.windows.media;
    let wide = match scope.timeline.links.are_sound() {
        true => 1,
        false => 2,
    };
    let most = |bound: Percent| bound.permille() * wide;
    let tenths = |permille: u64| format!("{}.{}%", permille / 10, permille % 10);
    let (lost, late) = (quality.lost_permille(), quality.late_permille());
    let (rate, excess) = (quality.rate_permille(), quality.excess_permille());
    let missing = 1_000_u64.saturating_sub(rate);
    let may_be_missing = 1_000_u64.saturating_sub(bounds.rate.permille()) * wide;
    let delayed_us = quality.delayed_us;
    if lost > most(bounds.loss) {
        return Some(format!("a stream of which {} was lost", tenths(lost)));
    }
    if late > most(bounds.out_of_order) {
        return Some(format!(
            "a stream of which {} was out of order",
            tenths(late)
        ));
    }
    let restarts = quality.restarts_permille();
    if restarts > bounds.restarts.permille() && !is_drowned(scope, heard) {
        return Some(format!(
            "streams one after the other: {} of the packets began one anew",
            tenths(restarts)
        ));
    }
    if let Some(stream) = bounds.stream.filter(|_| !is_drowned(scope, heard)) {
        let may_begin = FEW + quality.lasted_us() / us(stream).max(1);
        if quality.restarts > may_begin {
            return Some(format!(
                "streams one after the other: {} began within {}",
                quality.restarts,
                Lasting(quality.lasted_us())
            ));
        }
    }
    if quality.comfort_noise == 0 && missing > may_be_missing {
        return Some(format!("{} of the audio that there is", tenths(rate)));
    }
    let is_voice = matches!(heard.source, MediaFrom::Actor(_)) && quality.comfort_noise == 0;
    if let Some(voice) = bounds.voice.filter(|_| is_voice) {
        let unsent = quality.unsent_permille();
        if unsent > 1_000_u64.saturating_sub(voice.permille()) * wide {
            return Some(format!("a voice of which {} was not sent", tenths(unsent)));
        }
    }
    if let (Some(latency), Some(latency_us)) = (bounds.latency, quality.latency_us())
        && latency_us > us(latency).saturating_mul(wide)
    {
        let lasting = Lasting(latency_us);
        return Some(format!("a voice that was under way for {lasting}"));
    }
    if excess > most(bounds.excess) {
        return Some(format!("{} more audio than time passed", tenths(excess)));
    }
    if delayed_us > us(bounds.delay).saturating_mul(wide) {
        let delayed = Lasting(delayed_us);
        return Some(format!("packets that were held back for {delayed}"));
    }
    None
}

/// What may have brought it about that is not the target's.
fn environment(scope: &Scope<'_>, quality: &MediaQuality) -> Option<String> {
    if !scope.timeline.links.are_sound() {
        return Some("the walk impairs links".to_owned());
    }
    let starvation = starved::worst_within(scope, quality.heard_us)?;
    Some(format!(
        "the machine of {} is too busy: it stood still for {}",
        starvation.host.word(),
        Lasting(starvation.late_us)
    ))
}
