//! How far a load has come, on standard error: on a terminal a line that is rewritten each second, elsewhere a
//! line each ten seconds.

use std::time::Duration;

use ::load::Measured;
use report::reports::grouped;
use tokio::sync::watch;
use tokio::time;

use super::running::Told;
use super::table::millis;
use crate::output;
use crate::progress::{IN_LOGS, Line};

/// How often it is told on terminals.
const ON_TERMINALS: Duration = Duration::from_secs(1);

/// Those whose progress is shown.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) calls: Option<watch::Receiver<Told>>,
    pub(super) agents: Option<watch::Receiver<Told>>,
}

/// Shows progress, until it is dropped.
pub(super) async fn show(shown: Shown) {
    let line = Line::new(None, "{spinner} {wide_msg}");
    let mut due = time::interval(match line {
        Some(_) => ON_TERMINALS,
        None => IN_LOGS,
    });
    due.tick().await;
    loop {
        due.tick().await;
        let text = shown.text();
        match &line {
            Some(line) => line.bar.set_message(text),
            None => output::status(&text),
        }
    }
}

impl Shown {
    fn text(&self) -> String {
        let calls = self
            .calls
            .as_ref()
            .map(|told| of_calls(&told.borrow().measured));
        let agents = self.agents.as_ref();
        let agents = agents.map(|told| of_agents(&told.borrow().measured));
        let texts: Vec<String> = calls.into_iter().chain(agents).collect();
        texts.join("; ")
    }
}

fn of_calls(calls: &Measured) -> String {
    let mut text = format!(
        "{} s: {} calls, {} at once, {} answered",
        calls.lasted_us / 1_000_000,
        grouped(calls.attempted),
        grouped(calls.at_once),
        grouped(calls.answered)
    );
    for (number, what) in [
        (calls.failed_in_all(), "failed"),
        (calls.cut_short, "cut short"),
        (calls.held_back, "held back"),
        (calls.too_many, "too many"),
        (calls.missed, "missed"),
    ] {
        if number > 0 {
            text.push_str(&format!(", {} {what}", grouped(number)));
        }
    }
    if calls.answered > 0 {
        let p95 = calls.to_answer_us.percentile(95.0);
        text.push_str(&format!(", p95 to answer {}", millis(p95)));
    }
    text
}

fn of_agents(agents: &Measured) -> String {
    format!(
        "agents: {} registered, {} in calls, {} answered",
        grouped(agents.registered),
        grouped(agents.at_once),
        grouped(agents.answered)
    )
}
