//! Whether the database of a probe's own host answers.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use model::journal::event::{Event, Reach};
use node::{NoReply, Now, Outputs, RequestId};

/// How often it is asked.
const EACH: Duration = Duration::from_secs(1);

/// How long it may take to answer: it may be waiting for its disk.
const TO_ANSWER: Duration = Duration::from_millis(900);

/// A database, as the probe of its host sees it.
pub(crate) struct OwnDatabase {
    address: SocketAddr,
    asked: u64,
    due: Now,
    found: Option<Reach>,
}

impl OwnDatabase {
    /// The one at `address`, of which nothing is known yet.
    pub(crate) const fn new(address: SocketAddr) -> OwnDatabase {
        OwnDatabase {
            address,
            asked: 0,
            due: Now::ZERO,
            found: None,
        }
    }

    /// When it is asked next.
    pub(crate) const fn due(&self) -> Now {
        self.due
    }

    /// What its last answer, or its silence, says.
    pub(crate) const fn found(&self) -> Option<Reach> {
        self.found
    }

    /// Asks, when that is due.
    pub(crate) fn ask(&mut self, now: Now, out: &mut Outputs<Event>) {
        if now < self.due {
            return;
        }
        self.due = now + EACH;
        self.asked += 1;
        let mut question = Request::new(Bytes::new());
        *question.uri_mut() = http::Uri::from_static("/health");
        out.request(RequestId(self.asked), self.address, question, TO_ANSWER);
    }

    /// Takes the answer to a question, whatever it says: somebody is there.
    pub(crate) fn learn(&mut self, id: RequestId, outcome: &Result<Response<Bytes>, NoReply>) {
        if id != RequestId(self.asked) {
            return;
        }
        self.found = Some(match outcome {
            Ok(_) => Reach::Reached,
            Err(NoReply::Refused) => Reach::Closed,
            Err(NoReply::Unreachable) => Reach::Unreachable,
            Err(NoReply::Reset | NoReply::TimedOut) => Reach::Silent,
        });
    }
}

#[cfg(test)]
mod tests {
    use node::Output;

    use super::*;

    const SECOND: u64 = 1_000_000;

    /// A database that was asked `times` times, once a second.
    fn asked(times: u64) -> OwnDatabase {
        let address = SocketAddr::from(([198, 18, 0, 12], 8090));
        let mut database = OwnDatabase::new(address);
        let mut out = Outputs::default();
        for n in 0..times {
            database.ask(Now::from_micros(n * SECOND), &mut out);
            database.ask(Now::from_micros(n * SECOND + 1), &mut out);
        }
        let to_it =
            |output: &Output<Event>| matches!(output, Output::Request { to, .. } if *to == address);
        assert_eq!(out.drain().filter(to_it).count() as u64, times);
        database
    }

    #[test]
    fn until_it_was_asked_nothing_is_said_of_it() {
        assert_eq!(asked(1).found(), None);
    }

    #[test]
    fn whatever_it_answers_it_is_there_and_silence_is_told_from_a_closed_port() {
        let mut database = asked(1);
        let not_found = Response::builder().status(404).body(Bytes::new());
        for (outcome, reach) in [
            (Ok(not_found.unwrap_or_default()), Reach::Reached),
            (Err(NoReply::Refused), Reach::Closed),
            (Err(NoReply::TimedOut), Reach::Silent),
        ] {
            database.learn(RequestId(1), &outcome);
            assert_eq!(database.found(), Some(reach));
        }
    }

    #[test]
    fn an_answer_to_an_earlier_question_says_nothing_any_more() {
        let mut database = asked(2);
        database.learn(RequestId(1), &Ok(Response::default()));
        assert_eq!(database.found(), None);
    }
}
