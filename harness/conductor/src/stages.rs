//! The way through the stages, and what each of them waits for.
//!
//! | stage | begins when … was observed |
//! | --- | --- |
//! | healthy | every host reached from every other, every agent registered at its home pool; then, in a walk with a load, as many calls in the background as there will be |
//! | outage | the fault, by probes on both sides of it |
//! | failover | that failover was invoked |
//! | failed-over | that failover is complete |
//! | failback | that failback was invoked |
//! | failed-back | that failback is complete |
//!
//! A stage ends where the next begins. Only the healthy one ends a little before: when the fault
//! is injected, for from then on nothing is healthy, and nothing is proven yet. Where an
//! operation begins a stage, it begins when the administrator invoked it, or had the answer: by the
//! time the conductor is told of that, pools may have acted on it already.
//!
//! In a walk that is *rehearsed* the outage's hosts are away for a moment before all this, which nobody fails
//! over for, and then it fails over and back once without a fault. In one that is *restarted before* a
//! stage everybody hangs up when the stage before it is over, and whatever runs of the pools and their
//! databases is started anew; if the primary is back by then, the backup alone is first stopped for a moment.
//!
//! Failover is not invoked before the import of that stage has ended, failback not before the
//! outage has been healed for [`Walk::FENCE`]. What was not observed in time stops the walk.

use std::time::Duration;

use actors::LoadOrder;
use lab::Lab;
use model::fault::Fault;
use model::host::HostName;
use model::journal::{Recorder, StopReason};
use model::load::{Actor, Role};
use model::programme::{Act, Step};
use model::topology::{Agent, Pool};
use model::verb::{About, Verb};
use model::walk::{Imports, Outage};
use model::{Stage, Walk};
use timeline::operation::{Answer, NoAnswer};
use timeline::{Call, Operation, Position, Timeline};

use crate::error::ConductorError;
use crate::expected_probes::ExpectedProbes;
use crate::instruction::OperationRequest;
use crate::progress::Progress;
use crate::provisioning::{self, Creation};
use crate::walk_run::{Halt, Moment, WalkRun};
use drawing::{HeldCall, Plan};

/// How long the deployment may take until all is well.
const TO_BE_HEALTHY: Duration = Duration::from_secs(30);

/// How long agents may take, in a rehearsal, to register with the pool that stands in; and to register
/// again with pools that were started anew.
const TO_REGISTER: Duration = Duration::from_secs(10);

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

/// How long the creation of an agent or a group may take: longer than any time-out that a target can reasonably have.
const TO_PROVISION: Duration = Duration::from_secs(180);

/// How long calls take to end, and actors to sum up the media of their last second.
const TO_HANG_UP: Duration = Duration::from_secs(1);

/// How long the load takes to end all of its calls and registrations.
const TO_END_THE_LOAD: Duration = Duration::from_secs(10);

/// How long an actor takes to ask.
const TO_ASK: Duration = Duration::from_millis(100);

/// How long what is read when all is over may take.
const TO_READ: Duration = Duration::from_secs(5);

/// How long a pool is away that its partner is to take for dead: the outage's hosts in a rehearsal, the one that stands in
/// where it is started anew beside the other.
const AWAY: Duration = Duration::from_secs(4);

/// How long pools that were started anew take to hear from each other.
const TO_LEARN: Duration = Duration::from_millis(1_500);

/// When the routine export is made in the healthy stage.
const EXPORT_AT: Duration = Duration::from_millis(500);

/// When an import is made in advance, in the healthy stage.
const IMPORT_IN_ADVANCE_AT: Duration = Duration::from_secs(1);

/// When an import is made in the outage: calls from before it are answered or refused by then.
const IMPORT_IN_OUTAGE_AT: Duration = Duration::from_secs(1);

/// When an import is made in the failed-over stage.
const IMPORT_AFTER_FAILOVER_AT: Duration = Duration::from_millis(500);

/// Carries out `plan` against `lab`, and hands everything that is observed to `recorder`.
///
/// Between observations it asks `cancelled` whether to break off. A precondition that is not
/// observed in time is no error: the journal says why the walk stopped, and is complete.
///
/// # Errors
///
/// [`ConductorError`]; the journal is of no use then. Whatever happens, no fault that was injected
/// here is left in force, as far as the lab lets.
pub fn conduct(
    lab: &mut dyn Lab,
    plan: &Plan,
    recorder: &mut dyn Recorder,
    watch: &mut dyn FnMut(Progress),
    cancelled: &dyn Fn() -> bool,
) -> Result<(), ConductorError> {
    let mut run = WalkRun::new(lab, plan, recorder, watch, cancelled);
    match run_stages(&mut run) {
        Ok(()) => {}
        Err(Halt::Stopped(why)) => stop(&mut run, why)?,
        Err(Halt::Failed(error)) => return Err(error),
    }
    run.end_walk()
}

