//! The client transaction of an INVITE (RFC 3261 §17.1.1, RFC 6026 §8.4).

use std::time::Duration;

use node::Now;

use crate::StatusCode;
use crate::message::{is_provisional, is_success};

use super::{ClientAction, Retransmission, Timing};

/// The client transaction of an INVITE. Its request is sent when it is made.
#[derive(Debug)]
pub struct ClientInvite {
    timing: Timing,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// Nothing has come yet: Timers A and B run, the former until the request is wanted no more.
    Calling {
        retransmission: Option<Retransmission>,
        gives_up: Now,
    },
    /// A provisional response has come. There is no hurry, unless the request was cancelled.
    Proceeding {
        gives_up: Option<Now>,
    },
    /// A refusal has come; repetitions are acknowledged until Timer D.
    Completed {
        ends: Now,
    },
    /// A 2xx has come; all 2xx are handed on until Timer M.
    Accepted {
        ends: Now,
    },
    Terminated,
}

impl ClientInvite {
    /// A transaction whose request is sent now.
    pub fn new(now: Now, timing: Timing) -> Self {
        let state = State::Calling {
            retransmission: Some(Retransmission::new(now, timing.t1, Duration::MAX)),
            gives_up: now + timing.timeout(),
        };
        ClientInvite { timing, state }
    }

    /// Takes a response.
    pub fn receive(&mut self, now: Now, code: StatusCode) -> ClientAction {
        match (&self.state, code) {
            (State::Calling { .. }, code) if is_provisional(code) => {
                self.state = State::Proceeding { gives_up: None };
                ClientAction::Deliver
            }
            (State::Proceeding { .. }, code) if is_provisional(code) => ClientAction::Deliver,
            (State::Calling { .. } | State::Proceeding { .. }, code) if is_success(code) => {
                let ends = now + self.timing.timeout();
                self.state = State::Accepted { ends };
                ClientAction::Deliver
            }
            (State::Calling { .. } | State::Proceeding { .. }, _) => {
                let ends = now + self.timing.timeout();
                self.state = State::Completed { ends };
                ClientAction::DeliverAndAcknowledge
            }
            (State::Accepted { .. }, code) if is_success(code) => ClientAction::Deliver,
            (State::Completed { .. }, code) if !is_provisional(code) && !is_success(code) => {
                ClientAction::Acknowledge
            }
            _ => ClientAction::Nothing,
        }
    }

    /// Notes that nobody wants an answer any more. A CANCEL has to wait for a provisional response
    /// (RFC 3261 §9.1); the request is not sent again meanwhile, or a server that comes back would
    /// begin a call that is over.
    pub fn unwanted(&mut self) {
        if let State::Calling { retransmission, .. } = &mut self.state {
            *retransmission = None;
        }
    }

    /// Notes that a CANCEL is sent now: without a final response the request is given up after
    /// 64 × T1 (RFC 3261 §9.1).
    pub fn cancelled(&mut self, now: Now) {
        if let State::Proceeding { gives_up } = &mut self.state {
            gives_up.get_or_insert(now + self.timing.timeout());
        }
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Now) -> ClientAction {
        match &mut self.state {
            State::Calling { gives_up, .. }
            | State::Proceeding {
                gives_up: Some(gives_up),
            } if *gives_up <= now => {
                self.state = State::Terminated;
                ClientAction::TimeOut
            }
            State::Completed { ends } | State::Accepted { ends } if *ends <= now => {
                self.state = State::Terminated;
                ClientAction::Nothing
            }
            State::Calling {
                retransmission: Some(retransmission),
                ..
            } => match retransmission.fires(now) {
                true => ClientAction::Retransmit,
                false => ClientAction::Nothing,
            },
            _ => ClientAction::Nothing,
        }
    }

    /// When something is next due.
    pub fn deadline(&self) -> Option<Now> {
        match &self.state {
            State::Calling {
                retransmission,
                gives_up,
            } => {
                let again = retransmission.as_ref().map(Retransmission::due);
                again.into_iter().chain([*gives_up]).min()
            }
            State::Proceeding { gives_up } => *gives_up,
            State::Completed { ends } | State::Accepted { ends } => Some(*ends),
            State::Terminated => None,
        }
    }

