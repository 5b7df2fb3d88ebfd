//! The loop below the stages: what is due is done, what is observed is written down, until
//! something holds.

use std::collections::BTreeMap;
use std::time::Duration;

use actors::Command;
use lab::contract::ADMINISTRATOR;
use lab::{Fault, Lab, LabError, Observed};
use model::Stage;
use model::journal::Spool;
use model::journal::event::{Clock, Event};
use model::programme::Act;
use model::topology::Pool;
use model::verb::{About, Verb};
use model::walk::LabKind;
use node::Now;

use crate::act::{Errand, Order, What};
use crate::error::ConductorError;
use crate::guard::GuardedLab;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::schedule::Schedule;
use crate::seen::Seen;

/// The conductor's name in the journal.
const CONDUCTOR: &str = "conductor";

/// The lab's name in the journal.
const LAB: &str = "lab";

/// A walk that is being carried out. Dropped, it heals the faults that are in force.
pub(crate) struct Drill<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) seen: Seen,
    lab: GuardedLab<'a>,
    spool: &'a mut Spool,
    watch: &'a mut dyn FnMut(Progress),
    cancelled: &'a dyn Fn() -> bool,
    schedule: Schedule,
    stage: Option<Running>,
    verbs: u64,
    /// Changes that are read back once they have ended, by the verb's id.
    read_back: BTreeMap<u64, Order>,
}

/// The stage that is in force.
#[derive(Clone, Copy)]
struct Running {
    stage: Stage,
    began: Now,
}

/// When something was, and which clock says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    at: Now,
    clock: Clock,
}

/// Why a walk goes no further.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Something was not observed in time. The walk is brought to an end.
    Stopped(String),
    /// The harness or its environment failed, or nobody wants the walk any more.
    Failed(ConductorError),
}

impl From<ConductorError> for Halt {
    fn from(error: ConductorError) -> Halt {
        Halt::Failed(error)
    }
}

