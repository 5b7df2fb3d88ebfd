//! Whether the database of a probe's own host answers.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use model::journal::event::{Event, Reach};
use node::{NoReply, Now, Outputs, RequestId};

/// How soon it is asked again after it has answered.
const AGAIN: Duration = Duration::from_millis(250);

/// How long it may take to answer: it may be waiting for its disk.
const TO_ANSWER: Duration = Duration::from_secs(1);

/// A database, as the probe of its host sees it.
pub(crate) struct OwnDatabase {
    address: SocketAddr,
    asked: u64,
    /// When it is asked next; nothing while it has not answered.
    due: Option<Now>,
    found: Option<Reach>,
}

impl OwnDatabase {
    /// The one at `address`, of which nothing is known yet.
    pub(crate) const fn new(address: SocketAddr) -> OwnDatabase {
        OwnDatabase {
            address,
            asked: 0,
            due: Some(Now::ZERO),
            found: None,
        }
    }

    /// When it is asked next.
    pub(crate) const fn due(&self) -> Option<Now> {
        self.due
    }

    /// What its last answer, or its silence, says.
    pub(crate) const fn found(&self) -> Option<Reach> {
        self.found
    }

    /// Asks, when that is due.
    pub(crate) fn ask(&mut self, now: Now, out: &mut Outputs<Event>) {
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = None;
        self.asked += 1;
        let mut question = Request::new(Bytes::new());
        *question.uri_mut() = http::Uri::from_static("/health");
        out.request(RequestId(self.asked), self.address, question, TO_ANSWER);
    }

    /// Takes the answer to the question, whatever it says: somebody is there.
    pub(crate) fn learn(&mut self, now: Now, outcome: &Result<Response<Bytes>, NoReply>) {
        self.due = Some(now + AGAIN);
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

    fn address() -> SocketAddr {
        SocketAddr::from(([198, 18, 0, 12], 8090))
    }

    /// How many questions it is sent at this time.
    fn asked(database: &mut OwnDatabase, millis: u64) -> usize {
        let mut out = Outputs::default();
        database.ask(Now::from_micros(millis * 1000), &mut out);
        let to_it = |output: &Output<Event>| matches!(output, Output::Request { to, .. } if *to == address());
        out.drain().filter(to_it).count()
    }

    #[test]
    fn it_is_asked_again_a_while_after_it_has_answered_and_not_before() {
        let mut database = OwnDatabase::new(address());
        assert_eq!((asked(&mut database, 0), database.found()), (1, None));
        assert_eq!((asked(&mut database, 600), database.due()), (0, None));
        database.learn(Now::from_micros(700_000), &Ok(Response::default()));
        assert_eq!(
            (asked(&mut database, 900), asked(&mut database, 950)),
            (0, 1)
        );
    }

    #[test]
    fn whatever_it_answers_it_is_there_and_silence_is_told_from_a_closed_port() {
        let mut database = OwnDatabase::new(address());
        let not_found = Response::builder().status(404).body(Bytes::new());
        for (outcome, reach) in [
            (Ok(not_found.unwrap_or_default()), Reach::Reached),
            (Err(NoReply::Refused), Reach::Closed),
            (Err(NoReply::Unreachable), Reach::Unreachable),
            (Err(NoReply::TimedOut), Reach::Silent),
        ] {
            database.learn(Now::ZERO, &outcome);
            assert_eq!(database.found(), Some(reach));
        }
    }
}
