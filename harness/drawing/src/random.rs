//! What is done at random, beside what the programme says.
//!
//! Whatever is drawn is something that somebody may do then: nobody calls twice at once, whoever holds a call takes it
//! back within the stage, and what nobody can know the outcome of is left out (calls to a partner's groups before it
//! can be known that the partner is dead, holds in calls that may pass a pool that is away).

use std::collections::{BTreeMap, BTreeSet};

use model::programme::{Act, Offers, Programme, Resumption, Step};
use model::random::Random;
use model::topology::{Behaviour, Group, Participation, Pool, Topology};
use model::verb::{Filter, Surface};
use model::{Span, Stage, Walk};

use crate::lots::Lots;

/// From when on calls are placed in the outage, in milliseconds: pools take a partner for dead only after a while.
const NOTICED: u64 = 2_000;

/// Nothing is begun so shortly before the end of a stage, in milliseconds: what is begun should be seen.
const LAST: u64 = 1_200;

/// So long before the end of a stage, in milliseconds, whoever holds a call has taken it back.
const HEARD_AGAIN: u64 = 2_100;

/// The shortest and the longest time, in milliseconds.
type Range = (u64, u64);

/// A call that is soon over.
const SHORT: Range = (200, 1_000);
/// A call that lasts.
const LONG: Range = (1_000, 5_000);
/// For how long a call is on hold, or goes on before it is.
const ON_HOLD: Range = (200, 3_000);
/// For how long a telephone is not registered.
const AWAY: Range = (500, 4_000);
/// After how long an agent accepts.
const ACCEPTS: Range = (100, 1_500);
/// After how long somebody declines who thinks about it.
const DECLINES: Range = (400, 1_200);

/// Adds to a programme what is done at random in a walk.
pub(crate) fn add(
    random: Random,
    walk: &Walk,
    topology: &Topology,
    programme: &mut Programme,
    lots: &mut Lots,
) {
    let cast = Cast::of(topology, programme);
    let mut drawing = Drawing {
        lots,
        walk,
        cast: &cast,
        steps: Vec::new(),
        stage: Stage::Healthy,
        length: 0,
        still_in_calls: BTreeSet::new(),
        free_from: BTreeMap::new(),
        away_until: BTreeMap::new(),
    };
    let every = millis(random.every).max(1);
    for stage in walk.reached() {
        let steps = drawing.stage(stage, millis(walk.length(stage)), every);
        programme.stages.entry(stage).or_default().extend(steps);
    }
}

/// Those whom the programme does not name.
struct Cast<'a> {
    callers: Vec<&'a str>,
    agents: Vec<&'a str>,
    callees: Vec<&'a str>,
    telephones: Vec<&'a str>,
    groups: Vec<&'a Group>,
    formal: Vec<&'a Group>,
}

impl<'a> Cast<'a> {
    fn of(topology: &'a Topology, programme: &Programme) -> Self {
        let steps = programme.stages.values().flatten();
        let named: BTreeSet<&str> = steps.flat_map(|step| names(&step.act)).collect();
        let groups = topology.groups.iter();
        let (left_alone, groups): (Vec<&Group>, Vec<&Group>) =
            groups.partition(|group| named.contains(group.name.as_str()));
        let members = left_alone.iter().flat_map(|group| &group.members);
        let named: BTreeSet<&str> = members.map(String::as_str).chain(named).collect();
        let free = |name: &&str| !named.contains(name);
        let further = topology.telephones.iter();
        let further = further.filter(|one| free(&one.of.as_str()) && free(&one.name.as_str()));
        let further = further.map(|one| one.name.as_str());
        let formal = groups.iter().copied();
        let formal = formal.filter(|group| group.participation == Participation::Formal);
        Cast {
            callers: topology.caller_names().filter(free).collect(),
            agents: topology.agent_names().filter(free).collect(),
            callees: topology
                .callees
                .iter()
                .map(String::as_str)
                .filter(free)
                .collect(),
            telephones: topology.agent_names().filter(free).chain(further).collect(),
            formal: formal.collect(),
            groups,
        }
    }
}

