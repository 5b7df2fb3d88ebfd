//! A walk reaches what it judges, and its timing can work.

use std::collections::{BTreeMap, BTreeSet};

use miette::Diagnostic;

use super::complaints::Complaints;
use super::{load, names};
use crate::Span;
use crate::clause::{Clause, Stage, Tables};
use crate::fault::{ExpectedSamples, Fault, ProbeQuestion, Reading};
use crate::file::{FileError, SourceFile};
use crate::host::{Host, HostName, Site};
use crate::impairment::{Impairment, Percent};
use crate::nearest;
use crate::pattern::Pattern;
use crate::reach::Reach;
use crate::topology::Pool;
use crate::topology::Topology;
use crate::walk::{Imports, LabKind, Outage, Timing, Walk};
use crate::yaml_path::YamlPath;

/// What is wrong with a walk.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadWalk {
    #[error("the walk is for no lab, so it will never run")]
    #[diagnostic(help("name at least one of `sim`, `docker` and `external`"))]
    NoLab,
    #[error("the lab `{lab}` is named twice")]
    #[diagnostic(help("remove one"))]
    LabTwice { lab: LabKind },
    #[error("there is no {kind} `{name}`")]
    #[diagnostic(help("{advice}"))]
    Unknown {
        kind: &'static str,
        name: String,
        advice: String,
    },
    #[error("with `imports: {imports}` the import is never made, for the walk has no outage")]
    #[diagnostic(help("write `none` or `in-advance`, or give the walk an `outage:`"))]
    ImportNeverMade { imports: Imports },
    #[error("no walk is started anew before `{stage}`")]
    #[diagnostic(help("name one of {}", nearest::listed(&Walk::RESTARTS.map(Stage::word))))]
    NotRestarted { stage: Stage },
    #[error("the pools are never started anew, for the walk has no outage")]
    #[diagnostic(help("give the walk an `outage:`, or leave this out"))]
    RestartNeverMade,
    #[error("the outage affects no host")]
    #[diagnostic(help("name `primary`, and `primary-database` if it is to be out as well"))]
    NoHost,
    #[error("there is no host `{host}` in the walk's topology")]
    #[diagnostic(help("{advice}"))]
    UnknownHost { host: HostName, advice: String },
    #[error("the host `{host}` is named twice")]
    #[diagnostic(help("remove one"))]
    HostTwice { host: HostName },
    #[error("an outage of `{host}` is none of those that the document speaks of")]
    #[diagnostic(help("name `primary`, and `primary-database` if it is to be out as well"))]
    HostOfOthers { host: HostName },
    #[error("the outage leaves the primary pool alone")]
    #[diagnostic(help("add `primary`"))]
    PrimarySpared,
    #[error("this impairs nothing")]
    #[diagnostic(help(
        "give at least one of `loss: 1%`, `delay: 20ms`, `jitter: 10ms`, `duplicate: 1%` and \
         `reorder: 1%`, or leave it out"
    ))]
    NotImpaired,
    #[error("what pools send can overtake only what is delayed")]
    #[diagnostic(help("give a `delay`: those that overtake are sent without it"))]
    OvertakesNobody,
    #[error(
        "an answer may take {round_trip}, and a caller waits {next_hop} for it: every hop would \
         seem to be silent"
    )]
    #[diagnostic(help("lower `delay` and `jitter`, or raise `timing.next-hop`"))]
    AnsweredLate { round_trip: Span, next_hop: Span },
    #[error("the walk judges nothing")]
    #[diagnostic(help("name clauses, as in `outage.*`"))]
    JudgesNothing,
    #[error("`{pattern}` names no clause")]
    #[diagnostic(help("{advice}"))]
    NamesNoClause { pattern: Pattern, advice: String },
    #[error("`{pattern}` asks for a stage that is never reached: the walk has no outage")]
    #[diagnostic(help("remove it, or give the walk an `outage:`"))]
    NeverReached { pattern: Pattern },
    #[error("`{pattern}` names only clauses that cannot be observed with `imports: {imports}`")]
    #[diagnostic(help("{advice}"))]
    NeverHolds {
        pattern: Pattern,
        imports: Imports,
        advice: &'static str,
    },
    #[error("the stage `{stage}` has no length: it would never be reached")]
    #[diagnostic(help("write a duration of more than 0, as in `8s`"))]
    NoStage { stage: Stage },
    #[error("this must be more than 0")]
    #[diagnostic(help("leave it out for the default of {default}"))]
    NoTime { default: String },
    #[error("the walk lasts {total}, more than {longest}")]
    #[diagnostic(help("shorten its stages: {stages}"))]
    TooLong {
        total: Span,
        longest: Span,
        stages: String,
    },
    #[error(
        "the primary is healed {healed} into the failed-over stage, which lasts {failed_over}: \
         fewer than {} are left before failback",
        Walk::FENCE
    )]
    #[diagnostic(help(
        "heal earlier, or lengthen `stages.failed-over`: calls must go to the backup for {} more, \
         to show that a primary that returns does not serve yet",
        Walk::FENCE
    ))]
    HealedLate { healed: Span, failed_over: Span },
    #[error(
        "a registration that lasts {expires} and is refreshed after {refresh} lapses each time"
    )]
    #[diagnostic(help("refresh earlier than it expires"))]
    RefreshedLate { expires: Span, refresh: Span },
    #[error(
        "the partner counts as dead after {noticed}, when the outage stage of {outage} is over"
    )]
    #[diagnostic(help(
        "lengthen `stages.outage`, or lower `timing.heartbeat` or `timing.dead-after`"
    ))]
    NoticedLate { noticed: Span, outage: Span },
    #[error(
        "a caller waits {next_hop} for the silent primary, and the stage `{stage}` lasts {length}: \
         no call would reach the backup in it"
    )]
    #[diagnostic(help("lengthen the stage, or lower `timing.next-hop`"))]
    GivenUpLate {
        next_hop: Span,
        stage: Stage,
        length: Span,
    },
}

