//! The server transaction of any request but INVITE and ACK (RFC 3261 §17.2.2).

use node::Now;

use crate::StatusCode;
use crate::message::is_provisional;

use super::{ServerAction, Timing};

/// The server transaction of a request other than INVITE.
///
/// One that its user never answers ends after 64 × T1: by then the client's Timer F has fired, and
/// a response would come too late for anybody (RFC 4320 §4.2).
#[derive(Debug)]
pub struct ServerNonInvite {
    timing: Timing,
    state: State,
    ends: Now,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No response was sent yet.
    Trying,
    /// A provisional response was sent.
    Proceeding,
    /// A final response was sent; it is repeated when the request is, until Timer J.
    Completed,
    Terminated,
}

impl ServerNonInvite {
    /// A transaction whose request has arrived now.
    pub fn new(now: Now, timing: Timing) -> Self {
        ServerNonInvite {
            timing,
            state: State::Trying,
            ends: now + timing.timeout(),
        }
    }

    /// Takes a response from the user.
    pub fn respond(&mut self, now: Now, code: StatusCode) -> ServerAction {
        if !self.is_pending() {
            return ServerAction::Nothing;
        }
        if is_provisional(code) {
            self.state = State::Proceeding;
        } else {
            self.state = State::Completed;
            self.ends = now + self.timing.timeout();
        }
        ServerAction::Send
    }

    /// Takes a repetition of the request.
    pub fn retransmitted(&self) -> ServerAction {
        match self.state {
            State::Proceeding | State::Completed => ServerAction::Resend,
            State::Trying | State::Terminated => ServerAction::Nothing,
        }
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Now) -> ServerAction {
        if self.ends <= now {
            self.state = State::Terminated;
        }
        ServerAction::Nothing
    }

    /// When something is next due.
    pub fn deadline(&self) -> Option<Now> {
        (!self.is_terminated()).then_some(self.ends)
    }

    /// Whether no final response was sent yet.
    pub fn is_pending(&self) -> bool {
        matches!(self.state, State::Trying | State::Proceeding)
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
    use super::ServerAction::{Nothing, Resend, Send};
    use super::*;

    fn machine() -> ServerNonInvite {
        ServerNonInvite::new(Now::ZERO, Timing::default())
    }

    fn rest(machine: &mut ServerNonInvite) -> Vec<(f64, ServerAction)> {
        by_itself(machine, ServerNonInvite::deadline, ServerNonInvite::tick)
    }

    #[rstest]
    #[case::unanswered(&[], Nothing)]
    #[case::provisional(&[(100, Send)], Resend)]
    #[case::answered(&[(100, Send), (200, Send)], Resend)]
    #[case::answered_once_only(&[(404, Send), (200, Nothing), (100, Nothing)], Resend)]
    fn a_repeated_request_gets_the_last_response(
        #[case] responses: &[(u16, ServerAction)],
        #[case] action: ServerAction,
    ) {
        let mut machine = machine();
        for (code, expected) in responses {
            assert_eq!(machine.respond(at(1.0), StatusCode::from(*code)), *expected);
        }
        assert_eq!(machine.retransmitted(), action);
    }

    #[test]
    fn an_answered_transaction_ends_with_timer_j() {
        let mut machine = machine();
        machine.respond(at(1.0), StatusCode::OK);
        assert_eq!(rest(&mut machine), [(33.0, Nothing)]);
        assert_eq!(machine.retransmitted(), Nothing);
    }

    #[test]
    fn a_transaction_that_nobody_answers_ends_when_the_client_has_given_up() {
        let mut machine = machine();
        assert_eq!(rest(&mut machine), [(32.0, Nothing)]);
        assert_eq!(machine.respond(at(33.0), StatusCode::OK), Nothing);
    }
}
