//! The loop below the stages: what is due is done, what is observed is written down, until
//! what is waited for was observed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use actors::{Command, LoadOrder, Operation};
use lab::contract::ADMINISTRATOR;
use lab::{Lab, LabError, Observed};
use model::Stage;
use model::fault::{Fault, FaultKind};
use model::host::HostName;
use model::journal::event::{Clock, Event};
use model::journal::{JournalError, Recorder, StopReason};
use model::load::{Load, Measured, Role};
use model::packed::Packed;
use model::programme::Act;
use model::topology::Pool;
use model::verb::{About, Verb, VerbOutcome};
use model::walk::{LabKind, Walk};
use node::Now;
use timeline::{Line, Position, Timeline};

use crate::error::ConductorError;
use crate::guard::GuardedLab;
use crate::instruction::{Instruction, OperationRequest, Task};
use crate::progress::Progress;
use crate::schedule::Schedule;
use drawing::Plan;

/// The conductor's name in the journal.
const CONDUCTOR: &str = "conductor";

/// The lab's name in the journal.
const LAB: &str = "lab";

/// How many lines the journal may have for each actor, and once more each time that [`Walk::LONGEST`] is over: some six
/// times what the fullest walk comes to.
const LINES_PER_ACTOR: u64 = 2_000;

/// A walk that is being run. Dropped, it heals the faults that are in force.
pub(crate) struct WalkRun<'a> {
    pub(crate) plan: &'a Plan,
    /// What is in the journal so far.
    pub(crate) timeline: Timeline,
    lab: GuardedLab<'a>,
    recorder: &'a mut dyn Recorder,
    watch: &'a mut dyn FnMut(Progress),
    cancelled: &'a dyn Fn() -> bool,
    schedule: Schedule,
    stage: Option<Running>,
    /// Whether the load was ended.
    pub(crate) is_load_ended: bool,
    /// How many lines the journal may have.
    most_lines: u64,
    /// How many operations were asked for; the last one's id.
    operations: u64,
    /// How changes are read back once they have ended, by the operation's id. That refused ones were
    /// not made after all is seen in whatever is listed later.
    read_back: BTreeMap<u64, Instruction>,
    /// Those of changes that have ended, and when they are due.
    readings: VecDeque<(Now, Instruction)>,
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
    /// What the next stage needs is not there. The walk is brought to an end.
    Stopped(StopReason),
    /// The harness or its environment failed, or nobody wants the walk any more.
    Failed(ConductorError),
}

impl From<ConductorError> for Halt {
    fn from(error: ConductorError) -> Halt {
        Halt::Failed(error)
    }
}

