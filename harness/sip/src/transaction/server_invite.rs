//! The server transaction of an INVITE (RFC 3261 §17.2.1, RFC 6026 §8.5).

use node::Now;

use crate::StatusCode;
use crate::message::{is_provisional, is_success};

use super::{Retransmission, ServerAction, Timing};

/// The server transaction of an INVITE.
///
/// That no ACK comes to a refusal (Timer H) ends the transaction quietly: the session never was.
/// That none comes to a 2xx is the session's matter, as are the 2xx's retransmissions (RFC 3261
/// §13.3.1.4).
#[derive(Debug)]
pub struct ServerInvite {
    timing: Timing,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// No final response was sent yet.
    Proceeding,
    /// A refusal was sent; it is sent again (Timer G) until the ACK or Timer H.
    Completed {
        retransmission: Retransmission,
        gives_up: Now,
    },
    /// The ACK has come; repetitions of it are absorbed until Timer I.
    Confirmed {
        ends: Now,
    },
    /// A 2xx was sent; repetitions of the request are absorbed until Timer L.
    Accepted {
        ends: Now,
    },
    Terminated,
}

impl ServerInvite {
    /// A transaction whose request has arrived now.
    pub fn new(timing: Timing) -> Self {
        ServerInvite {
            timing,
            state: State::Proceeding,
        }
    }

    /// Takes a response from the user.
    pub fn respond(&mut self, now: Now, code: StatusCode) -> ServerAction {
        let gives_up = now + self.timing.timeout();
        match self.state {
            State::Proceeding if is_provisional(code) => ServerAction::Send,
            State::Proceeding if is_success(code) => {
                self.state = State::Accepted { ends: gives_up };
                ServerAction::Send
            }
            State::Proceeding => {
                self.state = State::Completed {
                    retransmission: Retransmission::new(now, self.timing.t1, self.timing.t2),
                    gives_up,
                };
                ServerAction::Send
            }
            State::Accepted { .. } if is_success(code) => ServerAction::Send,
            _ => ServerAction::Nothing,
        }
    }

    /// Takes a repetition of the request.
    pub fn retransmitted(&self) -> ServerAction {
        match self.state {
            State::Proceeding | State::Completed { .. } => ServerAction::Resend,
            _ => ServerAction::Nothing,
        }
    }

    /// Takes an ACK. (That to a 2xx is another transaction, unless its client is of RFC 2543.)
    pub fn acknowledged(&mut self, now: Now) -> ServerAction {
        match self.state {
            State::Completed { .. } => {
                let ends = now + self.timing.t4;
                self.state = State::Confirmed { ends };
                ServerAction::Nothing
            }
            State::Accepted { .. } => ServerAction::Deliver,
            _ => ServerAction::Nothing,
        }
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Now) -> ServerAction {
        match &mut self.state {
            State::Completed { gives_up: ends, .. }
            | State::Confirmed { ends }
            | State::Accepted { ends }
                if *ends <= now =>
            {
                self.state = State::Terminated;
                ServerAction::Nothing
            }
            State::Completed { retransmission, .. } => {
                if retransmission.fires(now) {
                    ServerAction::Resend
                } else {
                    ServerAction::Nothing
                }
            }
            _ => ServerAction::Nothing,
        }
    }

    /// When something is next due.
    pub fn deadline(&self) -> Option<Now> {
        match &self.state {
            State::Completed {
                retransmission,
                gives_up,
            } => Some(retransmission.due().min(*gives_up)),
            State::Confirmed { ends } | State::Accepted { ends } => Some(*ends),
            State::Proceeding | State::Terminated => None,
        }
    }

    /// Whether no final response was sent yet.
    pub fn is_proceeding(&self) -> bool {
        self.state == State::Proceeding
    }

    /// Whether a 2xx was sent.
    pub fn is_accepted(&self) -> bool {
        matches!(self.state, State::Accepted { .. })
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
    use super::ServerAction::{Deliver, Nothing, Resend, Send};
    use super::*;

    /// A transaction that gave these responses at once.
    fn after(codes: &[u16]) -> ServerInvite {
        let mut machine = ServerInvite::new(Timing::default());
        for code in codes {
            machine.respond(Now::ZERO, StatusCode::from(*code));
        }
        machine
    }

    fn rest(machine: &mut ServerInvite) -> Vec<(f64, ServerAction)> {
        by_itself(machine, ServerInvite::deadline, ServerInvite::tick)
    }

    #[test]
    fn an_unacknowledged_refusal_is_sent_again_until_timer_h() {
        let mut machine = after(&[180, 486]);
        let sent = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5];
        let expected: Vec<_> = sent
            .iter()
            .map(|at| (*at, Resend))
            .chain([(32.0, Nothing)])
            .collect();
        assert_eq!(rest(&mut machine), expected);
        assert!(machine.is_terminated());
    }

    #[test]
    fn an_acknowledged_refusal_is_sent_no_more_and_ends_after_t4() {
        let mut machine = after(&[486]);
        assert_eq!(machine.acknowledged(at(1.0)), Nothing);
        assert_eq!(machine.acknowledged(at(2.0)), Nothing);
        assert_eq!(rest(&mut machine), [(6.0, Nothing)]);
    }

    #[test]
    fn an_accepted_invite_ends_with_timer_l() {
        assert_eq!(rest(&mut after(&[200])), [(32.0, Nothing)]);
    }

    #[rstest]
    #[case::proceeding(&[100], Resend)]
    #[case::refused(&[486], Resend)]
    #[case::accepted(&[200], Nothing)]
    fn a_repeated_request_gets(#[case] codes: &[u16], #[case] action: ServerAction) {
        assert_eq!(after(codes).retransmitted(), action);
    }

    #[rstest]
    #[case::another_provisional(&[180], 183, Send)]
    #[case::the_2xx_again(&[200], 200, Send)]
    #[case::no_refusal_after_2xx(&[200], 486, Nothing)]
    #[case::no_2xx_after_refusal(&[486], 200, Nothing)]
    #[case::no_provisional_after_final(&[486], 180, Nothing)]
    fn a_later_response_is(#[case] codes: &[u16], #[case] code: u16, #[case] action: ServerAction) {
        let mut machine = after(codes);
        assert_eq!(machine.respond(at(1.0), StatusCode::from(code)), action);
    }

    #[rstest]
    #[case::to_nothing(&[100], Nothing)]
    #[case::to_a_refusal(&[486], Nothing)]
    #[case::to_a_2xx(&[200], Deliver)]
    fn an_ack_is(#[case] codes: &[u16], #[case] action: ServerAction) {
        assert_eq!(after(codes).acknowledged(at(1.0)), action);
    }
}