fn run_stages(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let plan = run.plan;
    run.begin_walk()?;
    run.check_means()?;
    provision(run)?;
    if plan.walk.rehearsed {
        rehearse(run)?;
    }
    healthy_stage(run)?;
    if let Some(outage) = &plan.walk.outage {
        outage_stage(run, outage)?;
        let complete = failover_stage(run)?;
        let began = restart_before(run, Stage::FailedOver, complete)?;
        failed_over_stage(run, outage, began)?;
        let complete = failback_stage(run)?;
        let began = restart_before(run, Stage::FailedBack, complete)?;
        failed_back_stage(run, began)?;
    }
    tidy_up(run)
}

/// The pools are told who takes part. One that gives no answer may still be starting.
fn provision(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let to_start = TO_BE_HEALTHY.max(run.plan.walk.timing.starts_within.get());
    let deadline = run.now() + to_start;
    let creations = provisioning::creations(&run.plan.deployed(), &run.plan.provisioning);
    for Creation { request, words } in creations {
        loop {
            let OperationRequest { verb, at, .. } = request;
            let id = run.invoke(verb, at, request.about.clone(), &words)?;
            run.wait_for(TO_PROVISION, |timeline| missing_end(timeline, id, &words))?;
            let operation = run.timeline.operation(id);
            if operation.and_then(Operation::done).is_some() {
                break;
            }
            let is_unanswered = operation.is_none_or(Operation::is_unanswered);
            if !is_unanswered || run.now() >= deadline {
                return Err(Halt::Stopped(why_not_done(operation, &words)));
            }
            run.run_until(run.now() + provisioning::AGAIN)?;
        }
    }
    Ok(())
}

/// The walk was stopped: ends the stage, and what would outlast the walk.
fn stop(run: &mut WalkRun<'_>, why: StopReason) -> Result<(), ConductorError> {
    run.end_stage(run.moment())?;
    run.stop_walk(why)?;
    run.heal_all()?;
    end_load(run)?;
    end_calls(run)
}

/// Begins the load in the background, and waits until there are as many calls as there will be.
fn begin_load(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let Some(load) = &run.plan.walk.load else {
        return Ok(());
    };
    run.order_load(LoadOrder::Begin)?;
    run.run_until(run.now() + load.rises_within().get())?;
    Ok(run.order_load(LoadOrder::Measure(None))?)
}

/// Ends the load in the background, and waits until all of it has told what was measured. Callers end their calls
/// before agents are gone who could cut them short.
fn end_load(run: &mut WalkRun<'_>) -> Result<(), ConductorError> {
    let Some(load) = &run.plan.walk.load else {
        return Ok(());
    };
    if std::mem::replace(&mut run.is_load_ended, true) {
        return Ok(());
    }
    for role in [Role::Callers, Role::Agents] {
        let since = run.timeline.last;
        run.order_load_of(role, LoadOrder::End)?;
        let has_told = |timeline: &Timeline, actor: &Actor| {
            let mut parts = timeline.load_of(actor);
            parts.any(|part| part.stage.is_none() && part.position > since)
        };
        let missing = |timeline: &Timeline| {
            let mut actors = load.actors().filter(|actor| actor.role == role);
            let actor = actors.find(|actor| !has_told(timeline, actor))?;
            Some(format!("`{actor}` to end"))
        };
        match in_time(run.wait_for(TO_END_THE_LOAD, missing)) {
            Ok(()) | Err(Halt::Stopped(_)) => {}
            Err(Halt::Failed(error)) => return Err(error),
        }
    }
    Ok(())
}

/// Ends all calls, and waits for what comes of it.
fn end_calls(run: &mut WalkRun<'_>) -> Result<(), ConductorError> {
    run.hang_up_all()?;
    run.run_until(run.now() + TO_HANG_UP)
}

// ---- the stages ---------------------------------------------------------------------------

