//! A walk's journal in which all is as documented.

use std::collections::BTreeMap;

use model::fault::FaultKind;
use model::host::HostName;
use model::impairment::Links;
use model::journal::Event;
use model::journal::event::EndedBy;
use model::topology::Pool;
use model::verb::{About, Filter, Row, Surface, Verb, VerbOutcome};
use model::walk::{Imports, LabKind, Outage, Runs, Stages, Timing};
use model::{Span, Stage, Walk};

use crate::script::{Script, Talk};
use crate::world::{self, HEALED, INJECTED, OVER};

/// Which drill.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drill {
    pub(crate) imports: Imports,
    pub(crate) fault: FaultKind,
    pub(crate) hosts: &'static [HostName],
}

/// Only the pool is affected: its database stays up.
const POOL: &[HostName] = &[HostName::PRIMARY];
/// The whole site is affected.
pub(crate) const SITE: &[HostName] = &[HostName::PRIMARY, HostName::PRIMARY_DATABASE];

/// A drill under this fault of the primary's site, whose groups were imported in advance.
pub(crate) fn affected_by(fault: FaultKind) -> Script {
    Drill {
        imports: Imports::InAdvance,
        fault,
        hosts: SITE,
    }
    .script()
}

/// The groups were imported in advance; the pool's process is killed.
pub(crate) fn imported() -> Script {
    Drill {
        imports: Imports::InAdvance,
        fault: FaultKind::KILL,
        hosts: POOL,
    }
    .script()
}

/// The groups were never imported; the whole site is cut off.
pub(crate) fn not_imported() -> Script {
    Drill {
        imports: Imports::None,
        fault: FaultKind::ISOLATE,
        hosts: SITE,
    }
    .script()
}

/// The same two drills with a fault that lets what the pool sends arrive.
pub(crate) fn deaf(imports: Imports) -> Script {
    Drill {
        imports,
        fault: FaultKind::ONE_WAY_IN,
        hosts: SITE,
    }
    .script()
}

/// The drill in which a clause's condition holds.
pub(crate) fn for_clause(clause: &str) -> Script {
    if clause.ends_with("not-imported") {
        not_imported()
    } else {
        imported()
    }
}

impl Drill {
    pub(crate) fn script(self) -> Script {
        let mut script = Script::new(self.plan(), world::topology());
        self.course(&mut script);
        self.probes(&mut script);
        healthy(&mut script);
        if self.is_imported() {
            import(&mut script);
            at_the_backup(&mut script);
        }
        let mut values = BTreeMap::new();
        for stage in Stage::DOCUMENTED {
            self.calls(&mut script, stage);
            self.on_behalf(&mut script, stage);
            self.console(&mut script, stage);
            self.configuration(&mut script, stage, &mut values);
        }
        script.line(OVER, "conductor", Event::WalkEnded);
        script
    }

    fn is_imported(self) -> bool {
        self.imports != Imports::None
    }

    fn plan(self) -> Walk {
        Walk {
            walk: "walk".to_owned(),
            about: "all is as documented".to_owned(),
            labs: vec![LabKind::Sim],
            topology: "small".to_owned(),
            programme: "all".to_owned(),
            imports: self.imports,
            rehearsed: false,
            restarted_before: None,
            outage: Some(Outage {
                fault: self.fault,
                hosts: self.hosts.to_vec(),
                healed: Span::from_secs(4),
            }),
            links: Links::default(),
            timing: Timing::default(),
            stages: Stages::default(),
            judges: vec!["*".to_owned()],
            not_judged: None,
            random: None,
            load: None,
            runs: Runs::Always,
        }
    }

    /// Stages and fault.
    fn course(self, script: &mut Script) {
        for stage in [Stage::Healthy].into_iter().chain(Stage::DOCUMENTED) {
            let (begin, end) = world::stage(stage);
            script.line(end, "conductor", Event::StageEnded { stage });
            script.line(begin, "conductor", Event::StageBegan { stage });
        }
        // Of two lines of one instant the earlier one stays first: a stage ends, the next begins.
        script.records.sort_by_key(|record| record.t_us);
        let (fault, hosts) = (self.fault, self.hosts.to_vec());
        let injected = Event::FaultInjected {
            fault,
            hosts: hosts.clone(),
        };
        script.line(INJECTED, "lab", injected);
        script.line(HEALED, "lab", Event::FaultHealed { fault, hosts });
    }

