//! Calls that an end puts on hold.

use model::Verdict;
use model::Verdict::{Fail, Pass};
use model::host::HostName;
use model::journal::event::{AudioDirection, Change};
use model::journal::{Event, Record};
use model::topology::Pool;
use rstest::rstest;

use crate::drill;
use crate::script::Script;
use crate::world;

const REGULAR: &str = "outage.connected.regular";

impl Script {
    /// rita asks for a change of her call.
    fn asked(self, change: Change, at: f64) -> Script {
        let call = "rita/1".to_owned();
        self.adding(|script| script.line(at, "rita", Event::Reinvited { call, change }))
    }

    /// ben's end takes the change.
    fn taken(self, at: f64) -> Script {
        let call = "rita/1".to_owned();
        let audio = None;
        self.adding(|script| script.line(at, "rita", Event::ReinviteAnswered { call, audio }))
    }

    fn on_hold(self) -> Script {
        self.asked(Change::Hold, 8.0).taken(8.1)
    }

    fn resumed(self) -> Script {
        self.asked(Change::Resume, 11.0).taken(11.1)
    }
}

/// rita puts ben on hold from 8 s to 11 s of the outage, which lasts from 7 s to 15 s, and hears nothing
/// meanwhile.
fn held() -> Script {
    drill::imported()
        .on_hold()
        .resumed()
        .deaf("rita/1", (8.2, 11.2))
}

#[test]
fn nothing_is_missed_of_a_call_that_is_on_hold() {
    held().gives(REGULAR, Pass, "stayed connected");
    held()
        .deaf("ben/1", (8.2, 11.2))
        .gives(REGULAR, Pass, "stayed connected");
}

#[test]
fn who_is_on_hold_may_hear_music() {
    let music = held().deaf("ben/1", (8.2, 11.2)).adding(|script| {
        let pool = world::media(Pool::Backup.host());
        script.hears("ben/1", pool, None, (8.3, 11.0));
    });
    music.gives(REGULAR, Pass, "stayed connected");
}

/// The answer to a hold says in which direction the audio is.
#[rstest]
#[case(None, Pass)]
#[case(Some(AudioDirection::RecvOnly), Pass)]
#[case(Some(AudioDirection::Inactive), Pass)]
#[case(Some(AudioDirection::SendRecv), Fail)]
#[case(Some(AudioDirection::SendOnly), Fail)]
fn who_is_put_on_hold_sends_nothing(
    #[case] direction: Option<AudioDirection>,
    #[case] verdict: Verdict,
) {
    let why = match direction.filter(|_| verdict == Fail) {
        Some(direction) => format!(", and was answered `{}`", direction.word()),
        None => "stayed connected".to_owned(),
    };
    held()
        .changing(|record| match &mut record.event {
            Event::ReinviteAnswered { audio, .. } if record.t_us < 9_000_000 => *audio = direction,
            _ => {}
        })
        .gives(REGULAR, verdict, &why);
}

#[test]
fn who_holds_a_call_hears_no_music() {
    let music = |until| {
        held().adding(move |script| {
            let pool = world::media(Pool::Backup.host());
            script.hears("rita/1", pool, None, (8.3, until));
        })
    };
    music(9.2).gives(REGULAR, Pass, "stayed connected");
    music(10.8).gives(REGULAR, Fail, "and heard music, or some other sound, for");
}

#[rstest]
#[case::the_held("ben/1", "ben heard anna meanwhile")]
#[case::the_holder("rita/1", "rita heard anna meanwhile")]
fn nobody_hears_others_meanwhile(#[case] end: &str, #[case] why: &str) {
    let whom = why.split(' ').nth(2);
    let from = world::media(HostName::BACKUP);
    held()
        .adding(|script| {
            let elsewhere = std::net::SocketAddr::new(from.ip(), 30_000);
            script.speaks(&format!("{}/9", whom.unwrap()), Some(elsewhere), 8.0);
            script.hears(end, from, whom, (8.3, 10.9));
        })
        .gives(REGULAR, Fail, why);
}

#[test]
fn silence_that_nobody_asked_for_is_a_gap() {
    let is_change = |record: &Record| {
        let event = &record.event;
        matches!(
            event,
            Event::Reinvited { .. } | Event::ReinviteAnswered { .. }
        )
    };
    held()
        .without(is_change)
        .gives(REGULAR, Fail, "rita received nothing");
    held()
        .deaf("rita/1", (13.2, 14.9))
        .gives(REGULAR, Fail, "rita received nothing");
}

#[test]
fn a_hold_that_is_refused_or_not_answered_is_none() {
    let refused = drill::imported().asked(Change::Hold, 8.0).adding(|script| {
        let call = "rita/1".to_owned();
        let code = 488;
        script.line(8.1, "rita", Event::ReinviteRefused { call, code });
    });
    let put = "rita put it on hold at 8.000 s";
    refused.clone().gives(REGULAR, Fail, put);
    refused.gives(REGULAR, Fail, "was refused with 488");
    drill::imported()
        .asked(Change::Hold, 8.0)
        .gives(REGULAR, Fail, "had no answer within 6.0 s");
    drill::imported()
        .asked(Change::Hold, 9.5)
        .gives(REGULAR, Pass, "stayed connected");
}

#[test]
fn who_holds_a_call_does_not_go_on_hearing_the_other() {
    drill::imported()
        .on_hold()
        .resumed()
        .gives(REGULAR, Fail, "went on hearing ben for");
}

#[rstest]
#[case::the_holder("rita/1", "rita did not hear ben within 2.0 s")]
#[case::the_held("ben/1", "ben did not hear rita within 2.0 s")]
fn both_hear_each_other_again(#[case] deaf: &str, #[case] why: &str) {
    let script = held().deaf(deaf, (8.2, 13.3));
    script
        .clone()
        .gives(REGULAR, Fail, "took it back from hold");
    script.gives(REGULAR, Fail, why);
}

#[test]
fn a_call_that_is_on_hold_is_not_over() {
    drill::imported()
        .on_hold()
        .deaf("rita/1", (8.2, 99.0))
        .gives(REGULAR, Pass, "stayed connected");
}