/// The outage's hosts are stopped for a moment, and nobody fails over; then fails over and back once, without
/// a fault. With copies, if the walk has them in advance: nobody calls meanwhile, and agents register with
/// the pool that stands in, sign in to the copies there, and register at home again. What is changed first in the healthy stage is then changed at once, so
/// that the import that follows has something to bring.
fn rehearse(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let plan = run.plan;
    wait_until_well(run)?;
    if plan.walk.imports == Imports::InAdvance {
        export(run)?;
        import(run)?;
    }
    if let Some(outage) = &plan.walk.outage {
        must_start(start_anew(run, &outage.hosts, AWAY, &[])?)?;
        wait_until_well(run)?;
    }
    let (id, words) = invoke_failover(run)?;
    await_end(run, id, plan.walk.timing.fail_over.get(), words)?;
    // Who does not register there is of no account yet: in the failed-over stage it is.
    let agents = &plan.topology.agents;
    let to_register = TO_REGISTER.max(plan.walk.timing.registers_within.get());
    in_time(run.wait_for(to_register, |timeline| {
        missing_registration(agents, timeline, |_| Pool::Backup)
    }))?;
    sign_in_to_copies(run)?;
    let (id, words) = invoke_failback(run)?;
    await_end(run, id, plan.walk.timing.fail_back.get(), words)?;
    let is_change = |step: &&Step| {
        matches!(
            step.act,
            Act::Modify {
                at: Pool::Primary,
                ..
            }
        )
    };
    if let Some(change) = plan.steps(Stage::Healthy).find(is_change) {
        wait_until_well(run)?;
        run.carry_out(&change.act)?;
        run.run_until(run.now() + TO_ASK)?;
        in_time(run.wait_for(TO_READ, missing_answer))?;
    }
    Ok(())
}

/// Whoever signs in to copies once the backup stands in, or out of them, does so now, one after the other.
fn sign_in_to_copies(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let plan = run.plan;
    let is_of_copy = |group: &str, parent: Pool| {
        parent == Pool::Backup && plan.owner(group) == Some(Pool::Primary)
    };
    let steps = plan
        .steps(Stage::FailedOver)
        .filter(|step| match &step.act {
            Act::SignIn { group, parent, .. } | Act::SignOut { group, parent, .. } => {
                is_of_copy(group, *parent)
            }
            _ => false,
        });
    let mut steps: Vec<&Step> = steps.collect();
    steps.sort_by_key(|step| step.at);
    for step in steps {
        run.carry_out(&step.act)?;
        run.run_until(run.now() + TO_ASK)?;
        in_time(run.wait_for(TO_READ, missing_answer))?;
    }
    Ok(())
}

/// Waits until every host is reached from every other, and every agent is registered at its home pool.
fn wait_until_well(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let agents = &run.plan.topology.agents;
    let all_is_well = ExpectedProbes::beside(&[], &run.timeline, run.now());
    let timing = &run.plan.walk.timing;
    // Agents who are registered elsewhere ask when they refresh that.
    let to_register = timing.registers_within.get() + timing.register_refresh.get();
    let to_start = timing.starts_within.get() + to_register;
    run.wait_for(TO_BE_HEALTHY.max(to_start), |timeline| {
        let unregistered = || missing_registration(agents, timeline, |agent| agent.home);
        all_is_well.missing(timeline).or_else(unregistered)
    })?;
    Ok(())
}

fn healthy_stage(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let plan = run.plan;
    wait_until_well(run)?;
    begin_load(run)?;

    run.begin_stage(Stage::Healthy, run.moment())?;
    run.run_to(EXPORT_AT)?;
    export(run)?;
    if plan.walk.imports == Imports::InAdvance {
        run.run_to(IMPORT_IN_ADVANCE_AT)?;
        import(run)?;
    }
    run.run_to(plan.walk.stages.healthy.get())?;
    let held = plan.held_calls();
    run.wait_for(TO_BE_STEADY, |timeline| missing_call(&held, timeline))?;
    Ok(run.end_stage(run.moment())?)
}

fn outage_stage(run: &mut WalkRun<'_>, outage: &Outage) -> Result<(), Halt> {
    let plan = run.plan;
    let fault = Fault::from(outage);
    let since = run.inject(&fault)?;
    let holds = ExpectedProbes::of(&[fault], &run.timeline, since);
    run.wait_for(TO_SEE_A_FAULT, |timeline| holds.missing(timeline))?;

    run.begin_stage(Stage::Outage, run.moment())?;
    if plan.walk.imports == Imports::DuringOutage {
        run.run_to(IMPORT_IN_OUTAGE_AT)?;
        import(run)?;
    }
    run.run_to(plan.walk.stages.outage.get())
}