    // ---- what actors do in a stage -----------------------------------------------------------

    /// The pool that takes new calls to the primary's groups.
    fn taker(self, stage: Stage) -> Option<Pool> {
        match stage {
            Stage::Failback | Stage::FailedBack => Some(Pool::Primary),
            _ => self.is_imported().then_some(Pool::Backup),
        }
    }

    fn calls(self, script: &mut Script, stage: Stage) {
        let (b, _) = world::stage(stage);
        let number = stage as u32 * 10;
        let call = |actor: &str, k: u32| format!("{actor}/{}", number + k);
        for control in [call("cora", 1), call("bart", 1)] {
            script.welcomed(
                &control,
                "reception",
                Pool::Backup,
                (b + 0.2, b + 0.5, b + 1.2),
            );
            script.ended(&control, EndedBy::HungUp, b + 1.3);
        }
        let (cleo, bianca) = (call("cleo", 1), call("bianca", 1));
        script.welcomed(&cleo, "counter", Pool::Backup, (b + 1.2, b + 1.4, b + 1.8));
        script.alerted(&bianca, "cleo", Pool::Backup, b + 1.5);
        script.ended(&cleo, EndedBy::HungUp, b + 1.9);
        script.ended(&bianca, EndedBy::Cancelled, b + 1.9);
        let (sales, helpline) = (call("cora", 2), call("cora", 3));
        let Some(pool) = self.taker(stage) else {
            script.refused(&sales, "sales", (b + 1.5, b + 2.2));
            script.refused(&helpline, "helpline", (b + 2.5, b + 3.2));
            script.refused(&call("bart", 2), "sales", (b + 1.6, b + 2.3));
            return;
        };
        let all_agents = matches!(stage, Stage::FailedOver | Stage::FailedBack);
        let bart = call("bart", 2);
        script.welcomed(&bart, "sales", pool, (b + 1.6, b + 1.9, b + 2.3));
        if all_agents {
            let pia = call("pia", 1);
            script.alerted(&pia, "bart", pool, b + 2.0);
            script.accepted(&pia, b + 2.3);
            script.talk(&Talk {
                caller: &bart,
                agent: &pia,
                source: world::media(HostName::CLIENTS),
                since: b + 2.4,
                until: b + 3.0,
            });
            script.ended(&pia, EndedBy::HungUp, b + 3.1);
            script.ended(&bart, EndedBy::Bye, b + 3.1);
        } else {
            script.ended(&bart, EndedBy::HungUp, b + 3.1);
        }
        script.welcomed(&sales, "sales", pool, (b + 1.5, b + 1.8, b + 2.2));
        let bea = call("bea", 1);
        script.alerted(&bea, "cora", pool, b + 1.9);
        script.accepted(&bea, b + 2.2);
        script.talk(&Talk {
            caller: &sales,
            agent: &bea,
            source: world::media(HostName::CLIENTS),
            since: b + 2.3,
            until: b + 3.4,
        });
        script.ended(&sales, EndedBy::HungUp, b + 3.5);
        script.ended(&bea, EndedBy::Bye, b + 3.5);
        let wally = call("wally", 1);
        script.welcomed(&wally, "branch", pool, (b + 0.5, b + 0.8, b + 4.0));
        script.ended(&wally, EndedBy::HungUp, b + 4.1);
        if all_agents {
            let pamela = call("pamela", 1);
            script.alerted(&pamela, "wally", pool, b + 1.0);
            script.ended(&pamela, EndedBy::Cancelled, b + 4.1);
        }
    }