impl<'a> Drill<'a> {
    pub(crate) fn new(
        lab: &'a mut dyn Lab,
        plan: &'a Plan,
        spool: &'a mut Spool,
        watch: &'a mut dyn FnMut(Progress),
        cancelled: &'a dyn Fn() -> bool,
    ) -> Drill<'a> {
        Drill {
            plan,
            seen: Seen::default(),
            lab: GuardedLab::new(lab),
            spool,
            watch,
            cancelled,
            schedule: Schedule::default(),
            stage: None,
            verbs: 0,
            read_back: BTreeMap::new(),
        }
    }

    // ---- the passage of time --------------------------------------------------------------

    /// The lab's time.
    pub(crate) fn now(&self) -> Now {
        self.lab.asked().now()
    }

    /// The same, for the journal.
    pub(crate) fn moment(&self) -> Moment {
        let clock = match self.lab.asked().kind() {
            LabKind::Sim => Clock::Virtual,
            LabKind::Docker | LabKind::External => Clock::Acknowledged,
        };
        let at = self.now();
        Moment { at, clock }
    }

    /// Goes on until the time `until`.
    pub(crate) fn run_until(&mut self, until: Now) -> Result<(), ConductorError> {
        while self.now() < until {
            self.turn(until)?;
        }
        Ok(())
    }

    /// Goes on until the running stage is `offset` old.
    pub(crate) fn run_to(&mut self, offset: Duration) -> Result<(), ConductorError> {
        let began = self.stage.map_or(Now::ZERO, |running| running.began);
        self.run_until(began + offset)
    }

    /// Goes on until nothing is missing any more, and gives the moment of the observation that was
    /// missing last; stops the walk if something still is after `limit`.
    pub(crate) fn wait(
        &mut self,
        limit: Duration,
        missing: impl Fn(&Seen) -> Option<String>,
    ) -> Result<Moment, Halt> {
        let deadline = self.now() + limit;
        let mut found = self.moment();
        while let Some(missing) = missing(&self.seen) {
            if self.now() >= deadline {
                let limit = limit.as_secs();
                let why = format!("waited {limit} s in vain for {missing}");
                return Err(Halt::Stopped(why));
            }
            found = self.turn(deadline)?.unwrap_or(found);
        }
        Ok(found)
    }

    /// Does what is due, and goes on to the next observation, to what is due next, or to `until`.
    /// Gives the observation's moment.
    fn turn(&mut self, until: Now) -> Result<Option<Moment>, ConductorError> {
        if (self.cancelled)() {
            let walk = self.plan.walk.walk.clone();
            return Err(ConductorError::Cancelled { walk });
        }
        while let Some(act) = self.schedule.take_due(self.now()) {
            self.carry_out(&act)?;
        }
        let next = self.schedule.next_due();
        let until = next.map_or(until, |next| next.min(until));
        match self.lab.lab().next(until) {
            Ok(Some(observed)) => self.observe(observed).map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(self.lab_failed(error)),
        }
    }

    fn observe(&mut self, observed: Observed) -> Result<Moment, ConductorError> {
        let Observed { at, clock, .. } = observed;
        self.seen.observe(&observed);
        let ended = match &observed.event {
            Event::VerbEnded { id, .. } => Some(*id),
            _ => None,
        };
        self.spool
            .write(at.as_micros(), clock, &observed.host, observed.event)?;
        if let Some(order) = ended.and_then(|id| self.read_back.remove(&id)) {
            self.give(order)?;
        }
        Ok(Moment { at, clock })
    }

    // ---- what is done ---------------------------------------------------------------------

    fn carry_out(&mut self, act: &Act) -> Result<(), ConductorError> {
        match act {
            Act::Call {
                by,
                lasting: Some(lasting),
                ..
            } => self.schedule.hang_up_at(by, self.now() + lasting.get()),
            Act::Call { by, .. } | Act::HangUp { by } => self.schedule.forget_hang_up(by),
            _ => {}
        }
        self.give(Order::of(act, self.plan)).map(drop)
    }

    /// The administrator has a pool do something. Gives the verb's id.
    pub(crate) fn invoke(
        &mut self,
        verb: Verb,
        at: Pool,
        about: About,
        words: &str,
    ) -> Result<u64, ConductorError> {
        let errand = Errand { verb, at, about };
        self.told(ADMINISTRATOR, words.to_owned())?;
        self.send_on_errand(ADMINISTRATOR, errand)
    }

    /// Everybody hangs up, whatever call they have.
    pub(crate) fn hang_up_all(&mut self) -> Result<(), ConductorError> {
        for party in self.plan.parties() {
            self.schedule.forget_hang_up(party);
            self.give(Order::hang_up(party))?;
        }
        Ok(())
    }

    fn give(&mut self, order: Order) -> Result<(), ConductorError> {
        let Order { actor, what, words } = order;
        self.told(&actor, words)?;
        match what {
            What::Telephone(command) => self.command(&actor, command),
            What::Invoke(errand) => self.send_on_errand(&actor, errand).map(drop),
        }
    }

    fn send_on_errand(&mut self, actor: &str, errand: Errand) -> Result<u64, ConductorError> {
        self.verbs += 1;
        let id = self.verbs;
        if let Some(order) = errand.reading_back() {
            self.read_back.insert(id, order);
        }
        let Errand { verb, at, about } = errand;
        let command = Command::Verb {
            id,
            verb,
            at,
            about,
        };
        self.command(actor, command)?;
        Ok(id)
    }

    fn command(&mut self, actor: &str, command: Command) -> Result<(), ConductorError> {
        let told = self.lab.lab().command(actor, command);
        told.map_err(|error| self.lab_failed(error))
    }

    // ---- faults ---------------------------------------------------------------------------

    /// Injects a fault and gives the time from which on probes can see it.
    /// A fault that the lab has not the means for stops the walk.
    pub(crate) fn inject(&mut self, fault: &Fault) -> Result<Now, Halt> {
        match self.lab.inject(fault.clone()) {
            Ok(()) => {}
            Err(error @ LabError::NoMeans { .. }) => return Err(Halt::Stopped(error.to_string())),
            Err(error) => return Err(Halt::Failed(self.lab_failed(error))),
        }
        let (kind, hosts) = (fault.kind, fault.hosts.clone());
        self.note(LAB, Event::FaultInjected { fault: kind, hosts })?;
        Ok(self.now())
    }

    /// Heals whatever faults are in force, and gives the time from which on probes can see it.
    pub(crate) fn heal_all(&mut self) -> Result<Now, ConductorError> {
        while let Some(Fault { kind, hosts }) = self
            .lab
            .heal_last()
            .map_err(|error| self.lab_failed(error))?
        {
            self.note(LAB, Event::FaultHealed { fault: kind, hosts })?;
        }
        Ok(self.now())
    }

    /// Stops the walk if the lab has not the means for something that it asks for throughout.
    pub(crate) fn check_means(&self) -> Result<(), Halt> {
        match self.lab.asked().lacks() {
            None => Ok(()),
            Some(error) => Err(Halt::Stopped(error.to_string())),
        }
    }

    // ---- the journal ----------------------------------------------------------------------

    /// The walk begins: line 0.
    pub(crate) fn begin_walk(&mut self) -> Result<(), ConductorError> {
        let began = Event::WalkBegan {
            plan: Box::new(self.plan.walk.clone()),
            topology: Box::new(self.plan.topology.clone()),
            lab: self.lab.asked().kind(),
            addresses: self.lab.asked().addresses(),
        };
        self.note(CONDUCTOR, began)
    }

    /// A stage begins, its precondition having been observed at `moment`. The one before it ends.
    pub(crate) fn begin_stage(
        &mut self,
        stage: Stage,
        moment: Moment,
    ) -> Result<(), ConductorError> {
        self.end_stage(moment)?;
        self.note_at(moment, CONDUCTOR, Event::StageBegan { stage })?;
        let began = moment.at;
        self.stage = Some(Running { stage, began });
        self.schedule.begin_stage(began, self.plan.steps(stage));
        let walk = self.plan.walk.walk.clone();
        (self.watch)(Progress::StageBegan { walk, stage });
        Ok(())
    }

    /// The stage that is in force ends at `moment`, if there is one.
    pub(crate) fn end_stage(&mut self, moment: Moment) -> Result<(), ConductorError> {
        self.schedule.end_stage();
        match self.stage.take() {
            Some(Running { stage, .. }) => {
                self.note_at(moment, CONDUCTOR, Event::StageEnded { stage })
            }
            None => Ok(()),
        }
    }

    /// The walk goes no further.
    pub(crate) fn stop_walk(&mut self, why: String) -> Result<(), ConductorError> {
        self.note(CONDUCTOR, Event::WalkStopped { why: why.clone() })?;
        let walk = self.plan.walk.walk.clone();
        (self.watch)(Progress::WalkStopped { walk, why });
        Ok(())
    }

    /// The walk is over.
    pub(crate) fn end_walk(&mut self) -> Result<(), ConductorError> {
        self.note(CONDUCTOR, Event::WalkEnded)?;
        let walk = self.plan.walk.walk.clone();
        (self.watch)(Progress::WalkEnded { walk });
        Ok(())
    }

    fn told(&mut self, actor: &str, what: String) -> Result<(), ConductorError> {
        let actor = actor.to_owned();
        self.note(CONDUCTOR, Event::Told { actor, what })
    }

    /// Writes down what the conductor or the lab itself did.
    fn note(&mut self, host: &str, event: Event) -> Result<(), ConductorError> {
        self.note_at(self.moment(), host, event)
    }

    fn note_at(&mut self, moment: Moment, host: &str, event: Event) -> Result<(), ConductorError> {
        let Moment { at, clock } = moment;
        self.spool.write(at.as_micros(), clock, host, event)?;
        Ok(())
    }

    fn lab_failed(&self, cause: LabError) -> ConductorError {
        let walk = self.plan.walk.walk.clone();
        ConductorError::Lab { walk, cause }
    }
}
