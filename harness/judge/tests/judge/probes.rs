//! What probes see of a fault.

use model::fault::FaultKind;
use model::host::HostName;
use model::journal::Event;
use model::reach::Reach;
use model::topology::Pool;

use crate::drill::{Drill, in_force};
use crate::script::Script;
use crate::world::OVER;

impl Drill {
    /// The probes' samples, two a second, from beginning to end.
    pub(crate) fn probes(self, script: &mut Script) {
        let mut t = 0.6;
        while t < OVER {
            for by in HostName::PAIRED {
                let off = self.fault == FaultKind::POWER_OFF && self.hosts.contains(&by);
                if !(off && in_force(t)) {
                    let sample = self.sample(by, t);
                    script.line(t, by.word(), sample);
                }
            }
            t += 0.5;
        }
    }

    /// What the probe beside a database sees of it.
    fn database(self, by: HostName, t: f64) -> Option<Reach> {
        let is_one = Pool::BOTH.iter().any(|pool| pool.database() == by);
        let affected = in_force(t) && self.hosts.contains(&by);
        let reach = match self.fault.word() {
            "kill" if affected => Reach::Closed,
            "freeze" if affected => Reach::Silent,
            _ => Reach::Reached,
        };
        is_one.then_some(reach)
    }

    /// What a probe sees: written from the descriptions of the faults, not from the judge.
    fn sample(self, by: HostName, t: f64) -> Event {
        let affected = |host: &HostName| in_force(t) && self.hosts.contains(host);
        let across = |host: &HostName| affected(host) != affected(&by);
        let others = || HostName::PAIRED.into_iter().filter(|host| *host != by);
        let host = match self.fault.word() {
            "kill" | "freeze" => Reach::Reached,
            "reject" => Reach::Unreachable,
            _ => Reach::Silent,
        };
        let pool = match self.fault.word() {
            "kill" => Reach::Closed,
            "reject" => Reach::Unreachable,
            _ => Reach::Silent,
        };
        let arrives = |from: &HostName| match self.fault.word() {
            "kill" | "freeze" => true,
            "one-way-out" => !across(from) || affected(&by),
            "one-way-in" => !across(from) || affected(from),
            _ => !across(from),
        };
        let reach = |other: HostName| if across(&other) { host } else { Reach::Reached };
        let answers = |of: Pool| match (affected(&of.host()), affected(&by)) {
            (true, false) => pool,
            (false, true) => host,
            _ => Reach::Reached,
        };
        Event::Probed {
            hosts: others().map(|other| (other, reach(other))).collect(),
            heard: others().filter(arrives).collect(),
            pools: Pool::BOTH
                .map(|pool| (pool, answers(pool)))
                .into_iter()
                .collect(),
            database: self.database(by, t),
        }
    }
}
