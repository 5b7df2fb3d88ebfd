//! Marks of time in a voice, by which whoever hears it knows how long it was under way: every voice is softer in
//! each second second of the walk's clock. How loud it is at all does not matter, and half a packet's time is not
//! told apart.

use node::Now;

/// Every so many microseconds a voice becomes softer, or louder again.
const EVERY_US: u64 = 1_000_000;

/// How loud a soft voice is, by amplitude: 4 dB less. Of packets that are cut anew, one that holds a change is still
/// known for a voice then.
const SOFT: f64 = 0.63;

/// How much of the energy is left from a packet to the next, at most, where a voice becomes softer: of a packet that
/// holds a change, either the step to it is as large, or the one from it.
const SOFTER: f64 = SOFT;

/// How loud a voice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loudness {
    /// As always.
    Full,
    /// Softer.
    Soft,
}

impl Loudness {
    /// How loud voices are that speak now.
    pub(crate) const fn at(now: Now) -> Loudness {
        match (now.as_micros() / EVERY_US).is_multiple_of(2) {
            true => Loudness::Soft,
            false => Loudness::Full,
        }
    }

    /// By what amplitudes are multiplied.
    pub(crate) const fn gain(self) -> f64 {
        match self {
            Loudness::Full => 1.0,
            Loudness::Soft => SOFT,
        }
    }
}

/// The marks of one voice as they are heard.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    /// The energy of the last packet, for each sample.
    level: Option<f64>,
}

impl Marks {
    /// The next packet of the voice, without a pause, has this energy for each sample. Gives how long it was under
    /// way, in microseconds, if a mark is in it; two seconds more look the same.
    pub(crate) fn hear(&mut self, now: Now, level: f64) -> Option<u64> {
        let before = self.level.replace(level)?;
        let becomes = match level / before {
            ratio if ratio <= SOFTER => Loudness::Soft,
            ratio if ratio * SOFTER >= 1.0 => Loudness::Full,
            _ => return None,
        };
        let since_us = now.as_micros() % EVERY_US;
        Some(match Loudness::at(now) == becomes {
            true => since_us,
            false => since_us + EVERY_US,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::*;

    /// When the marks are heard of a voice that is under way for so many milliseconds, and told as what, for three
    /// seconds, in packets of which each begins so many milliseconds later than those that were sent.
    fn heard(late_ms: u64, cut_ms: u64, gain: f64) -> Vec<u64> {
        let mut marks = Marks::default();
        let sent = |ms: u64| {
            let now = Now::ZERO + Duration::from_millis(ms / 20 * 20);
            gain * Loudness::at(now).gain().powi(2)
        };
        let heard = (0..149_u64).filter_map(|n| {
            let begin = 20 * n + cut_ms;
            let level = (begin..begin + 20).map(sent).sum::<f64>() / 20.0;
            marks.hear(Now::ZERO + Duration::from_millis(begin + late_ms), level)
        });
        heard.map(|us| us / 1_000).collect()
    }

    #[rstest]
    #[case::at_once(0)]
    #[case::soon(150)]
    #[case::late(800)]
    #[case::very_late(1_900)]
    fn it_is_known_how_long_a_voice_was_under_way(#[case] late_ms: u64) {
        assert_eq!(heard(late_ms, 0, 1.0), [late_ms, late_ms]);
        assert_eq!(heard(late_ms, 0, 2.5), [late_ms, late_ms]);
    }

    #[test]
    fn packets_that_are_cut_anew_tell_as_much() {
        for cut_ms in 1..20 {
            let told = heard(800, cut_ms, 1.0);
            assert!(
                told.len() == 2 && told.iter().all(|ms| ms.abs_diff(800) <= 20),
                "{told:?}"
            );
        }
    }

    #[test]
    fn a_voice_that_is_always_as_loud_tells_nothing() {
        let mut marks = Marks::default();
        assert_eq!(marks.hear(Now::ZERO, 4.0), None);
        assert_eq!(marks.hear(Now::ZERO, 4.4), None);
    }
}