fn failover_stage(run: &mut WalkRun<'_>) -> Result<Moment, Halt> {
    let wait_time = run.plan.walk.timing.fail_over.get();
    let (id, words) = invoke_failover(run)?;
    await_completion(run, (Stage::Failover, wait_time), id, words)
}

fn failed_over_stage(run: &mut WalkRun<'_>, outage: &Outage, began: Moment) -> Result<(), Halt> {
    let plan = run.plan;
    run.begin_stage(Stage::FailedOver, began)?;
    if plan.walk.imports == Imports::AfterFailover {
        run.run_to(IMPORT_AFTER_FAILOVER_AT)?;
        import(run)?;
    }
    run.run_to(outage.healed.get())?;
    heal(run)?;
    run.run_until(run.now() + Walk::FENCE.get())?;
    run.run_to(plan.walk.stages.failed_over.get())
}

fn failback_stage(run: &mut WalkRun<'_>) -> Result<Moment, Halt> {
    let wait_time = run.plan.walk.timing.fail_back.get();
    let (id, words) = invoke_failback(run)?;
    await_completion(run, (Stage::Failback, wait_time), id, words)
}

/// Heals what is in force, if anything still is, and waits until that is seen.
fn heal(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let (faults, since) = run.heal_all()?;
    let healed = ExpectedProbes::of_healing(&faults, &run.timeline, since);
    run.wait_for(to_see_it_healed(run), |timeline| healed.missing(timeline))?;
    Ok(())
}

/// How long hosts may take to start, and probes to see it.
fn to_see_it_healed(run: &WalkRun<'_>) -> Duration {
    TO_SEE_IT_HEALED.max(run.plan.walk.timing.starts_within.get())
}

/// A stage is over at this moment, and the next is `stage`. If the walk is restarted before that one, everybody
/// hangs up, and what runs of the pools and their databases is started anew. Gives the moment when all is as
/// well again as it gets: who does not register then fails what is judged next.
fn restart_before(run: &mut WalkRun<'_>, stage: Stage, over: Moment) -> Result<Moment, Halt> {
    let plan = run.plan;
    if plan.walk.restarted_before != Some(stage) {
        return Ok(over);
    }
    run.end_stage(over)?;
    end_calls(run)?;
    let outage = plan.walk.outage.iter();
    let outlasts = |outage: &&Outage| stage == Stage::FailedOver && !outage.healed.is_zero();
    let faults: Vec<Fault> = outage.filter(outlasts).map(Fault::from).collect();
    if faults.is_empty() {
        heal(run)?;
    }
    if stage == Stage::FailedOver && faults.is_empty() {
        // The pool that stands in is away, beside the other.
        must_start(start_anew(run, &[Pool::Backup.host()], AWAY, &[])?)?;
    }
    let since = run.timeline.last;
    must_start(start_pools_anew(run, &faults)?)?;
    let registrar = |agent: &Agent| match stage {
        Stage::FailedBack => agent.home,
        _ => Pool::Backup,
    };
    let to_register = TO_REGISTER.max(plan.walk.timing.registers_within.get());
    in_time(run.wait_for(to_register, |timeline| {
        missing_registration_since(since, &plan.topology.agents, timeline, registrar)
    }))?;
    // What became of a load meanwhile is of no stage.
    run.order_load(LoadOrder::Measure(None))?;
    Ok(run.moment())
}

fn failed_back_stage(run: &mut WalkRun<'_>, began: Moment) -> Result<(), Halt> {
    let plan = run.plan;
    run.begin_stage(Stage::FailedBack, began)?;
    run.run_to(plan.walk.stages.failed_back.get())
}

/// Leaves the deployment as it was found: without calls, and without copies at the backup. What is
/// there then is read: at once, after everything was started anew, and without copies.
fn tidy_up(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    run.end_stage(run.moment())?;
    end_load(run)?;
    end_calls(run)?;
    let is_read = run.plan.walk.outage.is_some() && run.plan.readings().next().is_some();
    if is_read {
        read_everything(run)?;
        start_pools_anew(run, &[])?;
        read_everything(run)?;
    }
    if run.plan.walk.imports == Imports::None {
        return Ok(());
    }
    remove_copies(run)?;
    match is_read {
        true => read_everything(run),
        false => Ok(()),
    }
}

