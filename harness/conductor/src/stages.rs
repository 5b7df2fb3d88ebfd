//! The way through the stages, and what each of them waits for.
//!
//! | stage | begins when … was observed |
//! | --- | --- |
//! | healthy | every host reached from every other, every agent registered at its home pool |
//! | outage | the fault, by probes on both sides of it |
//! | failover | that failover was invoked |
//! | failed-over | that failover is complete |
//! | failback | that failback was invoked |
//! | failed-back | that failback is complete |
//!
//! A stage ends where the next begins. Only the healthy one ends a little before: when the fault
//! is injected, for from then on nothing is healthy, and nothing is proven yet. Where an order of
//! the administrator's begins a stage, it begins when the administrator gave it, or had the answer:
//! by the time the conductor hears of that, pools may have acted on it already.
//!
//! Failover is not invoked before the import of that stage has ended, failback not before the
//! outage has been healed for [`Walk::FENCE`]. What was not observed in time stops the walk.

use std::time::Duration;

use lab::{Fault, Lab};
use model::journal::Spool;
use model::topology::Pool;
use model::verb::{About, Verb, VerbOutcome};
use model::walk::{Imports, Outage};
use model::{Stage, Walk};

use crate::drill::{Drill, Halt, Moment};
use crate::error::ConductorError;
use crate::plan::{HeldCall, Plan};
use crate::progress::Progress;
use crate::proof::Proof;
use crate::seen::{Seen, VerbState};

/// How long the deployment may take until all is well.
const TO_BE_HEALTHY: Duration = Duration::from_secs(30);

/// How much longer than planned the healthy stage may last, for calls to be connected.
const TO_BE_STEADY: Duration = Duration::from_secs(10);

/// How long probes may take to see a fault.
const TO_SEE_A_FAULT: Duration = Duration::from_secs(10);

/// How long hosts may take to start, and probes to see it.
const TO_SEE_IT_HEALED: Duration = Duration::from_secs(30);

/// How long the administrator may take to ask.
const TO_INVOKE: Duration = Duration::from_secs(5);

/// How long an export, an import or a removal may take.
const TO_MOVE_GROUPS: Duration = Duration::from_secs(30);

/// How much longer than their wait time failover and failback may take.
const TO_FAIL_OVER_OR_BACK: Duration = Duration::from_secs(60);

/// How long calls take to end, and actors to sum up the media of their last second.
const TO_HANG_UP: Duration = Duration::from_secs(1);

/// When the routine export is made in the healthy stage.
const EXPORT_AT: Duration = Duration::from_millis(500);

/// When an import is made in advance, in the healthy stage.
const IMPORT_IN_ADVANCE_AT: Duration = Duration::from_secs(1);

/// When an import is made during disaster recovery, in the outage or failed-over stage.
const IMPORT_AT: Duration = Duration::from_millis(500);

/// Carries out `plan` against `lab`, and writes everything that is observed to `spool`.
///
/// Between observations it asks `cancelled` whether to break off. A precondition that is not
/// observed in time is no error: the journal says what was waited for, and is complete.
///
/// # Errors
///
/// [`ConductorError`]; the journal is of no use then. Whatever happens, no fault that was injected
/// here is left in force, as far as the lab lets.
pub fn conduct(
    lab: &mut dyn Lab,
    plan: &Plan,
    spool: &mut Spool,
    watch: &mut dyn FnMut(Progress),
    cancelled: &dyn Fn() -> bool,
) -> Result<(), ConductorError> {
    let mut drill = Drill::new(lab, plan, spool, watch, cancelled);
    match go_through(&mut drill) {
        Ok(()) => {}
        Err(Halt::Stopped(why)) => give_up(&mut drill, why)?,
        Err(Halt::Failed(error)) => return Err(error),
    }
    drill.end_walk()
}

fn go_through(drill: &mut Drill<'_>) -> Result<(), Halt> {
    let plan = drill.plan;
    drill.begin_walk()?;
    drill.check_means()?;
    healthy(drill)?;
    if let Some(outage) = &plan.walk.outage {
        out(drill, &Fault::from(outage))?;
        let failed_over_at = failover(drill)?;
        failed_over(drill, outage, failed_over_at)?;
        let failed_back_at = failback(drill)?;
        failed_back(drill, failed_back_at)?;
    }
    tidy_up(drill)
}