    fn on_behalf(self, script: &mut Script, stage: Stage) {
        let (b, _) = world::stage(stage);
        let works = match stage {
            Stage::FailedOver => self.is_imported(),
            Stage::FailedBack => true,
            _ => false,
        };
        let about = About {
            agent: Some("bianca".to_owned()),
            group: Some("sales".to_owned()),
            callee: Some("carol".to_owned()),
            ..About::default()
        };
        script.verb(
            (Verb::CallOnBehalf, Pool::Backup),
            &about,
            outcome(works),
            None,
            b + 0.5,
        );
        if works {
            let alerted = Event::Alerted {
                call: format!("carol/{stage}"),
                caller: "sales".to_owned(),
                identity: Some("sales".to_owned()),
                from: world::media(HostName::BACKUP),
            };
            script.line(b + 0.55, "carol", alerted);
        }
        let plain = format!("bianca/{stage}");
        script.welcomed(&plain, "chris", Pool::Backup, (b + 2.0, b + 2.3, b + 2.9));
        script.ended(&plain, EndedBy::HungUp, b + 3.0);
    }

    fn console(self, script: &mut Script, stage: Stage) {
        let (b, _) = world::stage(stage);
        let copies = self.is_imported() && (Stage::Failover..=Stage::Failback).contains(&stage);
        let mut rows = vec![
            row("desk", Pool::Primary, Pool::Primary),
            row("counter", Pool::Backup, Pool::Backup),
        ];
        if copies {
            rows.push(row("desk", Pool::Primary, Pool::Backup));
        }
        for row in &mut rows {
            let works = row.parent == Pool::Backup || stage == Stage::FailedBack;
            let about = About {
                agent: Some("bianca".to_owned()),
                group: Some(row.group.clone()),
                parent: Some(row.parent),
                ..About::default()
            };
            script.verb(
                (Verb::SignIn, Pool::Backup),
                &about,
                outcome(works),
                None,
                b + 0.3,
            );
            row.signed_in = Some(works);
        }
        let about = About {
            agent: Some("bianca".to_owned()),
            ..About::default()
        };
        let groups = (Verb::GetGroups, Pool::Backup);
        script.verb(groups, &about, VerbOutcome::Done, Some(rows), b + 1.0);
    }