/// Reads what is there, as the programme says. What is not answered is not waited for long.
fn read_everything(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    run.run_until(run.now() + run.plan.walk.timing.looks_after.get())?;
    run.begin_reading();
    let last = run.plan.readings().map(|step| step.at.get()).max();
    run.run_until(run.now() + last.unwrap_or_default() + TO_ASK)?;
    in_time(run.wait_for(TO_READ, missing_answer))
}

/// Starts what runs of the pools and their databases anew, with these faults in force. Gives whether the lab can.
fn start_pools_anew(run: &mut WalkRun<'_>, faults: &[Fault]) -> Result<bool, Halt> {
    let runs = |host: &HostName| !faults.iter().any(|fault| fault.hosts.contains(host));
    let [pools, databases] = [Pool::host, Pool::database].map(|host_of| {
        let hosts = Pool::BOTH.into_iter().map(host_of);
        hosts.filter(runs).collect::<Vec<HostName>>()
    });
    // A vendor's databases may be no hosts of the lab's.
    let both = [databases, pools.clone()].concat();
    Ok(start_anew(run, &both, Duration::ZERO, faults)?
        || start_anew(run, &pools, Duration::ZERO, faults)?)
}

/// A walk that is about pools which start anew stops where the lab is not able to do that.
fn must_start(started: bool) -> Result<(), Halt> {
    let what = "starting the pools anew".to_owned();
    match started {
        true => Ok(()),
        false => Err(Halt::Stopped(StopReason::NoMeans { what })),
    }
}

/// Stops what runs on these hosts, starts it anew when it was `away` for so long, and waits until it is back.
/// Gives whether the lab can.
fn start_anew(
    run: &mut WalkRun<'_>,
    hosts: &[HostName],
    away: Duration,
    faults: &[Fault],
) -> Result<bool, Halt> {
    let Some(since) = run.restart(hosts, away)? else {
        return Ok(false);
    };
    let all_is_well = ExpectedProbes::beside(faults, &run.timeline, since);
    in_time(run.wait_for(to_see_it_healed(run), |timeline| {
        all_is_well.missing(timeline)
    }))?;
    run.run_until(run.now() + TO_LEARN)?;
    Ok(true)
}

/// In a rehearsal, and when all is over, what was not observed in time stops nothing.
fn in_time(observed: Result<Moment, Halt>) -> Result<(), Halt> {
    match observed {
        Ok(_) | Err(Halt::Stopped(_)) => Ok(()),
        Err(Halt::Failed(error)) => Err(Halt::Failed(error)),
    }
}

fn remove_copies(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let words = "export the primary's groups from the backup, and remove them there";
    let id = run.invoke(Verb::RemoveExported, Pool::Backup, copies(), words)?;
    let name = "the removal of the primary's groups from the backup";
    run.wait_for(TO_MOVE_GROUPS, |timeline| missing_end(timeline, id, name))?;
    Ok(())
}

// ---- the procedures -----------------------------------------------------------------------

/// The routine export of the primary's groups. How it ends is for the judge.
fn export(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let words = "export the primary's groups";
    let id = run.invoke(Verb::Export, Pool::Primary, the_primarys(), words)?;
    let name = "the export of the primary's groups";
    run.wait_for(TO_MOVE_GROUPS, |timeline| missing_end(timeline, id, name))?;
    Ok(())
}

/// The import of that export into the backup. How it ends is for the judge.
fn import(run: &mut WalkRun<'_>) -> Result<(), Halt> {
    let words = "import the primary's groups into the backup";
    let id = run.invoke(Verb::Import, Pool::Backup, copies(), words)?;
    let name = "the import of the primary's groups into the backup";
    run.wait_for(TO_MOVE_GROUPS, |timeline| missing_end(timeline, id, name))?;
    Ok(())
}

/// What an operation is called, as what is to be done and as what is waited for.
type Words = (&'static str, &'static str);

/// Has the administrator fail over. Gives the operation's id.
fn invoke_failover(run: &mut WalkRun<'_>) -> Result<(u64, Words), Halt> {
    let words = "fail over to the backup, in disaster mode";
    let id = run.invoke(Verb::FailOver, Pool::Backup, the_primarys(), words)?;
    Ok((id, (words, "the failover to the backup")))
}

/// Has the administrator fail back. Gives the operation's id.
fn invoke_failback(run: &mut WalkRun<'_>) -> Result<(u64, Words), Halt> {
    let words = "fail back to the primary";
    let id = run.invoke(Verb::FailBack, Pool::Backup, the_primarys(), words)?;
    Ok((id, (words, "the failback to the primary")))
}