/// The walk was stopped: ends the stage, and what would outlast the walk.
fn give_up(drill: &mut Drill<'_>, why: String) -> Result<(), ConductorError> {
    drill.end_stage(drill.moment())?;
    drill.stop_walk(why)?;
    drill.heal_all()?;
    end_calls(drill)
}

/// Ends all calls, and waits for what comes of it.
fn end_calls(drill: &mut Drill<'_>) -> Result<(), ConductorError> {
    drill.hang_up_all()?;
    drill.run_until(drill.now() + TO_HANG_UP)
}

// ---- the stages ---------------------------------------------------------------------------

fn healthy(drill: &mut Drill<'_>) -> Result<(), Halt> {
    let plan = drill.plan;
    let all_is_well = Proof::of_health(drill.now());
    drill.wait(TO_BE_HEALTHY, |seen| {
        let unregistered = || missing_registration(plan, seen);
        all_is_well.missing(seen).or_else(unregistered)
    })?;

    drill.begin_stage(Stage::Healthy, drill.moment())?;
    drill.run_to(EXPORT_AT)?;
    export(drill)?;
    if plan.walk.imports == Imports::InAdvance {
        drill.run_to(IMPORT_IN_ADVANCE_AT)?;
        import(drill)?;
    }
    drill.run_to(plan.walk.stages.healthy.get())?;
    let held = plan.held_calls();
    drill.wait(TO_BE_STEADY, |seen| missing_call(&held, seen))?;
    Ok(drill.end_stage(drill.moment())?)
}

fn out(drill: &mut Drill<'_>, fault: &Fault) -> Result<(), Halt> {
    let plan = drill.plan;
    let since = drill.inject(fault)?;
    let holds = Proof::of(fault, since);
    drill.wait(TO_SEE_A_FAULT, |seen| holds.missing(seen))?;

    drill.begin_stage(Stage::Outage, drill.moment())?;
    if plan.walk.imports == Imports::DuringOutage {
        drill.run_to(IMPORT_AT)?;
        import(drill)?;
    }
    Ok(drill.run_to(plan.walk.stages.outage.get())?)
}

fn failover(drill: &mut Drill<'_>) -> Result<Moment, Halt> {
    let wait_time = drill.plan.walk.timing.fail_over.get();
    let words = "fail over to the backup, in disaster mode";
    let id = drill.invoke(Verb::FailOver, Pool::Backup, the_primarys(), words)?;
    carried_out(drill, (Stage::Failover, wait_time), (id, words))
}

fn failed_over(drill: &mut Drill<'_>, outage: &Outage, began: Moment) -> Result<(), Halt> {
    let plan = drill.plan;
    drill.begin_stage(Stage::FailedOver, began)?;
    if plan.walk.imports == Imports::AfterFailover {
        drill.run_to(IMPORT_AT)?;
        import(drill)?;
    }
    drill.run_to(outage.healed.get())?;
    let since = drill.heal_all()?;
    let healed = Proof::of_healing(&Fault::from(outage), since);
    drill.wait(TO_SEE_IT_HEALED, |seen| healed.missing(seen))?;
    drill.run_until(drill.now() + Walk::FENCE.get())?;
    Ok(drill.run_to(plan.walk.stages.failed_over.get())?)
}

fn failback(drill: &mut Drill<'_>) -> Result<Moment, Halt> {
    let wait_time = drill.plan.walk.timing.fail_back.get();
    let words = "fail back to the primary";
    let id = drill.invoke(Verb::FailBack, Pool::Backup, the_primarys(), words)?;
    carried_out(drill, (Stage::Failback, wait_time), (id, words))
}

fn failed_back(drill: &mut Drill<'_>, began: Moment) -> Result<(), Halt> {
    let plan = drill.plan;
    drill.begin_stage(Stage::FailedBack, began)?;
    Ok(drill.run_to(plan.walk.stages.failed_back.get())?)
}

