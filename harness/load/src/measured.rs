//! What is measured of a load.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use model::load as document;
use node::Unreachable;

/// The greatest value that is told from greater ones: an hour, in microseconds.
const GREATEST: u64 = 3_600_000_000;

/// Three digits of each value are kept.
const DIGITS: u8 = 3;

/// Why a call was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// It was refused, with this code.
    Refused(u16),
    /// Nobody said anything, within 64 times T1 (Timer B of RFC 3261 section 17.1.1.2) or the time that
    /// a next hop has.
    TimedOut,
    /// It rang, and nobody answered for as long as the caller was patient.
    NotAnswered,
    /// Nobody listens at the port, as its host said.
    PortClosed,
    /// The host cannot be reached, as the network said.
    HostUnreachable,
}

impl From<Unreachable> for Failure {
    fn from(why: Unreachable) -> Failure {
        match why {
            Unreachable::Port => Failure::PortClosed,
            Unreachable::Host => Failure::HostUnreachable,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused(code) => write!(f, "refused with {code}"),
            Failure::TimedOut => f.write_str("timed out"),
            Failure::NotAnswered => f.write_str("not answered"),
            Failure::PortClosed => f.write_str("port closed"),
            Failure::HostUnreachable => f.write_str("host unreachable"),
        }
    }
}

/// How often which value occurred: a histogram with a high dynamic range, which keeps three digits of
/// each value and takes no more memory for more values.
#[derive(Clone)]
pub struct Histogram(hdrhistogram::Histogram<u64>);

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, min, max) = (self.count(), self.min(), self.max());
        write!(f, "{count} values from {min} to {max}")
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram::up_to(GREATEST)
    }
}

impl Histogram {
    /// A histogram that tells values up to `greatest` apart, and counts greater ones as that.
    #[expect(clippy::expect_used, reason = "the bounds are constants, and right")]
    fn up_to(greatest: u64) -> Histogram {
        let histogram = hdrhistogram::Histogram::new_with_bounds(1, greatest, DIGITS);
        Histogram(histogram.expect("one is less than half of the greatest value"))
    }

    pub(crate) fn record(&mut self, value: u64) {
        self.0.saturating_record(value);
    }

    pub(crate) fn record_time(&mut self, time: Duration) {
        self.record(u64::try_from(time.as_micros()).unwrap_or(GREATEST));
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The value that so many of a hundred values do not exceed; 0 without any value.
    pub fn percentile(&self, of_a_hundred: f64) -> u64 {
        self.0.value_at_percentile(of_a_hundred)
    }

    /// The greatest value; 0 without any.
    pub fn max(&self) -> u64 {
        self.0.max()
    }

    /// The least value; 0 without any.
    pub fn min(&self) -> u64 {
        match self.count() {
            0 => 0,
            _ => self.0.min(),
        }
    }

    /// Each value that occurred, as far as they are told apart, and how often.
    pub fn values(&self) -> Vec<(u64, u64)> {
        let recorded = self.0.iter_recorded();
        recorded
            .map(|it| (it.value_iterated_to(), it.count_at_value()))
            .collect()
    }
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// What was heard in answered calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// How many calls had media: the other end wanted to hear some.
    pub calls: u64,
    /// In how many of them nothing came.
    pub silent: u64,
    /// How many packets were sent.
    pub sent: u64,
    /// How many packets came.
    pub received: u64,
    /// How many are missing, by the numbers of those that came.
    pub lost: u64,
    /// How many packets of ten thousand are missing, of each call in which some came.
    pub loss_of_ten_thousand: Histogram,
}

impl Default for Heard {
    fn default() -> Self {
        Heard {
            calls: 0,
            silent: 0,
            sent: 0,
            received: 0,
            lost: 0,
            loss_of_ten_thousand: Histogram::up_to(10_000),
        }
    }
}

/// What has become of the calls that were placed since counting began anew.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// They were answered.
    pub answered: u64,
    /// They were refused, or nobody said anything.
    pub failed: u64,
    /// They rang for as long as the caller was patient.
    pub not_answered: u64,
    /// They were answered, and the other end ended them early.
    pub cut_short: u64,
    /// They were answered, and nothing was heard in them until they ended.
    pub silent: u64,
    /// From the first INVITE of a call to its answer, in microseconds.
    pub to_answer_us: Histogram,
}