/// Everybody and every group that an act names.
fn names(act: &Act) -> Vec<&str> {
    match act {
        Act::Call { by, to, .. } => vec![by, to],
        Act::HangUp { by } | Act::Hold { by } | Act::Resume { by, .. } => vec![by],
        Act::Behave { agent, .. } | Act::GetGroups { agent, .. } => vec![agent],
        Act::Register { telephone }
        | Act::Unregister { telephone }
        | Act::LetExpire { telephone } => vec![telephone],
        Act::List { .. } => Vec::new(),
        Act::Modify { group, .. } => vec![group],
        Act::SignIn { agent, group, .. }
        | Act::SignOut { agent, group, .. }
        | Act::Intrude { agent, group, .. } => vec![agent, group],
        Act::CallOnBehalf {
            agent,
            group,
            callee,
            ..
        } => vec![agent, group, callee],
    }
}

/// A walk's random steps, as far as they are drawn. Times are milliseconds into the stage.
struct Drawing<'a, 'l> {
    lots: &'l mut Lots,
    walk: &'a Walk,
    cast: &'a Cast<'a>,
    steps: Vec<Step>,
    stage: Stage,
    length: u64,
    /// Callers whose call goes on when the stage is over.
    still_in_calls: BTreeSet<&'a str>,
    /// When a caller's last call in the stage is over.
    free_from: BTreeMap<&'a str, u64>,
    /// Until when a telephone is not registered in the stage.
    away_until: BTreeMap<&'a str, u64>,
}

impl Drawing<'_, '_> {
    fn stage(&mut self, stage: Stage, length: u64, every: u64) -> Vec<Step> {
        (self.stage, self.length) = (stage, length);
        self.free_from.clear();
        self.away_until.clear();
        self.moods();
        let mut at = self.between((1, 2 * every));
        while at + LAST < length {
            self.something(at);
            at += self.between((1, 2 * every));
        }
        std::mem::take(&mut self.steps)
    }

    /// How agents behave from now on: all at first, later some.
    fn moods(&mut self) {
        for agent in self.cast.agents.iter().chain(&self.cast.callees) {
            if self.stage != Stage::Healthy && !self.happens(4) {
                continue;
            }
            let how = match self.lots.below(8) {
                0 => Behaviour::Ignore,
                1 => Behaviour::Decline,
                2 => Behaviour::DeclineAfter(self.time(DECLINES)),
                _ => Behaviour::AcceptAfter(self.time(ACCEPTS)),
            };
            let agent = (*agent).to_owned();
            self.step(0, Act::Behave { agent, how });
        }
    }

    fn something(&mut self, at: u64) {
        match self.lots.below(20) {
            0..8 => self.call(at),
            8 => self.hang_up(at),
            9 => self.hold_by_agent(at),
            10..12 => self.call_on_behalf(at),
            12..15 => self.sign_in_or_out(at),
            15 => self.look_at_console(at),
            16 => self.list(at),
            17..19 => self.modify(at),
            _ => self.move_telephone(at),
        }
    }

    // ---- calls ---------------------------------------------------------------------------------

    fn call(&mut self, at: u64) {
        let Some(caller) = self.one_of(&self.cast.callers) else {
            return;
        };
        if self.still_in_calls.remove(caller) {
            // It hangs up now, and calls again later.
            self.free_from.insert(caller, at + 200);
            return self.step(at, hang_up(caller));
        }
        let is_early = self.stage == Stage::Outage && at < NOTICED;
        let is_busy = self.free_from.get(caller).is_some_and(|free| *free > at);
        let Some(group) = self
            .one_of(&self.cast.groups)
            .filter(|_| !is_early && !is_busy)
        else {
            return;
        };
        let lasting = match self.lots.below(5) {
            0 => None,
            1 => Some(self.between(SHORT)),
            _ => Some(self.between(LONG)),
        };
        // Calls of the healthy stage are over with it: the others begin with what the programme holds.
        let lasting = match self.stage {
            Stage::Healthy => {
                let longest = self.length - at - LAST / 2;
                Some(lasting.unwrap_or(longest).min(longest))
            }
            _ => lasting,
        };
        let end = lasting.map_or(self.length, |lasting| at + lasting);
        if end + 300 > self.length {
            self.still_in_calls.insert(caller);
        }
        let pause = self.between(SHORT);
        self.free_from.insert(caller, end + pause);
        let offers = match self.happens(6) {
            true => Offers::Called,
            false => Offers::Caller,
        };
        let (by, to) = (caller.to_owned(), group.name.clone());
        let lasting = lasting.map(Span::from_millis);
        self.step(
            at,
            Act::Call {
                by,
                to,
                offers,
                lasting,
            },
        );
        if self.happens(3) {
            let begin = at + self.between(ON_HOLD);
            self.hold(caller, begin, end);
        }
    }

