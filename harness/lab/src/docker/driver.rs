//! The lab in containers: breaking, mending, and waiting for the next observation.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use actors::Command;
use model::impairment::Impairment;
use model::journal::Event;
use model::journal::event::{Clock, Reach};
use model::topology::{Host, Pool};
use model::walk::LabKind;
use node::Now;

use super::clock::EngineClock;
use super::damage::{Damage, Strike};
use super::deployment::{Deployment, Workloads};
use super::engine::Engine;
use super::error::{DockerError, Role};
use super::labels::Run;
use super::logs;
use super::process::{News, Process, Whose};
use super::setup::{self, Setup};
use super::sweep::remove_all;
use super::workload::Server;
use crate::contract::ADMINISTRATOR;
use crate::control::{Order, Report};
use crate::{Action, Addresses, Fault, FaultId, Lab, LabError, Observed};

/// How long holders and actors may take to open their ports.
const TO_BE_READY: Duration = Duration::from_secs(30);

/// How long an order may take.
const TO_OBEY: Duration = Duration::from_secs(5);

/// How long it may take until probes see that a host is silent, or that its pool is up again.
const TO_BE_SEEN: Duration = Duration::from_secs(10);

/// A lab in containers. Dropped, it removes all that it made.
pub struct DockerLab {
    engine: Engine,
    run: Run,
    addresses: Addresses,
    logs: PathBuf,
    holders: BTreeMap<Host, Process>,
    servers: BTreeMap<Host, Server>,
    actors: Option<Process>,
    /// The names of all actors.
    names: BTreeSet<String>,
    news: Receiver<News>,
    clock: EngineClock,
    heard: Heard,
    /// What the walk asks for and cannot be done here.
    lacks: Option<LabError>,
    /// What each fault that is in force has broken.
    in_force: BTreeMap<FaultId, Vec<Action>>,
    injected: u64,
}

/// What holders and actors have said.
#[derive(Default)]
struct Heard {
    /// Who is ready.
    ready: BTreeSet<Whose>,
    /// Orders to holders that were carried out, or why not, and nobody has asked after yet.
    done: BTreeMap<(Whose, u64), Result<(), String>>,
    /// What each host's probe found last.
    probed: BTreeMap<Host, Event>,
    /// For the journal, in the order of arrival.
    observed: VecDeque<Observed>,
}

impl DockerLab {
    /// A lab with everybody in it. When this returns, holders and actors run and the servers have
    /// been started; whether those are well is for probes to see.
    ///
    /// # Errors
    ///
    /// [`LabError::Docker`], [`LabError::TooManyActors`]. Nothing is left on the engine then.
    pub fn new(
        engine: &Engine,
        deployment: &Deployment,
        workloads: &dyn Workloads,
    ) -> Result<DockerLab, LabError> {
        let run = Run::new(&deployment.walk);
        let addresses = setup::network(engine, &run, deployment)?;
        let (tell, news) = channel();
        let topology = &deployment.topology;
        let mut lab = DockerLab {
            engine: engine.clone(),
            run,
            addresses,
            logs: deployment.logs.clone(),
            holders: BTreeMap::new(),
            servers: BTreeMap::new(),
            actors: None,
            names: names(topology),
            news,
            clock: EngineClock::new(),
            heard: Heard::default(),
            lacks: None,
            in_force: BTreeMap::new(),
            injected: 0,
        };
        let run = lab.run.clone();
        let setup = Setup {
            engine,
            run: &run,
            deployment,
            addresses,
            news: tell,
        };
        lab.holders = engine.wait(setup.holders())?;
        lab.servers = engine.wait(setup.servers(workloads, &lab.holders))?;
        // What holders say sets the lab's zero, which actors must know: they tell when media came.
        lab.await_ready()?;
        let epoch_us = lab.clock.epoch_us();
        lab.actors = Some(engine.wait(setup.actors(&lab.holders, epoch_us))?);
        lab.await_ready()?;
        if let Some(impairment) = deployment.links.pools {
            lab.lacks = lab.impair_pools(impairment)?;
        }
        Ok(lab)
    }

    // ---- what is heard ----------------------------------------------------------------------