/// What was measured of a load, so far or in all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// How long it has lasted, in microseconds.
    pub lasted_us: u64,
    /// Calls that were placed.
    pub attempted: u64,
    /// Those of them that were answered.
    pub answered: u64,
    /// Those of them that were not, by reason.
    pub failed: BTreeMap<Failure, u64>,
    /// Those of them that the load gave up, because it was to end.
    pub given_up: u64,
    /// Answered calls that the callers ended, as the other end has confirmed.
    pub completed: u64,
    /// Answered calls that the other end ended early.
    pub cut_short: u64,
    /// Answered calls whose BYE nobody answered, or with a refusal.
    pub not_confirmed: u64,
    /// Calls that were due, and not placed: the other end had asked for a pause (503 with Retry-After).
    pub held_back: u64,
    /// Calls that were due, and not placed: there were as many at once as there may be, or no port for media was free.
    pub too_many: u64,
    /// Calls that were due while this machine was busy with something else, and not placed.
    pub missed: u64,
    /// How many calls there are at once.
    pub at_once: u64,
    /// How many there were at once, at most.
    pub most_at_once: u64,
    /// From the first INVITE of a call to its answer, in microseconds.
    pub to_answer_us: Histogram,
    /// What has become of the calls that were placed since counting began anew.
    pub outcome: Outcome,
    /// What was heard, where calls have media.
    pub heard: Heard,
    /// Agents who are registered.
    pub registered: u64,
    /// Registrations that failed, by reason.
    pub not_registered: BTreeMap<Failure, u64>,
    /// Messages that came again, or of which nothing is known.
    pub stray: u64,
}

impl Measured {
    /// What was measured. From now on everything is counted anew, but for what there is.
    pub(crate) fn take(&mut self) -> Measured {
        let anew = Measured {
            at_once: self.at_once,
            most_at_once: self.at_once,
            registered: self.registered,
            ..Measured::default()
        };
        std::mem::replace(self, anew)
    }

    /// How many calls failed.
    pub fn failed_in_all(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Whether all calls that were due were placed, answered, and lasted as long as they were to.
    pub fn is_clean(&self) -> bool {
        let Measured {
            cut_short,
            not_confirmed,
            ..
        } = self;
        self.failed_in_all() + cut_short + not_confirmed == 0
    }

    /// Whether all calls that were due were placed.
    pub fn is_whole(&self) -> bool {
        self.held_back + self.too_many + self.missed == 0
    }
}

/// As journals, results and `rgdrill load --format json` have it.
impl From<&Histogram> for document::Histogram {
    fn from(histogram: &Histogram) -> Self {
        document::Histogram {
            min: histogram.min(),
            ..document::Histogram::of(histogram.values())
        }
    }
}

impl From<&Measured> for document::Measured {
    fn from(measured: &Measured) -> Self {
        let reasons = |failures: &BTreeMap<Failure, u64>| {
            let failures = failures.iter();
            failures
                .map(|(why, count)| (why.to_string(), *count))
                .collect()
        };
        let Measured {
            lasted_us,
            attempted,
            answered,
            failed,
            given_up,
            completed,
            cut_short,
            not_confirmed,
            held_back,
            too_many,
            missed,
            at_once,
            most_at_once,
            to_answer_us,
            outcome,
            heard,
            registered,
            not_registered,
            stray,
        } = measured;
        document::Measured {
            lasted_us: *lasted_us,
            attempted: *attempted,
            answered: *answered,
            failed: reasons(failed),
            given_up: *given_up,
            completed: *completed,
            cut_short: *cut_short,
            not_confirmed: *not_confirmed,
            held_back: *held_back,
            too_many: *too_many,
            missed: *missed,
            at_once: *at_once,
            most_at_once: *most_at_once,
            to_answer_us: to_answer_us.into(),
            outcome: document::Outcome {
                answered: outcome.answered,
                failed: outcome.failed,
                not_answered: outcome.not_answered,
                cut_short: outcome.cut_short,
                silent: outcome.silent,
                to_answer_us: (&outcome.to_answer_us).into(),
            },
            heard: document::Heard {
                calls: heard.calls,
                silent: heard.silent,
                sent: heard.sent,
                received: heard.received,
                lost: heard.lost,
                loss_of_ten_thousand: (&heard.loss_of_ten_thousand).into(),
            },
            registered: *registered,
            not_registered: reasons(not_registered),
            stray: *stray,
        }
    }
}