impl<'a> WalkRun<'a> {
    pub(crate) fn new(
        lab: &'a mut dyn Lab,
        plan: &'a Plan,
        recorder: &'a mut dyn Recorder,
        watch: &'a mut dyn FnMut(Progress),
        cancelled: &'a dyn Fn() -> bool,
    ) -> WalkRun<'a> {
        WalkRun {
            plan,
            timeline: Timeline::new(plan.topology.clone(), lab.addresses())
                .with_probes_on(lab.probes()),
            lab: GuardedLab::new(lab),
            recorder,
            watch,
            cancelled,
            schedule: Schedule::default(),
            stage: None,
            is_load_ended: false,
            most_lines: LINES_PER_ACTOR * plan.parties().count().max(1) as u64,
            operations: 0,
            read_back: BTreeMap::new(),
            readings: VecDeque::new(),
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
            self.advance(until)?;
        }
        Ok(())
    }

    /// Goes on until the running stage is `offset` old.
    ///
    /// Stops the walk if more is observed meanwhile than a walk can come to.
    pub(crate) fn run_to(&mut self, offset: Duration) -> Result<(), Halt> {
        let began = self.stage.map_or(Now::ZERO, |running| running.began);
        let until = began + offset;
        while self.now() < until {
            self.advance(until)?;
            self.check_flood()?;
        }
        Ok(())
    }

    /// Goes on until nothing is missing any more, and gives the moment of the observation that was
    /// missing last; stops the walk if something still is after `limit`.
    pub(crate) fn wait_for(
        &mut self,
        limit: Duration,
        missing: impl Fn(&Timeline) -> Option<String>,
    ) -> Result<Moment, Halt> {
        let deadline = self.now() + limit;
        let mut found = self.moment();
        while let Some(missing) = missing(&self.timeline) {
            if self.now() >= deadline {
                return Err(Halt::Stopped(StopReason::TimedOut {
                    after_s: limit.as_secs(),
                    waiting_for: missing,
                }));
            }
            found = self.advance(deadline)?.unwrap_or(found);
            self.check_flood()?;
        }
        Ok(found)
    }

    /// Stops the walk if its journal is longer than it can honestly become.
    fn check_flood(&self) -> Result<(), Halt> {
        let lasted = Duration::from_micros(self.timeline.last.t_us);
        let lines = self.most_lines * (1 + lasted.as_secs() / Walk::LONGEST.get().as_secs());
        match self.timeline.last.n > lines {
            true => Err(Halt::Stopped(StopReason::Flooded { lines })),
            false => Ok(()),
        }
    }

    /// Does what is due, and goes on to the next observation, to what is due next, or to `until`.
    /// Gives the observation's moment.
    fn advance(&mut self, until: Now) -> Result<Option<Moment>, ConductorError> {
        if (self.cancelled)() {
            let walk = self.plan.walk.walk.clone();
            return Err(ConductorError::Cancelled { walk });
        }
        while let Some(act) = self.schedule.take_due(self.now()) {
            self.carry_out(&act)?;
        }
        self.read_back_what_is_due()?;
        let reading = self.readings.front().map(|(due, _)| *due);
        let next = self.schedule.next_due().into_iter().chain(reading);
        let until = next.chain([until]).min().unwrap_or(until);
        match self.lab.lab().next(until) {
            Ok(Some(observed)) => self.observe(observed).map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(self.lab_failed(error)),
        }
    }

    fn observe(&mut self, observed: Observed) -> Result<Moment, ConductorError> {
        let Observed {
            at,
            clock,
            host,
            event,
        } = observed;
        let moment = Moment { at, clock };
        self.note_at(moment, &host, &event)?;
        if matches!(event, Event::LoadMeasured { .. }) {
            self.tell_of_the_load();
        }
        if let Event::VerbEnded { id, outcome, .. } = event
            && let Some(instruction) = self.read_back.remove(&id)
            && !matches!(outcome, VerbOutcome::Refused { .. })
        {
            let due = self.now() + self.plan.walk.timing.looks_after.get();
            self.readings.push_back((due, instruction));
            self.read_back_what_is_due()?;
        }
        Ok(moment)
    }

    // ---- what is done ---------------------------------------------------------------------

    /// Has somebody do something.
    pub(crate) fn carry_out(&mut self, act: &Act) -> Result<(), ConductorError> {
        match act {
            Act::Call {
                by,
                lasting: Some(lasting),
                ..
            } => self.schedule.hang_up_at(by, self.now() + lasting.get()),
            Act::Call { by, .. } | Act::HangUp { by } => self.schedule.forget_hang_up(by),
            _ => {}
        }
        self.instruct(Instruction::of(act, self.plan))
    }

    fn read_back_what_is_due(&mut self) -> Result<(), ConductorError> {
        let now = self.now();
        while let Some((_, instruction)) = self.readings.pop_front_if(|(due, _)| *due <= now) {
            self.instruct(instruction)?;
        }
        Ok(())
    }

    /// The administrator asks a pool for an operation. Gives its id.
    pub(crate) fn invoke(
        &mut self,
        verb: Verb,
        at: Pool,
        about: About,
        words: &str,
    ) -> Result<u64, ConductorError> {
        let request = OperationRequest {
            verb,
            at,
            fallback: None,
            about,
        };
        self.note_instruction(ADMINISTRATOR, words.to_owned())?;
        self.request(ADMINISTRATOR, request)
    }

    /// Everybody hangs up, whatever call they have.
    pub(crate) fn hang_up_all(&mut self) -> Result<(), ConductorError> {
        for party in self.plan.parties() {
            self.schedule.forget_hang_up(party);
            self.instruct(Instruction::hang_up(party))?;
        }
        Ok(())
    }

    fn instruct(&mut self, instruction: Instruction) -> Result<(), ConductorError> {
        let Instruction { actor, task, words } = instruction;
        self.note_instruction(&actor, words)?;
        match task {
            Task::Telephone(command) => self.command(&actor, command),
            Task::Operation(request) => self.request(&actor, request).map(drop),
        }
    }

    /// Has an actor ask a pool for an operation. Gives its id.
    fn request(&mut self, actor: &str, request: OperationRequest) -> Result<u64, ConductorError> {
        self.operations += 1;
        let id = self.operations;
        if let Some(instruction) = request.reading_back() {
            self.read_back.insert(id, instruction);
        }
        let OperationRequest {
            verb,
            at,
            fallback,
            about,
        } = request;
        let command = Command::Verb(Operation {
            id,
            verb,
            at,
            fallback,
            about,
        });
        self.command(actor, command)?;
        Ok(id)
    }

    fn command(&mut self, actor: &str, command: Command) -> Result<(), ConductorError> {
        let accepted = self.lab.lab().command(actor, command);
        accepted.map_err(|error| self.lab_failed(error))
    }

    // ---- faults ---------------------------------------------------------------------------

    /// Injects a fault and gives the time from which on probes can see it.
    /// A fault that the lab has not the means for stops the walk.
    pub(crate) fn inject(&mut self, fault: &Fault) -> Result<Now, Halt> {
        match self.lab.inject(fault.clone()) {
            Ok(()) => {}
            Err(error @ LabError::NoMeans { .. }) => return Err(no_means(&error)),
            Err(error) => return Err(Halt::Failed(self.lab_failed(error))),
        }
        let (kind, hosts) = (fault.kind, fault.hosts.clone());
        self.note(LAB, Event::FaultInjected { fault: kind, hosts })?;
        Ok(self.now())
    }

    /// Heals whatever faults are in force. Gives them, and the time from which on probes can see
    /// that they are over.
    pub(crate) fn heal_all(&mut self) -> Result<(Vec<Fault>, Now), ConductorError> {
        let mut healed = Vec::new();
        while let Some(fault) = self
            .lab
            .heal_last()
            .map_err(|error| self.lab_failed(error))?
        {
            let (kind, hosts) = (fault.kind, fault.hosts.clone());
            self.note(LAB, Event::FaultHealed { fault: kind, hosts })?;
            healed.push(fault);
        }
        Ok((healed, self.now()))
    }

    /// Stops what runs on these machines and starts it anew when it was `away` for so long. Gives the time from
    /// which on probes can see it; nothing where the lab has not the means, or has nothing there to stop.
    pub(crate) fn restart(
        &mut self,
        hosts: &[HostName],
        away: Duration,
    ) -> Result<Option<Now>, ConductorError> {
        let fault = Fault {
            kind: FaultKind::KILL,
            hosts: hosts.to_vec(),
        };
        match self.lab.inject(fault) {
            Ok(()) => {}
            Err(LabError::NoMeans { .. } | LabError::NoServer { .. }) => return Ok(None),
            Err(error) => return Err(self.lab_failed(error)),
        }
        self.run_until(self.now() + away)?;
        let healed = self.lab.heal_last();
        healed.map_err(|error| self.lab_failed(error))?;
        let hosts = hosts.to_vec();
        self.note(LAB, Event::Restarted { hosts })?;
        Ok(Some(self.now()))
    }

    /// All is over: what is to be read is counted from now on.
    pub(crate) fn begin_reading(&mut self) {
        let now = self.now();
        self.schedule.begin_stage(now, self.plan.readings());
    }

    /// Stops the walk if the lab has not the means for something that it asks for throughout.
    pub(crate) fn check_means(&self) -> Result<(), Halt> {
        match self.lab.asked().lacks() {
            None => Ok(()),
            Some(error) => Err(no_means(error)),
        }
    }

    // ---- the journal ----------------------------------------------------------------------

    /// The walk begins: line 0.
    pub(crate) fn begin_walk(&mut self) -> Result<(), ConductorError> {
        let steps = self.plan.all_steps();
        let unpackable = |source| JournalError::Encode {
            walk: self.plan.walk.walk.clone(),
            n: 0,
            source,
        };
        let began = Event::WalkBegan {
            walk: Box::new(self.plan.walk.clone()),
            topology: self.plan.topology.clone().into(),
            drawn: self.plan.drawn.clone().into(),
            steps: Some(Packed::of(&steps).map_err(unpackable)?),
            lab: self.lab.asked().kind(),
            addresses: self.lab.asked().addresses(),
            probes: self.not_all_probes(),
        };
        self.note(CONDUCTOR, began)
    }

    /// The hosts with a probe, where not all have one.
    fn not_all_probes(&self) -> Option<BTreeSet<HostName>> {
        let Timeline {
            probes, addresses, ..
        } = &self.timeline;
        let on_all = addresses.keys().all(|host| probes.contains(host));
        (!on_all).then(|| probes.clone())
    }

    /// A stage begins, its precondition having been observed at `moment`. The one before it ends.
    pub(crate) fn begin_stage(
        &mut self,
        stage: Stage,
        moment: Moment,
    ) -> Result<(), ConductorError> {
        self.end_stage(moment)?;
        self.note_at(moment, CONDUCTOR, &Event::StageBegan { stage })?;
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
                self.note_at(moment, CONDUCTOR, &Event::StageEnded { stage })?;
                self.order_load(LoadOrder::Measure(Some(stage)))
            }
            None => Ok(()),
        }
    }

    /// The walk goes no further.
    pub(crate) fn stop_walk(&mut self, why: StopReason) -> Result<(), ConductorError> {
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

    // ---- the load -------------------------------------------------------------------------

    /// Has all of the load do something, if there is one.
    pub(crate) fn order_load(&mut self, order: LoadOrder) -> Result<(), ConductorError> {
        let mut roles = Role::BOTH.into_iter();
        roles.try_for_each(|role| self.order_load_of(role, order))
    }

    /// Has its callers do something, or its agents.
    pub(crate) fn order_load_of(
        &mut self,
        role: Role,
        order: LoadOrder,
    ) -> Result<(), ConductorError> {
        let load = self.plan.walk.load.iter();
        for actor in load
            .flat_map(Load::actors)
            .filter(|actor| actor.role == role)
        {
            self.command(&actor.to_string(), Command::Load(order))?;
        }
        Ok(())
    }

    /// Tells whoever waits how the load has fared so far.
    fn tell_of_the_load(&mut self) {
        let callers = self.timeline.load.iter();
        let callers = callers.filter(|part| part.of.role == Role::Callers);
        let all = Measured::counted(callers.map(|part| &part.measured));
        let (placed, failed) = (all.attempted, all.failed_in_all());
        let walk = self.plan.walk.walk.clone();
        (self.watch)(Progress::LoadMeasured {
            walk,
            placed,
            failed,
        });
    }

    fn note_instruction(&mut self, actor: &str, what: String) -> Result<(), ConductorError> {
        let actor = actor.to_owned();
        self.note(CONDUCTOR, Event::Told { actor, what })
    }

    /// Writes down what the conductor or the lab itself did.
    fn note(&mut self, host: &str, event: Event) -> Result<(), ConductorError> {
        self.note_at(self.moment(), host, &event)
    }

    fn note_at(&mut self, moment: Moment, host: &str, event: &Event) -> Result<(), ConductorError> {
        let Moment { at, clock } = moment;
        let t_us = at.as_micros();
        let n = self.recorder.write(t_us, clock, host, event)?;
        let position = Position { t_us, n };
        self.timeline.take(Line {
            position,
            clock,
            host,
            event,
        });
        Ok(())
    }

    fn lab_failed(&self, cause: LabError) -> ConductorError {
        let walk = self.plan.walk.walk.clone();
        ConductorError::Lab { walk, cause }
    }
}

/// The lab has not the means for what the walk asks of it.
fn no_means(error: &LabError) -> Halt {
    let what = error.to_string();
    Halt::Stopped(StopReason::NoMeans { what })
}