    /// Waits until all holders and actors that were started have opened their ports.
    fn await_ready(&mut self) -> Result<(), LabError> {
        let processes = self.holders.values().chain(&self.actors);
        let all: BTreeSet<Whose> = processes.map(Process::whose).collect();
        self.until(
            TO_BE_READY,
            |heard| heard.ready == all,
            || "holders and actors to open their ports".to_owned(),
        )
    }

    /// Listens until something holds.
    fn until(
        &mut self,
        limit: Duration,
        holds: impl Fn(&Heard) -> bool,
        what: impl FnOnce() -> String,
    ) -> Result<(), LabError> {
        let deadline = Instant::now() + limit;
        while !holds(&self.heard) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let seconds = limit.as_secs();
                let what = what();
                return Err(DockerError::NotSeen { seconds, what }.into());
            }
            self.listen(left)?;
        }
        Ok(())
    }

    /// Takes in what has arrived; if that is nothing, waits for something as long as `limit`.
    fn listen(&mut self, limit: Duration) -> Result<(), LabError> {
        let mut news = match self.news.recv_timeout(limit) {
            Ok(news) => news,
            Err(RecvTimeoutError::Timeout) => return Ok(()),
            // All processes have said why they went before their ends of the channel did.
            Err(RecvTimeoutError::Disconnected) => return Err(self.vanished()),
        };
        loop {
            self.take(news)?;
            news = match self.news.try_recv() {
                Ok(news) => news,
                Err(_) => return Ok(()),
            };
        }
    }

    fn take(&mut self, news: News) -> Result<(), LabError> {
        let (whose, arrived, stamped) = match news {
            News::Report {
                whose,
                arrived,
                stamped,
            } => (whose, arrived, stamped),
            News::Ended { whose, why } => return Err(failed(whose, why)),
        };
        let stamp_us = match whose.role {
            Role::Holder => stamped.t_us,
            // Actors count from the lab's zero.
            Role::Workload => stamped.t_us.saturating_add(self.clock.epoch_us()),
        };
        self.clock.heard(stamp_us, arrived);
        match stamped.report {
            Report::Ready { .. } => {
                self.heard.ready.insert(whose);
            }
            Report::Done { order, error } => match (whose.role, error) {
                (Role::Holder, error) => {
                    let done = error.map_or(Ok(()), Err);
                    self.heard.done.insert((whose, order), done);
                }
                // Nobody asks after what actors were told.
                (Role::Workload, None) => {}
                (Role::Workload, Some(why)) => {
                    return Err(failed(whose, format!("order {order}: {why}")));
                }
            },
            Report::Trouble { what } => return Err(failed(whose, what)),
            Report::Observed { host, event } => {
                if matches!(event, Event::Probed { .. }) {
                    self.heard.probed.insert(whose.host, event.clone());
                }
                self.heard.observed.push_back(Observed {
                    at: self.clock.at(stamp_us),
                    clock: Clock::Monotonic,
                    host,
                    event,
                });
            }
        }
        Ok(())
    }

    fn vanished(&self) -> LabError {
        let whose = Whose {
            host: Host::Clients,
            role: Role::Workload,
        };
        failed(whose, "nothing is heard of it any more".to_owned())
    }

    // ---- links --------------------------------------------------------------------------------

    /// Gives orders to holders, and waits until each has done what it was told, or said why not.
    /// Gives the answers in the order of the orders.
    fn order(&mut self, orders: Vec<(Host, Order)>) -> Result<Vec<Result<(), String>>, LabError> {
        let mut due = Vec::new();
        for (host, order) in orders {
            let holder = &self.holders[&host];
            due.push((holder.whose(), holder.tell(&order)?));
        }
        self.until(
            TO_OBEY,
            |heard| due.iter().all(|order| heard.done.contains_key(order)),
            || "holders to cut, mend or impair links".to_owned(),
        )?;
        let done = &mut self.heard.done;
        Ok(due.iter().filter_map(|order| done.remove(order)).collect())
    }

    /// Cuts links: all of them, or none.
    fn cut(&mut self, damage: &Damage) -> Result<(), LabError> {
        let cuts = damage.cuts.iter().map(|(&(from, to), &how)| {
            let peer = self.addresses.of(to);
            (from, Order::Cut { peer, how })
        });
        let done = self.order(cuts.collect())?;
        let ways = damage.cuts.keys().zip(&done);
        let refused = |(way, done): (&(Host, Host), &Result<(), String>)| {
            Some((way.0, done.as_ref().err()?.clone()))
        };
        let Some((host, why)) = ways.clone().find_map(refused) else {
            return Ok(());
        };
        let error = LabError::NoMeans {
            what: "cut a link",
            host,
            why,
        };
        let were_cut = ways.filter(|(_, done)| done.is_ok()).map(|(way, _)| *way);
        self.mend(were_cut.collect())?;
        Err(error)
    }

    /// Mends links, all of which are cut.
    fn mend(&mut self, ways: Vec<(Host, Host)>) -> Result<(), LabError> {
        let mends = ways.iter().map(|&(from, to)| {
            let peer = self.addresses.of(to);
            (from, Order::Mend { peer })
        });
        let done = self.order(mends.collect())?;
        match ways
            .iter()
            .zip(done)
            .find_map(|(way, done)| Some((way.0, done.err()?)))
        {
            None => Ok(()),
            Some((host, why)) => {
                let role = Role::Holder;
                Err(failed(
                    Whose { host, role },
                    format!("a link cannot be mended: {why}"),
                ))
            }
        }
    }

    /// Has whatever the pools' hosts send fare so from now on; gives the reason where that cannot
    /// be.
    fn impair_pools(&mut self, impairment: Impairment) -> Result<Option<LabError>, LabError> {
        let hosts = Pool::BOTH.map(Pool::host);
        let orders = hosts.map(|host| (host, Order::Impair { impairment }));
        let done = self.order(orders.into())?;
        let refused = hosts.into_iter().zip(done);
        Ok(refused.into_iter().find_map(|(host, done)| {
            Some(LabError::NoMeans {
                what: "impair its links",
                host,
                why: done.err()?,
            })
        }))
    }

    /// Waits until every probe sees that the hosts without power are silent. Only then their
    /// servers may die: what a dying server says must not be heard.
    fn await_silence(&mut self, damage: &Damage) -> Result<(), LabError> {
        for dark in damage.dark() {
            self.until(
                TO_BE_SEEN,
                |heard| Host::ALL.iter().all(|host| heard.is_deaf_to(*host, dark)),
                || format!("all probes to find host {} silent", dark.word()),
            )?;
        }
        Ok(())
    }

    // ---- servers ------------------------------------------------------------------------------

    fn strike(&mut self, strike: Strike) -> Result<(), LabError> {
        let engine = &self.engine;
        Ok(match strike {
            Strike::Kill(host) | Strike::PowerOff(host) => {
                engine.wait(self.servers[&host].kill(engine))
            }
            Strike::Freeze(host) => engine.wait(self.servers[&host].freeze()),
        }?)
    }

    fn relieve(&mut self, strike: Strike) -> Result<(), LabError> {
        let engine = &self.engine;
        match strike {
            Strike::Kill(host) => Ok(engine.wait(self.servers[&host].restart())?),
            Strike::Freeze(host) => Ok(engine.wait(self.servers[&host].thaw())?),
            Strike::PowerOff(host) => {
                engine.wait(self.servers[&host].restart())?;
                self.await_answer(host)
            }
        }
    }

    /// Waits until the pool of a host that is still cut off answers its own host's probe. (A
    /// database is not asked by any probe; its pool waits for it.)
    fn await_answer(&mut self, host: Host) -> Result<(), LabError> {
        let Some(pool) = Pool::BOTH.into_iter().find(|pool| pool.host() == host) else {
            return Ok(());
        };
        self.heard.probed.remove(&host);
        self.until(
            TO_BE_SEEN,
            |heard| heard.is_up(pool),
            || format!("the {} pool to answer on its own host", pool.word()),
        )
    }

    /// Whether all of `actions` can be carried out, and be undone later without undoing a part of
    /// another fault.
    fn check(&self, fault: &Fault, actions: &[Action]) -> Result<(), LabError> {
        let kind = fault.kind;
        let mut machines = actions.iter().filter_map(|action| action.machine());
        if let Some(host) = machines.find(|host| !self.servers.contains_key(host)) {
            return Err(LabError::NoServer { kind, host });
        }
        let damage = Damage::of(actions);
        let overlaps = |broken: &[Action]| {
            let by_action = actions
                .iter()
                .any(|action| broken.iter().any(|other| action.overlaps(*other)));
            let others = Damage::of(broken).cuts;
            by_action || damage.cuts.keys().any(|cut| others.contains_key(cut))
        };
        match self.in_force.iter().find(|(_, broken)| overlaps(broken)) {
            Some((other, _)) => Err(LabError::Overlap {
                kind,
                other: *other,
            }),
            None => Ok(()),
        }
    }

    /// Removes everything, having kept what the containers logged.
    fn tear_down(&mut self) {
        let servers = std::mem::take(&mut self.servers);
        let (engine, run, directory) = (&self.engine, &self.run, &self.logs);
        engine.wait(async {
            // What cannot be kept or removed here has its reason in the engine's own log; the next
            // run's sweep tries again.
            let _ = logs::keep(engine, run, directory).await;
            futures_util::future::join_all(servers.into_values().map(Server::remove)).await;
            let _ = remove_all(engine, &run.filter()).await;
        });
    }
}

