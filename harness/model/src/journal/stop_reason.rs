//! Why a walk goes no further.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why the conductor stopped a walk. Shown, it is a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum StopReason {
    /// Something was not observed in time.
    TimedOut {
        /// After how long, in seconds.
        after_s: u64,
        /// What was waited for, as in "waiting for agent ben to be registered".
        waiting_for: String,
    },
    /// The pool refused an operation without which the next stage cannot begin.
    Refused {
        /// What it was told, as in "to fail back to the primary".
        task: String,
        /// What the pool said.
        why: String,
    },
    /// Nobody answered to such an operation, or the connection broke.
    NoAnswer {
        /// What the pool was told.
        task: String,
        /// What the network said.
        why: String,
    },
    /// The target says that it lacks such an operation.
    Unsupported {
        /// What the pool was told.
        task: String,
    },
    /// The lab lacks the means for what the walk asks of it.
    NoMeans {
        /// What it cannot do, and why.
        what: String,
    },
    /// More was observed than the walk can come to: somebody sends without end.
    Flooded {
        /// The most lines that the walk's journal may have.
        lines: u64,
    },
    /// In words alone, as older journals have it.
    #[serde(untagged)]
    Other(String),
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopReason::TimedOut {
                after_s,
                waiting_for,
            } => write!(f, "timed out after {after_s} s waiting for {waiting_for}"),
            StopReason::Refused { task, why } => write!(f, "the pool refused to {task}: {why}"),
            StopReason::NoAnswer { task, why } => {
                write!(f, "the pool was told to {task}, and did not answer: {why}")
            }
            StopReason::Unsupported { task } => {
                write!(f, "the target says that it is not able to {task}")
            }
            StopReason::NoMeans { what } => write!(f, "the lab lacks the means: {what}"),
            StopReason::Flooded { lines } => write!(
                f,
                "more than {lines} observations were made, many times what such a walk comes to: \
                 somebody calls or sends without end"
            ),
            StopReason::Other(words) => f.write_str(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::journal::Event;

    #[rstest]
    #[case(
        r#"{"reason":"timed-out","after_s":30,"waiting_for":"agent ben to be registered at backup"}"#,
        "timed out after 30 s waiting for agent ben to be registered at backup"
    )]
    #[case(
        r#"{"reason":"refused","task":"fail back to the primary","why":"not now"}"#,
        "the pool refused to fail back to the primary: not now"
    )]
    #[case(
        r#"{"reason":"flooded","lines":8000}"#,
        "more than 8000 observations were made, many times what such a walk comes to: somebody calls \
         or sends without end"
    )]
    #[case(
        r#""waited 30 s in vain for a call""#,
        "waited 30 s in vain for a call"
    )]
    fn it_is_read_as_it_is_written_and_shown_in_a_sentence(
        #[case] json: &str,
        #[case] sentence: &str,
    ) {
        let line = format!(r#"{{"kind":"walk-stopped","why":{json}}}"#);
        let event: Event = serde_json::from_str(&line).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), line);
        let Event::WalkStopped { why } = event else {
            panic!("{event:?}");
        };
        assert_eq!(why.to_string(), sentence);
    }
}
