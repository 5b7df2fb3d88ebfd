//! The marks of agents in groups: whether they are signed in.

use std::collections::BTreeMap;

use model::topology::{Participation, Pool};
use model::verb::{Row, Verb};

use super::register::{Register, Write};
use super::{
    ByKey, Copy, Reading, WrongRead, WrongReading, before_all, copy_of, is_refused, shown,
    shows_us, write,
};
use crate::fault;
use crate::scope::CROSSING_US;
use timeline::Timeline;
use timeline::operation::Operation;
use timeline::position::Position;
use timeline::registration::Expiry;

/// How long a registration may take to show in an agent's console, besides what the target declares.
const A_WHILE_US: u64 = 1_000_000;

/// An agent in a copy of a group.
type Member<'t> = (&'t str, Copy<'t>);

/// All sign-ins and sign-outs, and what consoles showed of them.
pub(crate) struct Marks<'t> {
    timeline: &'t Timeline,
    /// Sign-ins and sign-outs.
    changes: ByKey<Member<'t>, &'t Operation>,
    /// The sign-ins that were not refused, by agent.
    sign_ins: ByKey<&'t str, &'t Operation>,
    read: ByKey<Member<'t>, Reading<'t, bool>>,
    /// Failovers to a pool that are complete, in this order.
    failed_over: Vec<&'t Operation>,
    failed_back: Option<Position>,
}

impl<'t> Marks<'t> {
    pub(crate) fn of(timeline: &'t Timeline) -> Self {
        let mut marks = Marks {
            timeline,
            changes: BTreeMap::new(),
            sign_ins: BTreeMap::new(),
            read: BTreeMap::new(),
            failed_over: Vec::new(),
            failed_back: None,
        };
        for operation in &timeline.operations {
            marks.take(operation);
        }
        marks
    }

    fn take(&mut self, operation: &'t Operation) {
        let agent = operation.by.as_str();
        match operation.verb {
            Verb::SignIn | Verb::SignOut => {
                if let Some(copy) = copy_of(operation) {
                    self.changes
                        .entry((agent, copy))
                        .or_default()
                        .push(operation);
                }
                if operation.verb == Verb::SignIn && !is_refused(operation) {
                    self.sign_ins.entry(agent).or_default().push(operation);
                }
            }
            Verb::GetGroups if operation.done().is_some() => self.take_console(operation),
            Verb::FailOver if operation.done().is_some() => self.failed_over.push(operation),
            Verb::FailBack => self.failed_back = operation.done(),
            _ => {}
        }
    }

    fn take_console(&mut self, console: &'t Operation) {
        for row in console.rows().unwrap_or_default() {
            if let (Some(copy), Some(value)) = (shown(self.timeline, row), row.signed_in) {
                let member = (console.by.as_str(), copy);
                self.read.entry(member).or_default().push(Reading {
                    operation: console,
                    row,
                    value,
                });
            }
        }
    }

