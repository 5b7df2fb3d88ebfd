//! What actors say that they heard is compared with what probes and other actors say.

use std::net::SocketAddr;
use timeline::ReadWalk;

use model::Verdict::{Fail, Inconclusive, Pass};
use model::fault::FaultKind;
use model::figure::Measured;
use model::host::HostName;
use model::journal::Event;

use rstest::rstest;

use crate::drill::{self, affected_by};
use crate::script::{Script, is_of};
use crate::world::{self, HEALED, INJECTED, OVER};

const REGULAR: &str = "outage.connected.regular";
const IN_PROGRESS: &str = "outage.in-progress.all";

/// Music of the primary that one end says it heard.
fn music(script: Script, time: (f64, f64)) -> Script {
    script.adding(|script| {
        script.hears("iris/1", world::media(HostName::PRIMARY), None, time);
    })
}

#[rstest]
fn a_host_that_a_fault_silences_is_not_heard(
    #[values(
        FaultKind::KILL,
        FaultKind::POWER_OFF,
        FaultKind::FREEZE,
        FaultKind::ISOLATE,
        FaultKind::REJECT,
        FaultKind::ONE_WAY_OUT
    )]
    fault: FaultKind,
) {
    affected_by(fault).gives(REGULAR, Pass, "");
    let lied = music(affected_by(fault), (10.0, 12.0));
    let why = "iris (iris/1) received media without a name from 198.18.0.1:20000 at \
               10.000 s, but the probes saw primary silent at that time";
    lied.clone().gives(IN_PROGRESS, Inconclusive, why);
    // The actor is not believed in anything that was observed in that stage or later.
    for clause in [REGULAR, "outage.new.imported", "failed-back.new.all"] {
        lied.clone().gives(clause, Inconclusive, why);
    }
}

#[test]
fn a_host_that_only_hears_nothing_may_be_heard() {
    music(affected_by(FaultKind::ONE_WAY_IN), (6.1, 15.0)).gives(
        IN_PROGRESS,
        Fail,
        "iris was still receiving",
    );
}

#[rstest]
#[case::under_way(INJECTED + 0.3)]
#[case::after_the_heal(HEALED + 0.1)]
fn what_an_affected_host_sent_before_or_sends_after_may_arrive(#[case] at: f64) {
    music(affected_by(FaultKind::ISOLATE), (at, at + 0.2)).gives(REGULAR, Pass, "");
}

#[test]
fn what_was_said_before_is_believed() {
    let lied = music(drill::imported(), (16.0, 17.0));
    lied.clone().gives(IN_PROGRESS, Pass, "");
    lied.gives(
        "failover.connected.regular",
        Inconclusive,
        "saw primary silent",
    );
}

/// Nobody says that they speak to whom `rita` hears.
fn without_speaker(clause: &str, why: &str) {
    drill::imported()
        .without(|record| record.host == "ben" && matches!(record.event, Event::Speaking { .. }))
        .gives(clause, Inconclusive, why);
}

#[test]
fn who_does_not_speak_is_not_heard() {
    let why = "rita (rita/1) received media of ben from 198.18.0.5:20000 at 2.000 s, but ben sent no \
               media directly at that time";
    without_speaker(REGULAR, why);
    without_speaker("failed-back.configuration.backup", why);
}

#[rstest]
#[case::a_second_later(11.0, Pass, "")]
#[case::longer(11.5, Inconclusive, "but ben sent no media directly at that time")]
fn whoever_has_stopped_speaking_is_heard_no_more(
    #[case] until: f64,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    let cut = |record: &model::journal::Record| {
        record.t_us > 10_000_000 && (is_of(record, "rita/1") || is_of(record, "ben/1"))
    };
    drill::imported()
        .without(cut)
        .adding(|script| {
            script.speaks("rita/1", None, 10.0);
            script.speaks("ben/1", None, 10.0);
            script.hears(
                "rita/1",
                world::media(HostName::CLIENTS),
                Some("ben"),
                (10.0, until),
            );
        })
        .gives("outage.in-progress.all", verdict, why);
}

/// Where the speaker speaks to is where the flow must come from.
#[rstest]
#[case::to_a_dead_pool(HostName::PRIMARY)]
#[case::to_the_other_pool(HostName::BACKUP)]
fn who_speaks_to_a_pool_is_not_heard_without_it(#[case] to: HostName) {
    let to: Option<SocketAddr> = Some(world::media(to));
    drill::imported()
        .adding(|script| script.speaks("ben/1", to, INJECTED))
        .gives(
            REGULAR,
            Inconclusive,
            "but ben sent no media directly at that time",
        );
}

#[test]
fn who_speaks_to_another_actor_is_not_heard_through_a_pool() {
    let to = Some(world::media(HostName::CLIENTS));
    drill::imported()
        .adding(|script| script.speaks("berta/1", to, 30.0))
        .gives(
            "failback.connected.anonymous-imported",
            Inconclusive,
            "but berta sent no media through a pool at that time",
        );
}

#[test]
fn from_the_actors_machine_nothing_comes_without_a_name() {
    drill::imported()
        .adding(|script| {
            let clients = world::media(HostName::CLIENTS);
            script.hears("iris/1", clients, None, (INJECTED, OVER));
        })
        .gives(
            IN_PROGRESS,
            Inconclusive,
            "but no actor sends media without a name",
        );
}

/// A frozen pool relays at the thaw what had come until then, also of those who have hung up.
#[test]
fn what_a_frozen_pool_held_back_may_arrive_at_the_thaw() {
    let burst = |at: f64| {
        affected_by(FaultKind::FREEZE).adding(|script| {
            let primary = world::media(HostName::PRIMARY);
            script.hears("anna/1", primary, Some("boris"), (at, at + 0.1));
        })
    };
    burst(HEALED + 0.1).gives(REGULAR, Pass, "");
    burst(HEALED + 4.0).gives(
        "failed-back.connected.regular",
        Inconclusive,
        "but boris sent no media through a pool at that time",
    );
}

#[test]
fn no_figure_rests_on_what_nobody_can_have_sent() {
    let figures = |script: Script| {
        let windows = world::tables().windows;
        judge::walk_figures(&ReadWalk::of(&script.journal()), windows)
    };
    let unproven = Measured::Unproven(Inconclusive);
    let honest = figures(drill::imported());
    assert!(honest.iter().any(|figure| figure.measured != unproven));
    let lied = figures(music(drill::imported(), (10.0, 12.0)));
    assert!(lied.iter().all(|figure| figure.measured == unproven));
}