    /// Somebody holds a call and takes it back, if there is the time for that.
    fn hold(&mut self, by: &str, begin: u64, end: u64) {
        let resumed = begin + self.between(ON_HOLD);
        if resumed >= end || resumed + HEARD_AGAIN > self.length {
            return;
        }
        let how = match self.lots.below(3) {
            0 => Resumption::InPlace,
            1 => Resumption::WithoutOffer,
            _ => Resumption::Elsewhere,
        };
        let by = by.to_owned();
        self.step(begin, Act::Hold { by: by.clone() });
        self.step(resumed, Act::Resume { by, how });
    }

    fn hold_by_agent(&mut self, at: u64) {
        let healed = self.walk.outage.as_ref();
        let healed = healed.map_or(0, |outage| millis(outage.healed));
        let is_away = match self.stage {
            Stage::Outage | Stage::Failover => true,
            Stage::FailedOver => at < healed + NOTICED,
            Stage::Healthy | Stage::Failback | Stage::FailedBack => false,
        };
        if let Some(agent) = self.one_of(&self.cast.agents).filter(|_| !is_away) {
            self.hold(agent, at, self.length);
        }
    }

    fn hang_up(&mut self, at: u64) {
        if let Some(agent) = self.one_of(&self.cast.agents) {
            self.step(at, hang_up(agent));
        }
    }

    fn call_on_behalf(&mut self, at: u64) {
        let Some((agent, group)) = self.member(&self.cast.groups) else {
            return;
        };
        let Some(callee) = self.one_of(&self.cast.callees) else {
            return;
        };
        let act = Act::CallOnBehalf {
            agent: agent.to_owned(),
            group: group.name.clone(),
            callee: callee.to_owned(),
            at: self.perhaps_one_pool(),
        };
        self.step(at, act);
        let over = at + self.between(LONG);
        self.step(over.min(self.length - 100), hang_up(agent));
    }

    // ---- consoles and management surfaces ------------------------------------------------------

    fn sign_in_or_out(&mut self, at: u64) {
        let Some((agent, group)) = self.member(&self.cast.formal) else {
            return;
        };
        let (agent, group_name) = (agent.to_owned(), group.name.clone());
        let parent = self.parent(group);
        let asked = self.perhaps_one_pool();
        let act = match self.lots.below(4) {
            0 => Act::SignOut {
                agent,
                group: group_name,
                parent,
                at: asked,
            },
            _ => Act::SignIn {
                agent,
                group: group_name,
                parent,
                at: asked,
            },
        };
        self.step(at, act);
    }

    fn look_at_console(&mut self, at: u64) {
        let Some(agent) = self.one_of(&self.cast.agents) else {
            return;
        };
        let (agent, asked) = (agent.to_owned(), self.perhaps_one_pool());
        self.step(at, Act::GetGroups { agent, at: asked });
    }

    fn list(&mut self, at: u64) {
        let filter = match self.lots.below(4) {
            0 => Filter::All,
            1 => Filter::Owner(Pool::Primary),
            2 => Filter::Owner(Pool::Backup),
            _ => Filter::Default,
        };
        let act = Act::List {
            at: self.pool(),
            surface: self.surface(),
            of: self.pool(),
            filter,
        };
        self.step(at, act);
    }

    fn modify(&mut self, at: u64) {
        let Some(group) = self.one_of(&self.cast.groups) else {
            return;
        };
        let parent = self.parent(group);
        let value = format!("{} {at}", self.stage);
        let act = Act::Modify {
            at: parent,
            surface: self.surface(),
            group: group.name.clone(),
            parent,
            value,
        };
        self.step(at, act);
    }

    /// A telephone withdraws its registration, and registers again; or one of those that are not registered does.
    fn move_telephone(&mut self, at: u64) {
        let Some(telephone) = self.one_of(&self.cast.telephones) else {
            return;
        };
        if self
            .away_until
            .get(telephone)
            .is_some_and(|until| *until > at)
        {
            return;
        }
        let back = (at + self.between(AWAY)).min(self.length - 300);
        self.away_until.insert(telephone, back + 200);
        let telephone = telephone.to_owned();
        self.step(
            at,
            Act::Unregister {
                telephone: telephone.clone(),
            },
        );
        self.step(back, Act::Register { telephone });
    }

    // ---- lots ----------------------------------------------------------------------------------

