//! Numbered lines of JSON.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The longest line, in bytes: room for a listing of tens of thousands of rows, and for any message
/// of SIP, whose bytes may take six letters each.
pub const LONGEST: usize = 16 << 20;

/// A line: its number and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line<T> {
    n: u64,
    #[serde(flatten)]
    what: T,
}

/// Why a line cannot be taken. Either way what follows cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// A line is missing, or came twice.
    #[error("line {found} came where line {expected} was expected")]
    Gap {
        /// The number that was due.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// A line goes on beyond [`LONGEST`].
    #[error("line {expected} is longer than {LONGEST} bytes")]
    TooLong {
        /// The number that was due.
        expected: u64,
    },
    /// A line is not what the other end may say.
    #[error("line {expected} is malformed: {source}")]
    Malformed {
        /// The number that was due.
        expected: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// Numbers the lines of one direction, where they are written.
#[derive(Debug, Default)]
pub struct Writer {
    last: u64,
}

impl Writer {
    /// The number that the next line gets.
    pub const fn next_number(&self) -> u64 {
        self.last + 1
    }

    /// The next line, with its line feed.
    ///
    /// # Errors
    ///
    /// If `what` is no JSON object: never for orders and reports.
    pub fn line<T: Serialize>(&mut self, what: &T) -> Result<String, serde_json::Error> {
        let n = self.next_number();
        let mut line = serde_json::to_string(&Line { n, what })?;
        self.last = n;
        line.push('\n');
        Ok(line)
    }
}

/// Checks the numbers of one direction, where lines are read.
#[derive(Debug, Default)]
pub struct Reader {
    last: u64,
}

impl Reader {
    /// What to tell of a line that is too long to be read.
    pub const fn too_long(&self) -> LineError {
        LineError::TooLong {
            expected: self.last.saturating_add(1),
        }
    }

    /// The number and the content of the next line.
    ///
    /// # Errors
    ///
    /// [`LineError`].
    pub fn read<T: DeserializeOwned>(&mut self, line: &str) -> Result<(u64, T), LineError> {
        let expected = self.last.saturating_add(1);
        let Line { n: found, what } = serde_json::from_str(line)
            .map_err(|source| LineError::Malformed { expected, source })?;
        if found != expected {
            return Err(LineError::Gap { expected, found });
        }
        self.last = found;
        Ok((found, what))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use actors::Command;
    use model::host::HostName;
    use model::journal::Event;
    use model::reach::Reach;
    use model::topology::Pool;

    use proptest::prelude::*;

    use super::*;
    use crate::control::{Order, Report, Stamped};
    use model::fault::Cut;

    #[test]
    fn what_is_written_is_read_back_in_order() {
        let orders = [
            Order::Heartbeat,
            Order::Command {
                actor: "rita".to_owned(),
                command: Command::call("sales".to_owned()),
            },
            Order::Cut {
                peer: [198, 18, 7, 21].into(),
                how: Cut::Silent,
            },
            Order::HealAll,
        ];
        let (mut writer, mut reader) = (Writer::default(), Reader::default());
        for (number, order) in (1..).zip(orders) {
            let line = writer.line(&order).unwrap();
            assert_eq!(reader.read::<Order>(&line).unwrap(), (number, order));
        }
    }

    #[test]
    fn an_event_travels_whole() {
        let event = Event::Probed {
            hosts: BTreeMap::from([(HostName::BACKUP, Reach::Silent)]).into(),
            heard: vec![HostName::CLIENTS].into(),
            pools: BTreeMap::from([(Pool::Primary, Reach::Closed)]).into(),
            database: Some(Reach::Reached),
        };
        let host = "primary".to_owned();
        let report = Report::Observed { host, event };
        let stamped = Stamped { t_us: 7, report };
        let line = Writer::default().line(&stamped).unwrap();
        let (_, read) = Reader::default().read::<Stamped>(&line).unwrap();
        assert_eq!(read, stamped);
    }

    #[test]
    fn a_line_that_was_lost_is_noticed() {
        let (mut writer, mut reader) = (Writer::default(), Reader::default());
        writer.line(&Order::Heartbeat).unwrap();
        let second = writer.line(&Order::Heartbeat).unwrap();
        let error = reader.read::<Order>(&second).unwrap_err();
        assert_eq!(error.to_string(), "line 2 came where line 1 was expected");
    }

    #[test]
    fn a_line_that_is_no_order_is_refused() {
        let error = Reader::default().read::<Order>(r#"{"n":1,"do":"sing"}"#);
        assert!(matches!(
            error,
            Err(LineError::Malformed { expected: 1, .. })
        ));
    }

    #[test]
    fn the_lines_are_as_documented() {
        let mut writer = Writer::default();
        let heartbeat = writer.line(&Order::Heartbeat).unwrap();
        assert_eq!(heartbeat, "{\"n\":1,\"do\":\"heartbeat\"}\n");
        let report = Report::Done {
            order: 3,
            error: None,
        };
        let done = writer.line(&Stamped { t_us: 5, report }).unwrap();
        assert_eq!(done, "{\"n\":2,\"t_us\":5,\"done\":{\"order\":3}}\n");
    }

    proptest! {
        #[test]
        fn a_mutated_line_is_a_line_or_an_error(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..6),
            number in prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()],
        ) {
            let report = Report::Done { order: number, error: Some("no".to_owned()) };
            let stamped = Stamped { t_us: number, report };
            let lines = [
                Writer::default().line(&Order::Heartbeat).unwrap(),
                Writer { last: number.saturating_sub(1) }.line(&stamped).unwrap(),
            ];
            for line in lines {
                let mut letters: Vec<char> = line.chars().collect();
                for (at, letter) in &changes {
                    let at = at.index(letters.len());
                    letters[at] = *letter;
                }
                let line: String = letters.into_iter().collect();
                let mut reader = Reader::default();
                let _ = reader.read::<Order>(&line);
                let _ = reader.read::<Stamped>(&line);
                prop_assert!(reader.last <= 2);
            }
        }
    }
}
