//! The client transaction of any request but INVITE and ACK (RFC 3261 §17.1.2).

use node::Now;

use crate::StatusCode;
use crate::message::is_provisional;

use super::{ClientAction, Retransmission, Timing};

/// The client transaction of a request other than INVITE. Its request is sent when it is made.
#[derive(Debug)]
pub struct ClientNonInvite {
    timing: Timing,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// No final response has come: Timers E and F run. A provisional one only slows down E.
    Pending {
        answered: Answered,
        retransmission: Retransmission,
        gives_up: Now,
    },
    /// A final response has come; repetitions are absorbed until Timer K.
    Completed {
        ends: Now,
    },
    Terminated,
}

/// The RFC's states Trying and Proceeding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answered {
    NotYet,
    Provisionally,
}

impl ClientNonInvite {
    /// A transaction whose request is sent now.
    pub fn new(now: Now, timing: Timing) -> Self {
        let state = State::Pending {
            answered: Answered::NotYet,
            retransmission: Retransmission::new(now, timing.t1, timing.t2),
            gives_up: now + timing.timeout(),
        };
        ClientNonInvite { timing, state }
    }

    /// Takes a response.
    pub fn receive(&mut self, now: Now, code: StatusCode) -> ClientAction {
        let State::Pending {
            answered,
            retransmission,
            ..
        } = &mut self.state
        else {
            return ClientAction::Nothing;
        };
        if is_provisional(code) {
            *answered = Answered::Provisionally;
            retransmission.slow_down();
        } else {
            let ends = now + self.timing.t4;
            self.state = State::Completed { ends };
        }
        ClientAction::Deliver
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Now) -> ClientAction {
        match &mut self.state {
            State::Pending { gives_up, .. } if *gives_up <= now => {
                self.state = State::Terminated;
                ClientAction::TimeOut
            }
            State::Completed { ends } if *ends <= now => {
                self.state = State::Terminated;
                ClientAction::Nothing
            }
            State::Pending { retransmission, .. } => {
                if retransmission.fires(now) {
                    ClientAction::Retransmit
                } else {
                    ClientAction::Nothing
                }
            }
            _ => ClientAction::Nothing,
        }
    }

    /// When something is next due.
    pub fn deadline(&self) -> Option<Now> {
        match &self.state {
            State::Pending {
                retransmission,
                gives_up,
                ..
            } => Some(retransmission.due().min(*gives_up)),
            State::Completed { ends } => Some(*ends),
            State::Terminated => None,
        }
    }

    /// Whether no response has come yet.
    pub fn is_unanswered(&self) -> bool {
        matches!(
            self.state,
            State::Pending {
                answered: Answered::NotYet,
                ..
            }
        )
    }

    /// Whether the transaction is over.
    pub fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }
}

#[cfg(test)]
mod tests {
    use super::super::timers::tests::{at, by_itself};
    use super::ClientAction::{Deliver, Nothing, Retransmit, TimeOut};
    use super::*;

    fn machine() -> ClientNonInvite {
        ClientNonInvite::new(Now::ZERO, Timing::default())
    }

    fn rest(machine: &mut ClientNonInvite) -> Vec<(f64, ClientAction)> {
        by_itself(machine, ClientNonInvite::deadline, ClientNonInvite::tick)
    }

    fn retransmissions(seconds: &[f64]) -> Vec<(f64, ClientAction)> {
        let sent = seconds.iter().map(|at| (*at, Retransmit));
        sent.chain([(32.0, TimeOut)]).collect()
    }

    #[test]
    fn an_unanswered_request_is_sent_eleven_times_and_given_up_after_32_seconds() {
        let expected = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5];
        assert_eq!(rest(&mut machine()), retransmissions(&expected));
    }

    #[test]
    fn a_provisional_response_slows_the_retransmissions_down_to_t2() {
        let mut machine = machine();
        assert_eq!(machine.receive(at(0.2), StatusCode::TRYING), Deliver);
        assert!(!machine.is_unanswered());
        let expected = [0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5];
        assert_eq!(rest(&mut machine), retransmissions(&expected));
    }

    #[test]
    fn a_final_response_is_delivered_once_and_the_transaction_ends_after_t4() {
        let mut machine = machine();
        assert_eq!(machine.receive(at(1.0), StatusCode::NOT_FOUND), Deliver);
        assert_eq!(machine.receive(at(1.1), StatusCode::NOT_FOUND), Nothing);
        assert_eq!(machine.receive(at(1.2), StatusCode::TRYING), Nothing);
        assert_eq!(rest(&mut machine), [(6.0, Nothing)]);
        assert!(machine.is_terminated());
    }
}