/// The stage of a failover or failback that was asked for just now. Gives the moment when it is
/// complete.
fn await_completion(
    run: &mut WalkRun<'_>,
    (stage, wait_time): (Stage, Duration),
    id: u64,
    words: Words,
) -> Result<Moment, Halt> {
    let invoked = run.wait_for(TO_INVOKE, |timeline| {
        missing_invocation(timeline, id, words.0)
    })?;
    run.begin_stage(stage, invoked)?;
    await_end(run, id, wait_time, words)
}

/// Waits for the end of a failover or failback. Gives the moment when it is complete: one that has ended
/// otherwise completes nothing.
fn await_end(
    run: &mut WalkRun<'_>,
    id: u64,
    wait_time: Duration,
    (words, name): Words,
) -> Result<Moment, Halt> {
    let declared = run.plan.walk.timing.fails_over_within.get();
    let limit = wait_time + TO_FAIL_OVER_OR_BACK.max(declared);
    let ended_at = run.wait_for(limit, |timeline| missing_end(timeline, id, name))?;
    let operation = run.timeline.operation(id);
    match operation.and_then(Operation::done) {
        Some(_) => Ok(ended_at),
        None => Err(Halt::Stopped(why_not_done(operation, words))),
    }
}

/// Why the walk goes no further without an operation that was to be done.
fn why_not_done(operation: Option<&Operation>, words: &str) -> StopReason {
    let task = words.to_owned();
    match operation.map(Operation::answer) {
        Some(Ok((_, Answer::Refused(why)))) => StopReason::Refused {
            task,
            why: why.to_owned(),
        },
        Some(Err(NoAnswer::Unsupported(_))) => StopReason::Unsupported { task },
        Some(Err(NoAnswer::Unanswered(_, why))) => StopReason::NoAnswer {
            task,
            why: why.to_owned(),
        },
        _ => StopReason::NoAnswer {
            task,
            why: "nothing was heard of it".to_owned(),
        },
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

// ---- what is waited for -------------------------------------------------------------------

fn missing_registration(
    agents: &[Agent],
    timeline: &Timeline,
    at: impl Fn(&Agent) -> Pool,
) -> Option<String> {
    let mut agents = agents.iter();
    let missing = agents.find(|agent| timeline.registrar(&agent.name) != Some(at(agent)))?;
    let (name, pool) = (&missing.name, at(missing).word());
    Some(format!("agent {name} to be registered at {pool}"))
}

/// An agent who has not registered there since then.
fn missing_registration_since(
    since: Position,
    agents: &[Agent],
    timeline: &Timeline,
    at: impl Fn(&Agent) -> Pool,
) -> Option<String> {
    let mut agents = agents.iter();
    let missing = agents.find(|agent| {
        let within = (since, timeline.last);
        let mut registered = timeline.registrations_within(&agent.name, within).iter();
        !registered.any(|registration| registration.pool == at(agent) && registration.is_accepted())
    })?;
    let (name, pool) = (&missing.name, at(missing).word());
    Some(format!("agent {name} to be registered at {pool} again"))
}

fn missing_call(held: &[HeldCall], timeline: &Timeline) -> Option<String> {
    let missing = held.iter().find(|call| !is_up(timeline, &call.by))?;
    let (by, to) = (&missing.by, &missing.to);
    Some(format!(
        "the call of {by} to `{to}` to be answered and to receive media"
    ))
}

/// Whether the call that a party placed last is answered, goes on, and has media.
fn is_up(timeline: &Timeline, party: &str) -> bool {
    timeline.last_call(party).is_some_and(Call::is_up)
}

fn missing_invocation(timeline: &Timeline, id: u64, words: &str) -> Option<String> {
    let missing = timeline.operation(id).is_none();
    missing.then(|| format!("the administrator to {words}"))
}

fn missing_answer(timeline: &Timeline) -> Option<String> {
    let mut operations = timeline.operations.iter();
    let unanswered = operations.any(|operation| operation.ended.is_none());
    unanswered.then(|| "what was asked to be answered".to_owned())
}

fn missing_end(timeline: &Timeline, id: u64, name: &str) -> Option<String> {
    let ended = timeline.operation(id).and_then(Operation::ended_at);
    ended.is_none().then(|| format!("{name} to complete"))
}
