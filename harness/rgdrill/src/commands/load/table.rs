//! What was measured, for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ::load::{Failure, Heard, Histogram, Measured};
use report::reports::grouped;

use super::Results;

/// The table.
pub(super) fn render(results: &Results) -> String {
    let mut text = String::new();
    if let Some(calls) = &results.calls {
        let seconds = calls.lasted_us as f64 / 1e6;
        let _ = writeln!(text, "Calls, in {seconds:.1} s");
        text.push_str(&of_calls(calls));
    }
    if let Some(agents) = &results.agents {
        if !text.is_empty() {
            text.push('\n');
        }
        let seconds = agents.lasted_us as f64 / 1e6;
        let _ = writeln!(text, "Agents, in {seconds:.1} s");
        text.push_str(&of_agents(agents));
    }
    if results.interrupted {
        text.push_str("\ninterrupted: all calls were ended\n");
    }
    text
}

fn of_calls(calls: &Measured) -> String {
    let mut text = String::new();
    let per_second = calls.attempted as f64 / (calls.lasted_us.max(1) as f64 / 1e6);
    row(
        &mut text,
        "placed",
        calls.attempted,
        &format!("{per_second:.1} a second"),
    );
    row(
        &mut text,
        "answered",
        calls.answered,
        &share(calls.answered, calls.attempted),
    );
    row(
        &mut text,
        "ended in good order",
        calls.completed,
        &share(calls.completed, calls.answered),
    );
    row(
        &mut text,
        "failed",
        calls.failed_in_all(),
        &reasons(&calls.failed),
    );
    row_if(&mut text, "cut short", calls.cut_short);
    row_if(&mut text, "end not confirmed", calls.not_confirmed);
    row_if(&mut text, "given up", calls.given_up);
    row_if(&mut text, "held back", calls.held_back);
    row_if(&mut text, "too many", calls.too_many);
    row_if(&mut text, "missed", calls.missed);
    row(&mut text, "at once", calls.most_at_once, "at most");
    times(&mut text, "time to answer", &calls.to_answer_us);
    heard(&mut text, &calls.heard);
    text
}

fn of_agents(agents: &Measured) -> String {
    let mut text = String::new();
    let not_registered: u64 = agents.not_registered.values().sum();
    if not_registered > 0 {
        let why = reasons(&agents.not_registered);
        row(&mut text, "not registered", not_registered, &why);
    }
    row(&mut text, "called", agents.attempted, "");
    row(
        &mut text,
        "answered",
        agents.answered,
        &share(agents.answered, agents.attempted),
    );
    row_if(&mut text, "cancelled, or given up", agents.given_up);
    row(
        &mut text,
        "failed",
        agents.failed_in_all(),
        &reasons(&agents.failed),
    );
    row(&mut text, "at once", agents.most_at_once, "at most");
    heard(&mut text, &agents.heard);
    text
}

fn heard(text: &mut String, heard: &Heard) {
    if heard.calls == 0 {
        return;
    }
    let all = heard.received + heard.lost;
    row(text, "packets sent", heard.sent, "");
    row(text, "packets received", heard.received, "");
    row(text, "packets lost", heard.lost, &share(heard.lost, all));
    row_if(text, "calls that heard nothing", heard.silent);
    let loss = &heard.loss_of_ten_thousand;
    let percent = |value: u64| format!("{}.{:02}%", value / 100, value % 100);
    line(text, "loss of a call", loss, percent);
}

fn times(text: &mut String, name: &str, times: &Histogram) {
    line(text, name, times, millis);
}

/// A histogram, in one line.
fn line(text: &mut String, name: &str, values: &Histogram, show: impl Fn(u64) -> String) {
    if values.count() == 0 {
        return;
    }
    let at = |of_a_hundred| show(values.percentile(of_a_hundred));
    let _ = writeln!(
        text,
        "  {name:<24} p50 {}  p90 {}  p99 {}  p99.9 {}  max {}",
        at(50.0),
        at(90.0),
        at(99.0),
        at(99.9),
        show(values.max())
    );
}

fn row(text: &mut String, name: &str, number: u64, more: &str) {
    let number = grouped(number);
    let line = format!("  {name:<24} {number:>10}  {more}");
    text.push_str(line.trim_end());
    text.push('\n');
}

fn row_if(text: &mut String, name: &str, number: u64) {
    if number > 0 {
        row(text, name, number, "");
    }
}

fn reasons(failed: &BTreeMap<Failure, u64>) -> String {
    let each = failed.iter();
    let each = each.map(|(why, number)| format!("{why}: {}", grouped(*number)));
    each.collect::<Vec<_>>().join(", ")
}

fn share(part: u64, all: u64) -> String {
    match all {
        0 => String::new(),
        _ => format!("{:.2}%", 100.0 * part as f64 / all as f64),
    }
}

/// Microseconds, in milliseconds.
pub(super) fn millis(micros: u64) -> String {
    match micros {
        0..100_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_told_with_reasons() {
        let calls = Measured {
            lasted_us: 10_000_000,
            attempted: 1_000,
            answered: 997,
            completed: 996,
            cut_short: 1,
            failed: BTreeMap::from([(Failure::Refused(503), 2), (Failure::TimedOut, 1)]),
            most_at_once: 30,
            ..Measured::default()
        };
        let results = Results {
            schema: "",
            interrupted: false,
            never_registered: false,
            calls: Some(calls),
            agents: None,
        };
        let expected = "\
Calls, in 10.0 s
  placed                        1,000  100.0 a second
  answered                        997  99.70%
  ended in good order             996  99.90%
  failed                            3  refused with 503: 2, timed out: 1
  cut short                         1
  at once                          30  at most
";
        assert_eq!(render(&results), expected);
    }
}