/// What a walk may refer to.
pub(crate) struct Known<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) topologies: BTreeMap<&'a str, &'a Topology>,
    pub(crate) programmes: Vec<&'a str>,
}

/// All that is wrong with the walk itself. What its programme does in it is checked there.
pub(crate) fn check(walk: &Walk, file: &SourceFile, known: &Known<'_>) -> Vec<FileError> {
    let mut complaints = Complaints::about(file);
    names::check_file_name(&mut complaints, &YamlPath::top().key("walk"), &walk.walk);
    check_labs(&mut complaints, &walk.labs);
    check_references(&mut complaints, walk, known);
    check_imports(&mut complaints, walk);
    check_restart(&mut complaints, walk);
    check_links(&mut complaints, walk);
    check_timing(&mut complaints, &walk.timing);
    check_stages(&mut complaints, walk);
    if let Some(load) = &walk.load {
        load::check(&mut complaints, load);
    }
    if let Some(outage) = &walk.outage {
        let topology = known.topologies.get(walk.topology.as_str()).copied();
        check_hosts(&mut complaints, outage, topology);
        check_outage_timing(&mut complaints, walk, outage);
    }
    check_judges(&mut complaints, walk, known.tables);
    complaints.into_errors()
}

/// The walk is for some lab, and for each once.
fn check_labs(complaints: &mut Complaints<'_>, labs: &[LabKind]) {
    let place = YamlPath::top().key("labs");
    if labs.is_empty() {
        complaints.at(&place, BadWalk::NoLab);
    }
    let mut seen = BTreeSet::new();
    for (n, &lab) in labs.iter().enumerate() {
        if !seen.insert(lab) {
            complaints.at(&place.clone().item(n), BadWalk::LabTwice { lab });
        }
    }
}

/// Topology and programme are there.
fn check_references(complaints: &mut Complaints<'_>, walk: &Walk, known: &Known<'_>) {
    let topologies: Vec<&str> = known.topologies.keys().copied().collect();
    for (kind, name, names) in [
        ("topology", &walk.topology, &topologies),
        ("programme", &walk.programme, &known.programmes),
    ] {
        if !names.contains(&name.as_str()) {
            let problem = BadWalk::Unknown {
                kind,
                name: name.clone(),
                advice: nearest::advice(name, names.iter().copied()),
            };
            complaints.at(&YamlPath::top().key(kind), problem);
        }
    }
}

/// The time of the import comes.
fn check_imports(complaints: &mut Complaints<'_>, walk: &Walk) {
    let imports = walk.imports;
    if imports.stage().is_some_and(|stage| !walk.reaches(stage)) {
        let place = YamlPath::top().key("imports");
        complaints.at(&place, BadWalk::ImportNeverMade { imports });
    }
}

/// The time of the restart comes.
fn check_restart(complaints: &mut Complaints<'_>, walk: &Walk) {
    let place = YamlPath::top().key("restarted-before");
    match walk.restarted_before {
        Some(stage) if !Walk::RESTARTS.contains(&stage) => {
            complaints.at(&place, BadWalk::NotRestarted { stage });
        }
        Some(_) if walk.outage.is_none() => complaints.at(&place, BadWalk::RestartNeverMade),
        _ => {}
    }
}