    /// Whether no response has come yet.
    pub fn is_unanswered(&self) -> bool {
        matches!(self.state, State::Calling { .. })
    }

    /// Whether a provisional response has come and no final one: it can be cancelled.
    pub fn is_proceeding(&self) -> bool {
        matches!(self.state, State::Proceeding { .. })
    }

    /// Whether the transaction is over.
    pub fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::timers::tests::{at, by_itself};
    use super::ClientAction::{
        Acknowledge, Deliver, DeliverAndAcknowledge, Nothing, Retransmit, TimeOut,
    };
    use super::*;

    fn machine() -> ClientInvite {
        ClientInvite::new(Now::ZERO, Timing::default())
    }

    fn rest(machine: &mut ClientInvite) -> Vec<(f64, ClientAction)> {
        by_itself(machine, ClientInvite::deadline, ClientInvite::tick)
    }

    #[test]
    fn an_unanswered_invite_is_sent_seven_times_and_given_up_after_32_seconds() {
        let expected = [
            (0.5, Retransmit),
            (1.5, Retransmit),
            (3.5, Retransmit),
            (7.5, Retransmit),
            (15.5, Retransmit),
            (31.5, Retransmit),
            (32.0, TimeOut),
        ];
        let mut machine = machine();
        assert_eq!(rest(&mut machine), expected);
        assert!(machine.is_terminated());
    }

    #[rstest]
    #[case::provisional(&[(180, Deliver), (183, Deliver)], &[])]
    #[case::accepted(&[(180, Deliver), (200, Deliver)], &[(33.0, Nothing)])]
    #[case::accepted_at_once(&[(200, Deliver)], &[(33.0, Nothing)])]
    #[case::every_2xx(&[(200, Deliver), (200, Deliver), (202, Deliver)], &[(33.0, Nothing)])]
    #[case::no_refusal_after_2xx(&[(200, Deliver), (486, Nothing), (180, Nothing)], &[(33.0, Nothing)])]
    #[case::refused(&[(486, DeliverAndAcknowledge)], &[(33.0, Nothing)])]
    #[case::redirected(&[(100, Deliver), (302, DeliverAndAcknowledge)], &[(33.0, Nothing)])]
    #[case::refused_again(
        &[(100, Deliver), (603, DeliverAndAcknowledge), (603, Acknowledge), (180, Nothing)],
        &[(33.0, Nothing)]
    )]
    #[case::no_2xx_after_refusal(&[(486, DeliverAndAcknowledge), (200, Nothing)], &[(33.0, Nothing)])]
    fn responses_after_a_second_lead_to(
        #[case] responses: &[(u16, ClientAction)],
        #[case] then: &[(f64, ClientAction)],
    ) {
        let mut machine = machine();
        for (code, action) in responses {
            assert_eq!(machine.receive(at(1.0), StatusCode::from(*code)), *action);
        }
        assert_eq!(rest(&mut machine), then);
    }

    #[test]
    fn a_cancelled_invite_is_given_up_64_t1_after_the_cancel() {
        let mut machine = machine();
        machine.receive(at(1.0), StatusCode::RINGING);
        machine.cancelled(at(5.0));
        machine.cancelled(at(9.0));
        assert_eq!(rest(&mut machine), [(37.0, TimeOut)]);
    }

    #[test]
    fn an_unanswered_invite_that_nobody_wants_any_more_is_not_sent_again() {
        let mut machine = machine();
        assert_eq!(machine.tick(at(0.5)), Retransmit);
        machine.unwanted();
        assert_eq!(rest(&mut machine), [(32.0, TimeOut)]);
    }

    #[test]
    fn after_a_long_sleep_the_request_is_given_up_without_a_last_attempt() {
        let mut machine = machine();
        assert_eq!(machine.tick(at(100.0)), TimeOut);
        assert_eq!(machine.deadline(), None);
    }
}