/// Leaves the deployment as it was found: without calls, and without copies at the backup.
fn tidy_up(drill: &mut Drill<'_>) -> Result<(), Halt> {
    drill.end_stage(drill.moment())?;
    end_calls(drill)?;
    if drill.plan.walk.imports == Imports::None {
        return Ok(());
    }
    let words = "export the primary's groups from the backup, and remove them there";
    let id = drill.invoke(Verb::RemoveExported, Pool::Backup, copies(), words)?;
    drill.wait(TO_MOVE_GROUPS, |seen| missing_end(seen, id, words))?;
    Ok(())
}

// ---- the procedures -----------------------------------------------------------------------

/// The routine export of the primary's groups. How it ends is for the judge.
fn export(drill: &mut Drill<'_>) -> Result<(), Halt> {
    let words = "export the primary's groups";
    let id = drill.invoke(Verb::Export, Pool::Primary, the_primarys(), words)?;
    drill.wait(TO_MOVE_GROUPS, |seen| missing_end(seen, id, words))?;
    Ok(())
}

/// The import of that export into the backup. How it ends is for the judge.
fn import(drill: &mut Drill<'_>) -> Result<(), Halt> {
    let words = "import the primary's groups into the backup";
    let id = drill.invoke(Verb::Import, Pool::Backup, copies(), words)?;
    drill.wait(TO_MOVE_GROUPS, |seen| missing_end(seen, id, words))?;
    Ok(())
}

/// The stage in which a failover or failback is carried out that was ordered just now. Gives the
/// moment when it is complete: one that has ended otherwise completes nothing.
fn carried_out(
    drill: &mut Drill<'_>,
    (stage, wait_time): (Stage, Duration),
    (id, words): (u64, &str),
) -> Result<Moment, Halt> {
    let invoked = drill.wait(TO_INVOKE, |seen| missing_invocation(seen, id, words))?;
    drill.begin_stage(stage, invoked)?;
    let limit = wait_time + TO_FAIL_OVER_OR_BACK;
    let ended_at = drill.wait(limit, |seen| missing_end(seen, id, words))?;
    match drill.seen.verb(id) {
        Some(VerbState::Ended(VerbOutcome::Done)) => Ok(ended_at),
        ended => {
            let how = outcome(ended);
            Err(Halt::Stopped(format!("told to {words}, the pool {how}")))
        }
    }
}

/// The groups that the primary owns.
fn the_primarys() -> About {
    About {
        owner: Some(Pool::Primary),
        ..About::default()
    }
}

/// Their copies at the backup.
fn copies() -> About {
    About {
        parent: Some(Pool::Backup),
        ..the_primarys()
    }
}

fn outcome(state: Option<&VerbState>) -> String {
    match state {
        Some(VerbState::Ended(VerbOutcome::Refused { why })) => format!("refused: {why}"),
        Some(VerbState::Ended(VerbOutcome::NoAnswer { why })) => format!("did not answer: {why}"),
        Some(VerbState::Ended(VerbOutcome::Unsupported)) => "does not support it".to_owned(),
        _ => "has not done it".to_owned(),
    }
}

// ---- what is waited for -------------------------------------------------------------------

fn missing_registration(plan: &Plan, seen: &Seen) -> Option<String> {
    let mut agents = plan.topology.agents.iter();
    let missing = agents.find(|agent| seen.registered(&agent.name) != Some(agent.home))?;
    let (name, home) = (&missing.name, missing.home.word());
    Some(format!("agent {name} to be registered at {home}"))
}

fn missing_call(held: &[HeldCall], seen: &Seen) -> Option<String> {
    let missing = held.iter().find(|call| !seen.has_call(&call.by))?;
    let (by, to) = (&missing.by, &missing.to);
    Some(format!("the call of {by} to {to} to be answered and heard"))
}

fn missing_invocation(seen: &Seen, id: u64, words: &str) -> Option<String> {
    let missing = seen.verb(id).is_none();
    missing.then(|| format!("the administrator to {words}"))
}

fn missing_end(seen: &Seen, id: u64, words: &str) -> Option<String> {
    let ended = matches!(seen.verb(id), Some(VerbState::Ended(_)));
    (!ended).then(|| format!("the end of the order to {words}"))
}