/// Impairments impair something, and leave callers the time to hear of an answer.
fn check_links(complaints: &mut Complaints<'_>, walk: &Walk) {
    let links = [("actors", walk.links.actors), ("pools", walk.links.pools)];
    let impaired = links.iter().filter_map(|&(whose, how)| Some((whose, how?)));
    for (whose, impairment) in impaired {
        if impairment.is_none() {
            let place = YamlPath::top().key("links").key(whose);
            complaints.at(&place, BadWalk::NotImpaired);
        }
    }
    if walk
        .links
        .pools
        .is_some_and(|pools| pools.reorder > Percent::default() && pools.delay == Span::ZERO)
    {
        let place = YamlPath::top().key("links").key("pools").key("reorder");
        complaints.at(&place, BadWalk::OvertakesNobody);
    }
    let slowest = |(_, how): &(_, Option<Impairment>)| how.unwrap_or_default().slowest();
    // There and back, by actors and pools alike.
    let round_trip = (slowest(&links[0]) * 2) + slowest(&links[1]);
    let next_hop = walk.timing.next_hop;
    if round_trip >= next_hop && next_hop > Span::ZERO {
        let problem = BadWalk::AnsweredLate {
            round_trip,
            next_hop,
        };
        complaints.at(&YamlPath::top().key("links"), problem);
    }
}

/// No time is nothing, and registrations are refreshed before they lapse.
fn check_timing(complaints: &mut Complaints<'_>, timing: &Timing) {
    let place = |key| YamlPath::top().key("timing").key(key);
    let default = Timing::default();
    for (key, span, default) in [
        ("heartbeat", timing.heartbeat, default.heartbeat),
        ("next-hop", timing.next_hop, default.next_hop),
        (
            "register-expires",
            timing.register_expires,
            default.register_expires,
        ),
        (
            "register-refresh",
            timing.register_refresh,
            default.register_refresh,
        ),
        (
            "register-retry",
            timing.register_retry,
            default.register_retry,
        ),
    ] {
        if span == Span::ZERO {
            let default = default.to_string();
            complaints.at(&place(key), BadWalk::NoTime { default });
        }
    }
    if timing.dead_after == 0 {
        let default = default.dead_after.to_string();
        complaints.at(&place("dead-after"), BadWalk::NoTime { default });
    }
    let expires = timing.register_expires;
    let refresh = timing.register_refresh;
    if refresh >= expires {
        let problem = BadWalk::RefreshedLate { expires, refresh };
        complaints.at(&place("register-refresh"), problem);
    }
}

/// Each stage that is reached lasts some time, and all of them not too long.
fn check_stages(complaints: &mut Complaints<'_>, walk: &Walk) {
    for stage in walk.reached() {
        if walk.length(stage) == Span::ZERO {
            complaints.at(&place_of_length(stage), BadWalk::NoStage { stage });
        }
    }
    let (total, longest) = (walk.duration(), walk.longest());
    if total > longest {
        let stages: Vec<String> = walk
            .reached()
            .map(|stage| format!("{stage} {}", walk.length(stage)))
            .collect();
        let stages = stages.join(", ");
        complaints.at(
            &YamlPath::top().key("stages"),
            BadWalk::TooLong {
                total,
                longest,
                stages,
            },
        );
    }
}

/// Where a walk says how long a stage lasts.
fn place_of_length(stage: Stage) -> YamlPath {
    match stage {
        Stage::Failover => YamlPath::top().key("timing").key("fail-over"),
        Stage::Failback => YamlPath::top().key("timing").key("fail-back"),
        other => YamlPath::top().key("stages").key(other.word()),
    }
}

/// The outage affects the primary pool, and nobody else's hosts.
fn check_hosts(complaints: &mut Complaints<'_>, outage: &Outage, topology: Option<&Topology>) {
    let further = topology.map_or(&[][..], |topology| &topology.hosts);
    let hosts: Vec<&Host> = Host::PAIRED.iter().chain(further).collect();
    let place = YamlPath::top().key("outage").key("hosts");
    let mut seen = BTreeSet::new();
    for (n, &host) in outage.hosts.iter().enumerate() {
        let place = place.clone().item(n);
        let known = hosts.iter().find(|known| known.name == host);
        if known.is_none() {
            let advice = nearest::advice(host.word(), hosts.iter().map(|known| known.name.word()));
            complaints.at(&place, BadWalk::UnknownHost { host, advice });
        } else if known.is_some_and(|known| known.site != Site::Primary) {
            complaints.at(&place, BadWalk::HostOfOthers { host });
        } else if !seen.insert(host) {
            complaints.at(&place, BadWalk::HostTwice { host });
        }
    }
    if outage.hosts.is_empty() {
        complaints.at(&place, BadWalk::NoHost);
    } else if !outage.hosts.contains(&HostName::PRIMARY) {
        complaints.at(&place, BadWalk::PrimarySpared);
    }
}