    /// The agents of all groups of a kind, in each pool.
    fn members(&self, participation: Participation) -> impl Iterator<Item = Member<'t>> {
        let groups = self.timeline.topology.groups.iter();
        groups
            .filter(move |group| group.participation == participation)
            .flat_map(|group| {
                let members = group.members.iter();
                members.flat_map(|agent| {
                    Pool::BOTH.map(|parent| (agent.as_str(), (group.name.as_str(), parent)))
                })
            })
    }

    fn read(&self, member: Member<'t>) -> &[Reading<'t, bool>] {
        self.read.get(&member).map_or(&[], Vec::as_slice)
    }

    /// All marks of agents in formal groups that were read wrong.
    pub(crate) fn wrong(&self) -> Vec<WrongReading> {
        let read = self.members(Participation::Formal);
        let read = read.filter(|member| !self.read(*member).is_empty());
        read.flat_map(|member| self.wrong_of(member)).collect()
    }

    fn wrong_of(&self, member: Member<'t>) -> Vec<WrongReading> {
        let writes = self.writes(member);
        let read = self.read(member);
        // Nobody signs in to a formal group but by hand.
        let initial = before_all(read, &writes).is_some_and(|reading| reading.value);
        let register = Register::of(Some(initial), &writes);
        let wrong = read.iter();
        wrong
            .filter(|reading| !register.allows(&reading.value, reading.span()))
            .filter_map(|reading| self.explained(&register, member, reading))
            .collect()
    }

    fn writes(&self, member: Member<'t>) -> Vec<Write<'t, bool>> {
        let (agent, copy) = member;
        let changes = self.changes.get(&member).into_iter().flatten();
        let written = changes.filter_map(|change| {
            let signs_in = change.verb == Verb::SignIn;
            write(self.timeline, change, signs_in)
        });
        written
            .chain(self.signed_out_by_failover(agent, copy))
            .chain(self.signed_out_of_copy(copy))
            .collect()
    }

    /// Once failover is complete, whoever signed in to a copy before has to sign in again.
    fn signed_out_of_copy(
        &self,
        (group, parent): Copy<'t>,
    ) -> impl Iterator<Item = Write<'t, bool>> {
        let timeline = self.timeline;
        let is_copy = timeline.owner(group).is_some_and(|owner| owner != parent);
        let failed_over = self.failed_over.iter();
        let to_parent = failed_over.filter(move |failover| is_copy && failover.at == parent);
        to_parent.map(move |failover| Write {
            invoked: failover.invoked,
            ended: failover.done(),
            shows_us: failover.done().map(|done| shows_us(timeline, done, parent)),
            values: Some(vec![false]),
            change: None,
        })
    }

    /// Whether an agent had signed in to this copy before the last failover by then, and not since.
    fn is_signed_in_of_old(&self, member: Member<'t>, at: Position) -> bool {
        let (_, (_, parent)) = member;
        let mut failed_over = self.failed_over.iter();
        let last = failed_over.rfind(|failover| failover.at == parent && failover.invoked < at);
        let changes = self.changes.get(&member).into_iter().flatten();
        let mut by_then = changes.filter(|change| change.invoked < at);
        let last_change = by_then.rfind(|change| change.done().is_some());
        last.zip(last_change).is_some_and(|(failover, change)| {
            change.verb == Verb::SignIn && change.invoked < failover.invoked
        })
    }

    /// Failover signs agents of the primary out, at some time.
    fn signed_out_by_failover(&self, agent: &str, (group, _): Copy<'_>) -> Option<Write<'t, bool>> {
        let timeline = self.timeline;
        let owned = timeline.owner(group) == Some(Pool::Primary);
        let concerned = owned || timeline.home(agent) == Some(Pool::Primary);
        Some(Write {
            invoked: timeline.faults.first().filter(|_| concerned)?.injected,
            ended: self.failed_back,
            shows_us: None,
            values: Some(vec![false]),
            change: None,
        })
    }

    /// A wrong reading, with the change of which it comes, if that is known.
    fn explained(
        &self,
        register: &Register<'t, bool>,
        member: Member<'t>,
        reading: &Reading<'t, bool>,
    ) -> Option<WrongReading> {
        let (agent, copy) = member;
        let (row, mark) = (reading.row, reading.value);
        let (invoked, read) = reading.span();
        // A mark that should not be there may come of what was refused here, or granted elsewhere.
        let last = register.last_change(invoked);
        let since = last.map(|change| change.invoked);
        let tried = |changes: &[&'t Operation], is_meant: &dyn Fn(&Operation) -> bool| {
            let begun = changes.partition_point(|change| change.invoked <= read);
            let tried = changes[..begun].iter().rev();
            let mut tried =
                tried.take_while(|change| since.is_none_or(|since| since < change.invoked));
            tried.find(|change| is_meant(change)).copied()
        };
        let refused = || {
            let here = self.changes.get(&member)?;
            tried(here, &|change| {
                change.verb == Verb::SignIn && is_refused(change)
            })
        };
        let elsewhere = || {
            tried(self.sign_ins.get(agent)?, &|change| {
                copy_of(change) != Some(copy)
            })
        };
        let inherited = mark && self.is_signed_in_to_other(member, invoked);
        let of_old = mark && self.is_signed_in_of_old(member, invoked);
        let change = match mark {
            true if inherited || of_old => refused(),
            true => refused().or_else(elsewhere),
            false => None,
        };
        let reading = WrongRead {
            row,
            span: (invoked, read),
            shows: mark_shown(agent, row, mark, read),
            nobody: match (of_old, inherited) {
                (true, _) => "who has not signed in again since failover",
                (false, true) => "who had signed in to the other one before",
                (false, false) => "who never signed in",
            },
        };
        reading.counted_against(self.timeline, change.or(last))
    }

    /// Whether an agent had signed in to the other copy of a group before the stage of this instant, and has not
    /// signed out since: a mark of the one may be the other's.
    fn is_signed_in_to_other(&self, (agent, (group, parent)): Member<'t>, at: Position) -> bool {
        let timeline = self.timeline;
        let stage = timeline
            .stage_at(at)
            .and_then(|stage| timeline.stages.get(&stage));
        let Some(stage) = stage else { return false };
        let changes = self.changes.get(&(agent, (group, parent.partner())));
        let done = changes.into_iter().flatten();
        let mut done = done.filter(|change| change.done().is_some());
        let last = done.rfind(|change| change.invoked < at);
        last.is_some_and(|change| change.verb == Verb::SignIn && change.invoked < stage.begin)
    }

    /// Who may be signed in to a copy, by what was acknowledged. What consoles showed before anything was asked
    /// for does not count: nobody signs in to a formal group but by hand.
    pub(crate) fn signed_in(&self, agent: &'t str, copy: Copy<'t>) -> SignedIn<'t> {
        SignedIn(Register::of(Some(false), &self.writes((agent, copy))))
    }

    /// All marks of informal groups that are wrong: being registered is being signed in to them. An agent is not shown
    /// as signed out a while after registering with the pool that was asked, nor as signed in a while after all
    /// registrations were over.
    pub(crate) fn wrong_informal(&self) -> Vec<WrongReading> {
        let members = self.members(Participation::Informal);
        let read = members.flat_map(|member| self.read(member));
        read.filter_map(|reading| {
            let console = reading.operation;
            // Between stages, and when all is over, pools are started anew, and know of nobody.
            self.timeline.stage_at(console.invoked)?;
            let nobody = match reading.value {
                false if self.has_been_registered(console) => {
                    "which is informal, while the agent is registered"
                }
                true if self.has_been_unregistered(console) => {
                    "which is informal, while the agent is not registered"
                }
                _ => return None,
            };
            let (row, span) = (reading.row, reading.span());
            let wrong = WrongRead {
                row,
                span,
                shows: mark_shown(&console.by, row, reading.value, span.1),
                nobody,
            };
            wrong.counted_against(self.timeline, None)
        })
        .collect()
    }

    /// A while before a console is asked.
    fn a_while_before(&self, console: &Operation) -> Position {
        let shows_us = self.timeline.shows_after_us.saturating_add(A_WHILE_US);
        console.invoked.earlier_by(shows_us)
    }

    /// Whether an agent has been registered for a while with the pool that its console asks, and still is when that has
    /// answered.
    fn has_been_registered(&self, console: &Operation) -> bool {
        let (timeline, since) = (self.timeline, self.a_while_before(console));
        let answered = console.ended_at().unwrap_or(console.invoked);
        let while_asked = (since, answered.later_by(CROSSING_US));
        timeline.registered_since(&console.by, console.at, while_asked) == Some(since)
            && fault::was_well(timeline, console.at, while_asked)
            && !self.is_stood_in_for(console)
            && !self.is_away_from_home(console)
    }

    /// Whether an agent who is homed in the primary is registered with its partner still, after failback: the groups
    /// wait until the agent is back.
    fn is_away_from_home(&self, console: &Operation) -> bool {
        let is_over = self.failed_back.is_some_and(|done| done < console.invoked);
        is_over && self.timeline.home(&console.by) != Some(console.at)
    }

    /// Whether the pool that is asked is the one that its partner stands in for: from the outage to the end of failback.
    /// Back again, it may grant registrations until it has heard of that, and forgets them then.
    fn is_stood_in_for(&self, console: &Operation) -> bool {
        let outage = self.timeline.faults.first();
        let has_begun = outage.is_some_and(|outage| outage.injected <= console.invoked);
        let is_over = self.failed_back.is_some_and(|done| done < console.invoked);
        console.at == Pool::Primary && has_begun && !is_over
    }

    /// Whether all of an agent's registrations have been over for a while, and both pools know.
    fn has_been_unregistered(&self, console: &Operation) -> bool {
        let timeline = self.timeline;
        let expiries = timeline.telephones(&console.by).flat_map(|telephone| {
            let with = move |pool| timeline.expiry(telephone, pool, console.invoked);
            Pool::BOTH.into_iter().filter_map(with)
        });
        let expiries: Vec<Expiry> = expiries.collect();
        let Some(since) = expiries.iter().map(|expiry| expiry.position).min() else {
            return false;
        };
        let by_us = self.a_while_before(console).t_us;
        let mut pools = Pool::BOTH.into_iter();
        expiries.iter().all(|expiry| expiry.us <= by_us)
            && pools.all(|pool| fault::was_well(timeline, pool, (since, console.invoked)))
    }
}

/// When an agent may be signed in to a copy.
pub(crate) struct SignedIn<'t>(Register<'t, bool>);

impl SignedIn<'_> {
    pub(crate) fn may_be(&self, at: Position) -> bool {
        self.0.allows(&true, (at, at))
    }
}

/// How readers are told of a mark.
fn mark_shown(agent: &str, row: &Row, mark: bool, read: Position) -> String {
    let shown = if mark { "signed in" } else { "signed out" };
    let (group, parent) = (&row.group, row.parent.word());
    format!("the console at {read} shows {agent} as {shown} in `{group}` in the {parent}")
}
