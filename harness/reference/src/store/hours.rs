//! Business hours: when a workflow is open.

use serde::{Deserialize, Serialize};

const MINUTES_A_DAY: i64 = 24 * 60;

/// Business hours, in the local time of a fixed offset from UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Minutes to be added to UTC. Daylight saving is not modelled.
    #[serde(default)]
    pub utc_offset: i16,
    /// When it is open, by day of the week, Monday first: at most two ranges a day.
    pub week: [Vec<Range>; 7],
}

/// A range of a day, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The first minute.
    pub open: u16,
    /// The first minute after.
    pub close: u16,
}

impl Hours {
    /// Whether it is open at `unix` seconds since 1970 (UTC).
    pub fn is_open(&self, unix: u64) -> bool {
        let minutes = i64::try_from(unix / 60).unwrap_or(i64::MAX / 2);
        let local = minutes + i64::from(self.utc_offset);
        // 1 January 1970 was a Thursday, three days after a Monday.
        let weekday = (local.div_euclid(MINUTES_A_DAY) + 3).rem_euclid(7);
        let minute = local.rem_euclid(MINUTES_A_DAY);
        let ranges = usize::try_from(weekday)
            .ok()
            .and_then(|day| self.week.get(day));
        ranges.into_iter().flatten().any(|range| {
            let open = i64::from(range.open)..i64::from(range.close);
            open.contains(&minute)
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn office() -> Hours {
        let morning = Range {
            open: 9 * 60,
            close: 12 * 60,
        };
        let afternoon = Range {
            open: 13 * 60,
            close: 17 * 60,
        };
        let mut week: [Vec<Range>; 7] = Default::default();
        for day in &mut week[..5] {
            *day = vec![morning, afternoon];
        }
        Hours {
            utc_offset: 60,
            week,
        }
    }

    /// 2012-10-29 was a Monday; 1351468800 is its midnight in UTC.
    #[rstest]
    #[case::monday_before(7, 59, false)]
    #[case::monday_opening(8, 0, true)]
    #[case::monday_lunch(11, 30, false)]
    #[case::monday_afternoon(12, 0, true)]
    #[case::monday_after(16, 0, false)]
    #[case::saturday(5 * 24 + 9, 0, false)]
    #[case::the_sunday_before(-16, 0, false)]
    fn two_ranges_a_day_are_observed_in_local_time(
        #[case] hour: i64,
        #[case] minute: i64,
        #[case] open: bool,
    ) {
        let unix = 1_351_468_800 + hour * 3600 + minute * 60;
        assert_eq!(office().is_open(u64::try_from(unix).unwrap()), open);
    }
}