/// The outage is noticed in time, and over in time.
fn check_outage_timing(complaints: &mut Complaints<'_>, walk: &Walk, outage: &Outage) {
    let healed = outage.healed;
    let failed_over = walk.length(Stage::FailedOver);
    if healed + Walk::FENCE > failed_over {
        let problem = BadWalk::HealedLate {
            healed,
            failed_over,
        };
        complaints.at(&YamlPath::top().key("outage").key("healed"), problem);
    }
    let noticed = walk.timing.heartbeat * walk.timing.dead_after;
    if noticed >= walk.length(Stage::Outage) {
        let outage = walk.length(Stage::Outage);
        let place = YamlPath::top().key("timing").key("heartbeat");
        complaints.at(&place, BadWalk::NoticedLate { noticed, outage });
    }
    if is_silent(outage) {
        check_next_hop(complaints, walk);
    }
}

/// Whether who asks the primary pool gets no answer at all, and has to wait for a time-out.
fn is_silent(outage: &Outage) -> bool {
    let seen = ExpectedSamples::of([&Fault::from(outage)], &HostName::PAIRED);
    let pool = seen.reading(HostName::CLIENTS, ProbeQuestion::Pool(Pool::Primary));
    pool == Some(Reading::Reach(Reach::Silent))
}

/// Who waits for a silent primary gets to the backup within the stage.
fn check_next_hop(complaints: &mut Complaints<'_>, walk: &Walk) {
    let next_hop = walk.timing.next_hop;
    for stage in [Stage::Outage, Stage::Failover] {
        let length = walk.length(stage);
        if next_hop >= length {
            let problem = BadWalk::GivenUpLate {
                next_hop,
                stage,
                length,
            };
            complaints.at(&YamlPath::top().key("timing").key("next-hop"), problem);
        }
    }
}

/// Every pattern names a clause that can be observed.
fn check_judges(complaints: &mut Complaints<'_>, walk: &Walk, tables: &Tables) {
    let place = YamlPath::top().key("judges");
    if walk.judges.is_empty() && walk.outage.is_some() {
        complaints.at(&place, BadWalk::JudgesNothing);
    }
    for (n, pattern) in walk.judges.iter().enumerate() {
        if let Err(problem) = check_pattern(walk, Pattern::new(pattern), tables) {
            complaints.at(&place.clone().item(n), problem);
        }
    }
}

/// The pattern names a clause that can be observed.
fn check_pattern(walk: &Walk, pattern: Pattern, tables: &Tables) -> Result<(), BadWalk> {
    let named: Vec<&Clause> = tables
        .clauses
        .iter()
        .filter(|clause| pattern.matches(&clause.id.0))
        .collect();
    if named.is_empty() {
        let advice = advice_on_clauses(&pattern, tables);
        return Err(BadWalk::NamesNoClause { pattern, advice });
    }
    if !named.iter().any(|clause| walk.reaches(clause.stage)) {
        return Err(BadWalk::NeverReached { pattern });
    }
    if !named.iter().any(|clause| walk.can_observe(clause)) {
        let imports = walk.imports;
        let advice = advice_on_conditions(imports);
        return Err(BadWalk::NeverHolds {
            pattern,
            imports,
            advice,
        });
    }
    Ok(())
}

/// What to write instead of a pattern that names nothing.
fn advice_on_clauses(pattern: &Pattern, tables: &Tables) -> String {
    let known: Vec<&str> = tables.clauses.iter().map(|c| c.id.0.as_str()).collect();
    match nearest::nearest(&pattern.to_string(), &known) {
        Some(nearest) if pattern.is_plain() => format!("did you mean `{nearest}`?"),
        _ => {
            "ids are `<stage>.<activity>.<case>`; `rgdrill list clauses` shows them all".to_owned()
        }
    }
}

/// When which conditions hold.
const fn advice_on_conditions(imports: Imports) -> &'static str {
    match imports {
        Imports::None => "without an import no clause with the condition `imported` can be asked",
        Imports::InAdvance => {
            "after an import in advance no clause with the condition `not-imported` can be asked"
        }
        Imports::DuringOutage | Imports::AfterFailover => {
            "before the import everything is `not-imported`, after it `imported`; connected and \
             in-progress speak of calls from before the stage"
        }
    }
}