    fn configuration(
        self,
        script: &mut Script,
        stage: Stage,
        values: &mut BTreeMap<(&'static str, Pool), String>,
    ) {
        let (b, _) = world::stage(stage);
        let mut changes = vec![
            ("sales", Pool::Primary, Surface::ControlPanel),
            ("sales", Pool::Primary, Surface::Shell),
            ("reception", Pool::Backup, Surface::ControlPanel),
            ("reception", Pool::Backup, Surface::Shell),
        ];
        if self.is_imported() {
            changes.push(("sales", Pool::Backup, Surface::Shell));
        }
        for (k, (group, parent, surface)) in (0_u32..).zip(changes) {
            let works = parent == Pool::Backup || stage == Stage::FailedBack;
            let value = format!("{stage} {k}");
            let about = About {
                group: Some(group.to_owned()),
                parent: Some(parent),
                surface: Some(surface),
                value: Some(value.clone()),
                ..About::default()
            };
            let t = b + 1.0 + f64::from(k);
            script.verb(
                (Verb::Modify, Pool::Backup),
                &about,
                outcome(works),
                None,
                t,
            );
            if works {
                values.insert((group, parent), value);
            }
            self.lists(script, t + 0.3, values);
        }
    }

    /// Both surfaces of the backup list what is in either pool.
    fn lists(self, script: &mut Script, t: f64, values: &BTreeMap<(&'static str, Pool), String>) {
        let down = in_force(t) && self.hosts.contains(&HostName::PRIMARY_DATABASE);
        let listings = [
            (Surface::ControlPanel, Pool::Primary, Filter::Default),
            (Surface::ControlPanel, Pool::Backup, Filter::Default),
            (Surface::Shell, Pool::Primary, Filter::Default),
            (Surface::Shell, Pool::Backup, Filter::All),
        ];
        for (surface, of, filter) in listings {
            let about = About {
                parent: Some(of),
                surface: Some(surface),
                filter: Some(filter),
                ..About::default()
            };
            let works = !(of == Pool::Primary && down);
            let rows = works.then(|| self.rows(of, filter, values));
            script.verb((Verb::List, Pool::Backup), &about, outcome(works), rows, t);
        }
    }

    fn rows(
        self,
        of: Pool,
        filter: Filter,
        values: &BTreeMap<(&'static str, Pool), String>,
    ) -> Vec<Row> {
        let groups = world::topology().groups.into_iter();
        let copies = self.is_imported() && of == Pool::Backup && filter == Filter::All;
        groups
            .filter(|group| group.owner == of || copies)
            .map(|group| Row {
                value: values.iter().find_map(|((name, parent), value)| {
                    (*name == group.name && *parent == of).then(|| value.clone())
                }),
                ..row(&group.name, group.owner, of)
            })
            .collect()
    }
}

pub(crate) fn in_force(t: f64) -> bool {
    (INJECTED..HEALED).contains(&t)
}

pub(crate) fn row(group: &str, owner: Pool, parent: Pool) -> Row {
    Row {
        group: group.to_owned(),
        owner,
        parent,
        signed_in: None,
        value: None,
        details: BTreeMap::new(),
    }
}

pub(crate) fn outcome(works: bool) -> VerbOutcome {
    match works {
        true => VerbOutcome::Done,
        false => VerbOutcome::Refused {
            why: "the pool says no".to_owned(),
        },
    }
}

/// Registrations, and one call of each kind, held from here on.
fn healthy(script: &mut Script) {
    for agent in world::topology().agents {
        let pool = agent.home;
        script.registered(&agent.name, pool, 0.5);
    }
    let held = [
        ("rita/1", "sales", "ben/1", HostName::CLIENTS, OVER),
        ("anna/1", "helpline", "boris/1", HostName::PRIMARY, INJECTED),
    ];
    for (caller, group, agent, source, until) in held {
        script.welcomed(caller, group, Pool::Primary, (1.2, 1.5, 1.9));
        let name = caller.trim_end_matches("/1");
        script.alerted(agent, name, Pool::Primary, 1.6);
        script.accepted(agent, 1.9);
        script.talk(&Talk {
            caller,
            agent,
            source: world::media(source),
            since: 2.0,
            until,
        });
    }
    script.welcomed("iris/1", "branch", Pool::Primary, (1.3, 1.6, INJECTED));
    script.alerted("pamela/1", "iris", Pool::Primary, 1.7);
    script.welcomed("cora/1", "reception", Pool::Backup, (1.2, 1.5, 3.0));
    script.ended("cora/1", EndedBy::HungUp, 3.1);
}

pub(crate) fn import(script: &mut Script) {
    import_at(script, 4.0);
}

pub(crate) fn import_at(script: &mut Script, at: f64) {
    let about = About {
        owner: Some(Pool::Primary),
        ..About::default()
    };
    let import = (Verb::Import, Pool::Backup);
    script.verb(import, &about, VerbOutcome::Done, None, at);
}

/// Calls that reach the backup during failover: an anonymous one that stays, and one in progress
/// that the backup ends when failback is invoked.
fn at_the_backup(script: &mut Script) {
    script.welcomed("amos/1", "helpline", Pool::Backup, (16.0, 16.3, 16.9));
    script.alerted("berta/1", "amos", Pool::Backup, 16.5);
    script.accepted("berta/1", 16.9);
    script.talk(&Talk {
        caller: "amos/1",
        agent: "berta/1",
        source: world::media(HostName::BACKUP),
        since: 17.0,
        until: OVER,
    });
    script.welcomed("ivan/1", "branch", Pool::Backup, (17.0, 17.3, 32.2));
    script.ended("ivan/1", EndedBy::Bye, 32.2);
    // Whom ivan's call has asked, others may have.
    script.alerted("pamela/2", "ivan", Pool::Backup, 22.3);
    let (call, code) = ("pamela/2".to_owned(), 480);
    script.line(22.4, "pamela", Event::Declined { call, code });
}
