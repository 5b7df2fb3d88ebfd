//! Durations as people write them: `500ms`, `7s`, `2m`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no duration: expected a whole number and `ms`, `s`, `m` or `h`")]
pub(crate) struct DurationError(String);

/// Reads a duration.
pub(crate) fn parse(text: &str) -> Result<Duration, DurationError> {
    let error = || DurationError(text.to_owned());
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| error())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(error()),
    };
    let millis = number.checked_mul(millis).ok_or_else(error)?;
    Ok(Duration::from_millis(millis))
}

/// Writes a duration in the largest unit that keeps it whole; what is finer than a millisecond is
/// dropped.
pub(crate) fn text(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis.is_multiple_of(1_000) {
        format!("{}s", millis / 1_000)
    } else {
        format!("{millis}ms")
    }
}

/// For `#[serde(with = "crate::duration")]`.
pub(crate) fn serialize<S: Serializer>(
    duration: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*duration))
}

/// For `#[serde(with = "crate::duration")]`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("500ms", 500)]
    #[case("7s", 7_000)]
    #[case("2m", 120_000)]
    #[case("1h", 3_600_000)]
    fn a_number_with_a_unit_is_a_duration(#[case] written: &str, #[case] millis: u64) {
        assert_eq!(parse(written), Ok(Duration::from_millis(millis)));
    }

    #[rstest]
    #[case("")]
    #[case("7")]
    #[case("s")]
    #[case("-1s")]
    #[case("1.5s")]
    #[case("99999999999999999999s")]
    fn anything_else_is_refused(#[case] written: &str) {
        assert!(parse(written).is_err());
    }

    #[test]
    fn what_is_written_is_read_back() {
        for millis in [0, 1, 500, 1_000, 7_500, 60_000] {
            let duration = Duration::from_millis(millis);
            assert_eq!(parse(&text(duration)), Ok(duration));
        }
    }
}
