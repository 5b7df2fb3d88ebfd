//! Calls that an end puts on hold.

use model::Verdict;
use model::Verdict::{Fail, Pass};
use model::host::HostName;
use model::journal::event::{AudioDirection, Change, EndedBy};
use model::journal::{Event, Record};
use model::topology::Pool;
use rstest::rstest;

use crate::drill;
use crate::script::{Script, is_of};
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

    /// The end of this name asks for a change, which is taken a tenth of a second later.
    pub(crate) fn changed(self, end: &str, change: Change, at: f64) -> Script {
        self.adding(|script| {
            let (actor, _) = end.split_once('/').unwrap();
            let call = || end.to_owned();
            script.line(
                at,
                actor,
                Event::Reinvited {
                    call: call(),
                    change,
                },
            );
            let (call, audio) = (call(), None);
            script.line(at + 0.1, actor, Event::ReinviteAnswered { call, audio });
        })
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

/// rita holds the call from 8 s to 11 s, and ben from 9 s to 12 s.
#[test]
fn who_is_held_on_both_sides_hears_again_once_both_have_taken_it_back() {
    let both = |deaf_until| {
        drill::imported()
            .on_hold()
            .resumed()
            .changed("ben/1", Change::Hold, 9.0)
            .changed("ben/1", Change::Resume, 12.0)
            .deaf("rita/1", (8.2, deaf_until))
            .deaf("ben/1", (8.2, 12.2))
    };
    both(12.2).gives(REGULAR, Pass, "stayed connected");
    let why = "ben took it back from hold at 12.000 s (line";
    both(14.3).gives(REGULAR, Fail, why);
    both(14.3).gives(REGULAR, Fail, "and rita did not hear ben within 2.0 s");
}

/// The answer to a call that is taken back may be of an end that holds it, too.
#[test]
fn whoever_takes_a_call_back_may_be_answered_that_media_is_sent() {
    held()
        .changing(|record| match &mut record.event {
            Event::ReinviteAnswered { audio, .. } if record.t_us > 9_000_000 => {
                *audio = Some(AudioDirection::SendRecv);
            }
            _ => {}
        })
        .gives(REGULAR, Pass, "stayed connected");
}

const NEW: &str = "failed-over.new.imported";

/// amos waits from 24 s to 31 s, and holds the call from 25 s to 28 s.
fn held_while_waiting() -> Script {
    waiting()
        .changed("amos/7", Change::Hold, 25.0)
        .changed("amos/7", Change::Resume, 28.0)
        .deaf("amos/7", (25.2, 28.2))
}

fn waiting() -> Script {
    let others = ["pamela/31", "wally/31", "ivan/1", "pamela/2"];
    let alone = drill::imported().without(|record| others.iter().any(|call| is_of(record, call)));
    alone.adding(|script| {
        script.welcomed("amos/7", "branch", Pool::Backup, (24.0, 24.2, 30.9));
        script.alerted("pamela/7", "amos", Pool::Backup, 24.3);
        script.ended("pamela/7", EndedBy::Cancelled, 31.1);
        script.ended("amos/7", EndedBy::HungUp, 31.0);
    })
}

#[test]
fn who_holds_a_call_while_waiting_hears_no_music_meanwhile() {
    held_while_waiting().gives(NEW, Pass, "talked");
    waiting()
        .deaf("amos/7", (25.2, 28.2))
        .gives(NEW, Fail, "and amos heard nothing for");
    waiting()
        .changed("amos/7", Change::Hold, 25.0)
        .changed("amos/7", Change::Resume, 28.0)
        .gives(NEW, Fail, "and heard music, or some other sound, for");
}

#[test]
fn who_takes_a_call_back_while_waiting_hears_music_again() {
    held_while_waiting().deaf("amos/7", (28.1, 30.9)).gives(
        NEW,
        Fail,
        "and heard nothing within 2.0 s",
    );
}

#[test]
fn who_holds_a_call_while_waiting_is_not_refused_nor_cut_off() {
    let refused = waiting().adding(|script| {
        let (call, code) = ("amos/7".to_owned(), 488);
        let change = Change::Hold;
        let asked = Event::Reinvited {
            call: call.clone(),
            change,
        };
        script.line(25.0, "amos", asked);
        script.line(25.1, "amos", Event::ReinviteRefused { call, code });
    });
    let why = "amos put it on hold at 25.000 s";
    refused.clone().gives(NEW, Fail, why);
    refused.gives(NEW, Fail, "and was refused with 488");
    held_while_waiting()
        .without(|record| {
            let is_end = matches!(record.event, Event::Ended { .. });
            is_end && is_of(record, "amos/7")
        })
        .adding(|script| script.ended("amos/7", EndedBy::Bye, 25.2))
        .gives(NEW, Fail, "before an agent had taken it");
}

/// bea is free from 25.5 s on. Nobody need be alerted for amos, who waits until 29.5 s, while he holds the call.
#[rstest]
#[case::for_long(26.9, Pass, "talked")]
#[case::for_a_moment(25.7, Fail, "alerted nobody for 3.")]
fn nobody_is_forgotten_after_holding_a_call(
    #[case] resumed: f64,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    drill::imported()
        .adding(|script| {
            script.welcomed("amos/7", "sales", Pool::Backup, (25.0, 25.2, 29.4));
            script.ended("amos/7", EndedBy::HungUp, 29.5);
        })
        .changed("amos/7", Change::Hold, 25.3)
        .changed("amos/7", Change::Resume, resumed)
        .deaf("amos/7", (25.4, resumed))
        .gives(NEW, verdict, why);
}

/// A change that meets one of the pool's is tried again later, or given up for another.
#[test]
fn a_change_that_is_given_up_for_another_says_nothing() {
    drill::imported()
        .adding(|script| {
            let (call, code, change) = ("bea/31".to_owned(), 491, Change::Hold);
            let asked = Event::Reinvited {
                call: call.clone(),
                change,
            };
            script.line(24.8, "bea", asked);
            script.line(25.0, "bea", Event::ReinviteRefused { call, code });
        })
        .gives(NEW, Pass, "talked");
}

/// cora hangs up at 25.5 s; bea, who is told then, has asked for a change just before.
#[rstest]
#[case::before(25.3, Fail, "and was refused with 487")]
#[case::meanwhile(25.55, Pass, "talked")]
fn what_is_asked_while_the_other_hangs_up_may_be_refused(
    #[case] refused: f64,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    drill::imported()
        .adding(|script| {
            let (call, code) = ("bea/31".to_owned(), 487);
            let change = Change::Hold;
            let asked = Event::Reinvited {
                call: call.clone(),
                change,
            };
            script.line(refused - 0.1, "bea", asked);
            script.line(refused, "bea", Event::ReinviteRefused { call, code });
        })
        .gives(NEW, verdict, why);
}