impl Lab for DockerLab {
    fn kind(&self) -> LabKind {
        LabKind::Docker
    }

    fn now(&self) -> Now {
        self.clock.now()
    }

    fn addresses(&self) -> BTreeMap<Host, IpAddr> {
        self.addresses.all()
    }

    fn lacks(&self) -> Option<&LabError> {
        self.lacks.as_ref()
    }

    fn command(&mut self, actor: &str, command: Command) -> Result<(), LabError> {
        let actors = self.actors.as_ref().filter(|_| self.names.contains(actor));
        let Some(actors) = actors else {
            return Err(LabError::UnknownActor(actor.to_owned()));
        };
        let actor = actor.to_owned();
        actors.tell(&Order::Command { actor, command })?;
        Ok(())
    }

    fn inject(&mut self, fault: &Fault) -> Result<FaultId, LabError> {
        let actions = fault.actions();
        self.check(fault, &actions)?;
        let damage = Damage::of(&actions);
        let id = FaultId(self.injected);
        self.injected += 1;
        self.cut(&damage)?;
        self.await_silence(&damage)?;
        for strike in &damage.strikes {
            self.strike(*strike)?;
        }
        self.in_force.insert(id, actions);
        Ok(id)
    }

    fn heal(&mut self, fault: FaultId) -> Result<(), LabError> {
        let broken = self.in_force.remove(&fault);
        let damage = Damage::of(&broken.ok_or(LabError::UnknownFault(fault))?);
        for strike in damage.strikes.iter().rev() {
            self.relieve(*strike)?;
        }
        self.mend(damage.cuts.into_keys().collect())
    }