    fn step(&mut self, at: u64, act: Act) {
        self.steps.push(Step {
            at: Span::from_millis(at),
            act,
            only: None,
        });
    }

    fn between(&mut self, (least, most): Range) -> u64 {
        let count = usize::try_from(most - least + 1).unwrap_or(1);
        least + self.lots.below(count) as u64
    }

    fn time(&mut self, range: Range) -> Span {
        Span::from_millis(self.between(range))
    }

    /// Once in so many times.
    fn happens(&mut self, once_in: usize) -> bool {
        self.lots.below(once_in) == 0
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        self.lots.one_of(all).copied()
    }

    fn pool(&mut self) -> Pool {
        match self.happens(2) {
            true => Pool::Primary,
            false => Pool::Backup,
        }
    }

    fn perhaps_one_pool(&mut self) -> Option<Pool> {
        self.happens(3).then(|| self.pool())
    }

    fn surface(&mut self) -> Surface {
        match self.happens(2) {
            true => Surface::ControlPanel,
            false => Surface::Shell,
        }
    }

    /// One of a group's copies, by the pool in which it resides.
    fn parent(&mut self, group: &Group) -> Pool {
        match group.owner {
            Pool::Primary => self.pool(),
            Pool::Backup => Pool::Backup,
        }
    }

    /// A member of one of these groups, whom the programme does not name.
    fn member<'g>(&mut self, groups: &[&'g Group]) -> Option<(&'g str, &'g Group)> {
        let group = self.one_of(groups)?;
        let members = group.members.iter().map(String::as_str);
        let members: Vec<&str> = members
            .filter(|member| self.cast.agents.contains(member))
            .collect();
        Some((self.one_of(&members)?, group))
    }
}

fn hang_up(by: &str) -> Act {
    let by = by.to_owned();
    Act::HangUp { by }
}

fn millis(span: Span) -> u64 {
    u64::try_from(span.get().as_millis()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use model::directory::Directory;

    use super::*;
    use crate::draw::tests::plan;

    /// The healthy stage's steps of a walk in which things are done at random, in order.
    fn steps(seed: u64) -> Vec<Step> {
        let mut plan = plan();
        let every = Span::from_millis(100);
        plan.walk.random = Some(Random { every });
        let drawn = plan.drawn_by(seed, 1, &Directory::default());
        let mut steps = drawn.programme.stages[&Stage::Healthy].clone();
        steps.sort_by_key(|step| step.at);
        steps
    }

    #[test]
    fn a_seed_draws_the_same_again_and_another_something_else() {
        assert_eq!(steps(1), steps(1));
        assert_ne!(steps(1), steps(2));
    }

    #[test]
    fn nobody_calls_twice_at_once_and_whoever_holds_a_call_takes_it_back() {
        for seed in 0..50 {
            let steps = steps(seed);
            let mut free_from: BTreeMap<&str, u64> = BTreeMap::new();
            for (place, step) in steps.iter().enumerate() {
                let at = millis(step.at);
                match &step.act {
                    Act::Call { by, lasting, .. } => {
                        let lasting = lasting.map(millis);
                        assert!(
                            free_from.get(by.as_str()).is_none_or(|free| *free <= at),
                            "{by}"
                        );
                        free_from.insert(by, at + lasting.unwrap_or_default());
                    }
                    Act::Hold { by } => {
                        let mut later = steps[place..].iter();
                        let resumes =
                            |act: &Act| matches!(act, Act::Resume { by: same, .. } if same == by);
                        assert!(later.any(|later| resumes(&later.act)), "{by}");
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn whomever_the_programme_names_is_left_alone() {
        let mut plan = plan();
        let written = plan.programme.clone();
        let every = Span::from_millis(50);
        plan.walk.random = Some(Random { every });
        let mut lots = Lots::of(1, "walk");
        add(
            Random { every },
            &plan.walk,
            &plan.topology,
            &mut plan.programme,
            &mut lots,
        );
        let steps = written.stages.values().flatten();
        let named: BTreeSet<&str> = steps.flat_map(|step| names(&step.act)).collect();
        let all = plan.programme.stages[&Stage::Healthy].iter();
        let added = all.skip(written.stages[&Stage::Healthy].len());
        let mut count = 0;
        for step in added {
            let met = names(&step.act)
                .into_iter()
                .find(|name| named.contains(name));
            assert_eq!(met, None, "{:?}", step.act);
            count += 1;
        }
        assert!(count > 0);
    }
}
