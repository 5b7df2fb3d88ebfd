//! A day of the calendar, on which a declaration ends or a run is judged.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;

use crate::in_text::in_text;

/// A day of the Gregorian calendar, written `2027-03-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String", extend("format" = "date"))]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Why a text is no [`Date`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// It is not of the form.
    #[error("`{0}` is no date: write year, month and day, as in `2027-03-31`")]
    Malformed(String),
    /// The calendar has no such day.
    #[error("there is no {0} in the calendar")]
    NoSuchDay(String),
}

impl Date {
    /// The day of this year (0 to 9999), month (1 to 12) and day of the month (from 1), if the
    /// calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let is_leap =
            year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            _ => 0,
        };
        let is_day = year <= 9999 && (1..=days).contains(&day);
        is_day.then_some(Date { year, month, day })
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let malformed = || DateError::Malformed(text.to_owned());
        let is_form = text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if text.len() != 10 || !is_form {
            return Err(malformed());
        }
        let year = text[..4].parse().map_err(|_| malformed())?;
        let month = text[5..7].parse().map_err(|_| malformed())?;
        let day = text[8..].parse().map_err(|_| malformed())?;
        Date::new(year, month, day).ok_or_else(|| DateError::NoSuchDay(text.to_owned()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Date { year, month, day } = self;
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

in_text!(Date);

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2027-03-31")]
    #[case("2028-02-29")]
    #[case("2000-02-29")]
    fn a_day_of_the_calendar_is_a_date(#[case] text: &str) {
        assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
    }

    #[rstest]
    #[case("2027-02-29")]
    #[case("2100-02-29")]
    #[case("2027-04-31")]
    #[case("2027-13-01")]
    #[case("2027-00-10")]
    #[case("2027-01-00")]
    fn a_day_that_the_calendar_lacks_is_none(#[case] text: &str) {
        assert_eq!(
            text.parse::<Date>(),
            Err(DateError::NoSuchDay(text.to_owned()))
        );
    }

    #[rstest]
    #[case("")]
    #[case("31.3.2027")]
    #[case("2027-3-31")]
    #[case("+027-03-31")]
    #[case("2027-03-31T00:00")]
    #[case("２０２７")]
    fn another_text_is_no_date(#[case] text: &str) {
        assert_eq!(
            text.parse::<Date>(),
            Err(DateError::Malformed(text.to_owned()))
        );
    }
}