    fn next(&mut self, until: Now) -> Result<Option<Observed>, LabError> {
        loop {
            // What has arrived already comes first, even if `until` has passed meanwhile.
            self.listen(Duration::ZERO)?;
            if let Some(observed) = self.heard.observed.pop_front() {
                return Ok(Some(observed));
            }
            let left = until.since(self.now());
            if left.is_zero() {
                return Ok(None);
            }
            self.listen(left)?;
        }
    }
}

impl Drop for DockerLab {
    fn drop(&mut self) {
        self.tear_down();
    }
}

impl Heard {
    /// Whether the probe of `host` neither reaches nor hears `dark`, nor the other way round.
    fn is_deaf_to(&self, host: Host, dark: Host) -> bool {
        let deaf = |one: Host, other: Host| match self.probed.get(&one) {
            Some(Event::Probed { hosts, heard, .. }) => {
                hosts.get(&other) == Some(&Reach::Silent) && !heard.contains(&other)
            }
            _ => false,
        };
        host == dark || (deaf(host, dark) && deaf(dark, host))
    }

    /// Whether a pool answers the probe of its own host.
    fn is_up(&self, pool: Pool) -> bool {
        match self.probed.get(&pool.host()) {
            Some(Event::Probed { pools, .. }) => pools.get(&pool) == Some(&Reach::Reached),
            _ => false,
        }
    }
}

fn names(topology: &model::Topology) -> BTreeSet<String> {
    let parties = crate::addresses::parties(topology).map(str::to_owned);
    parties.chain([ADMINISTRATOR.to_owned()]).collect()
}

fn failed(Whose { host, role }: Whose, why: String) -> LabError {
    DockerError::Process { role, host, why }.into()
}
