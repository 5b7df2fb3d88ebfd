//! Times, as OpenSSH writes them.

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc};

/// A text that is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time: write YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z for UTC")]
pub struct NoTime(String);

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, in local time or, with `Z` or `UTC`, in UTC.
///
/// # Errors
///
/// [`NoTime`].
pub fn time(text: &str) -> Result<DateTime<Utc>, NoTime> {
    let wrong = || NoTime(text.to_owned());
    let upper = text.to_ascii_uppercase();
    let in_utc = upper.strip_suffix("UTC").or(upper.strip_suffix('Z'));
    let digits = in_utc.unwrap_or(&upper);
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(wrong());
    }
    let naive = match digits.len() {
        8 => NaiveDate::parse_from_str(digits, "%Y%m%d").map(|day| day.and_time(NaiveTime::MIN)),
        12 => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M"),
        14 => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S"),
        _ => return Err(wrong()),
    };
    let naive = naive.map_err(|_| wrong())?;
    let time = match in_utc {
        Some(_) => Some(naive.and_utc()),
        None => Local
            .from_local_datetime(&naive)
            .earliest()
            .map(|time| time.to_utc()),
    };
    // OpenSSH takes the epoch itself for no time.
    time.filter(|time| *time > DateTime::UNIX_EPOCH)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("20261123Z", Some(1_795_392_000))]
    #[case("202611231230Z", Some(1_795_437_000))]
    #[case("20261123123059utc", Some(1_795_437_059))]
    #[case("2026112", None)]
    #[case("20261323Z", None)]
    #[case("2026112312Z", None)]
    #[case("19700101Z", None)]
    #[case("+2026112Z", None)]
    #[case("ä2026112", None)]
    fn times_are_read_as_openssh_writes_them(#[case] text: &str, #[case] seconds: Option<i64>) {
        assert_eq!(time(text).ok().map(|time| time.timestamp()), seconds);
    }
}
