//! What a clause demands to be observed, in words.

use model::clause::Expectation;
use model::{Activity, Clause};

/// `calls: regular; outcome: stay connected`
pub(super) fn in_words(expectation: &Expectation) -> String {
    let value = serde_json::to_value(expectation).unwrap_or_default();
    let members = value.as_object().into_iter().flatten();
    let members = members.flat_map(|(_, members)| members.as_object().into_iter().flatten());
    let words = members.filter_map(|(name, value)| {
        let value = value.as_str()?;
        let value = value.replace("-primary-agents", ", agents of the primary");
        Some(format!("{name}: {value}").replace('-', " "))
    });
    words.collect::<Vec<String>>().join("; ")
}

/// By what it is observed: at more length than [`Activity::observation`], which reports count by.
pub(super) const fn observed_by(clause: &Clause) -> &'static str {
    match clause.activity {
        Activity::Connected | Activity::InProgress | Activity::New => {
            "on the wire: SIP and RTP at both ends of each call"
        }
        Activity::OnBehalf => {
            "on the wire at both ends of the call, which the target's adapter places"
        }
        Activity::Agents => {
            "by the target's adapter, which reads the agent console and signs in, and on the wire: who is alerted"
        }
        Activity::Configuration => {
            "by the target's adapter, which reads and changes the configuration"
        }
    }
}
