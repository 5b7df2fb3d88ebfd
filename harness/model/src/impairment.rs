//! Impairments of links: what they do to packets, short of cutting them off.
//!
//! A fault takes a pool away; an impairment makes everything a little worse, from the first moment
//! of a walk to the last. What is documented must be observed all the same.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::Span;
use crate::in_text::in_text;

/// Whose links are impaired. Where nothing is said, they are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Links {
    /// Each datagram (SIP, RTP) that an agent, caller or callee sends or receives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actors: Option<Impairment>,
    /// Whatever the pools' hosts send to other hosts. In containers this takes a kernel that has
    /// netem; where it is missing, nothing is concluded from the walk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pools: Option<Impairment>,
}

/// What happens to packets, one direction at a time. Each has its chance for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Impairment {
    /// How many are lost.
    pub loss: Percent,
    /// How much longer they take.
    pub delay: Span,
    /// How much longer than that they may take, at random. Jitter alone changes no order.
    pub jitter: Span,
    /// How many arrive twice.
    pub duplicate: Percent,
    /// How many are overtaken by later ones.
    pub reorder: Percent,
}

/// How many in a hundred, in steps of a ten-thousandth of one: `1%`, `0.25%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent {
    per_million: u32,
}

/// Why a text is no [`Percent`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PercentError {
    /// Not a number with a percent sign behind it.
    #[error("`{0}` is no percentage: write a number and %, as in `1%` or `0.25%`")]
    Malformed(String),
    /// More than all.
    #[error("`{0}` is more than 100%")]
    MoreThanAll(String),
}

impl Links {
    /// Whether nothing is impaired.
    pub fn are_sound(&self) -> bool {
        *self == Links::default()
    }
}

impl Impairment {
    /// Whether packets take their usual way.
    pub fn is_none(&self) -> bool {
        *self == Impairment::default()
    }

    /// How much longer a packet takes at the most that is not held back to be overtaken.
    pub fn slowest(&self) -> Span {
        self.delay + self.jitter
    }
}

impl Percent {
    /// All of them: `100%`.
    pub const fn all() -> Percent {
        Percent {
            per_million: 1_000_000,
        }
    }

    /// How many in a million.
    pub const fn per_million(self) -> u32 {
        self.per_million
    }

    /// How many in a thousand; what is less than one is left out.
    pub const fn permille(self) -> u64 {
        (self.per_million / 1_000) as u64
    }

    /// From 0 to 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.per_million) / 1e6
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        let malformed = || PercentError::Malformed(text.to_owned());
        let number = text.strip_suffix('%').ok_or_else(malformed)?;
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(decimals) || decimals.len() > 4 {
            return Err(malformed());
        }
        let whole: u32 = whole.parse().map_err(|_| malformed())?;
        let decimals: u32 = format!("{decimals:0<4}").parse().map_err(|_| malformed())?;
        match whole
            .checked_mul(10_000)
            .and_then(|n| n.checked_add(decimals))
        {
            Some(per_million) if per_million <= 1_000_000 => Ok(Percent { per_million }),
            _ => Err(PercentError::MoreThanAll(text.to_owned())),
        }
    }
}

impl fmt::Display for Percent {
    /// The shortest exact form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = (self.per_million / 10_000, self.per_million % 10_000);
        if decimals == 0 {
            return write!(f, "{whole}%");
        }
        let decimals = format!("{decimals:04}");
        write!(f, "{whole}.{}%", decimals.trim_end_matches('0'))
    }
}

impl JsonSchema for Percent {
    fn schema_name() -> Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "How many in a hundred: `1%`, `0.25%`.",
            "type": "string",
            "pattern": r"^[0-9]+(\.[0-9]{1,4})?%$",
        })
    }
}

in_text!(Percent);

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0%", 0)]
    #[case("1%", 10_000)]
    #[case("0.25%", 2_500)]
    #[case("12.3456%", 123_456)]
    #[case("100%", 1_000_000)]
    fn a_percentage_is_read_exactly_and_written_shortly(
        #[case] text: &str,
        #[case] millionth: u32,
    ) {
        let percent: Percent = text.parse().unwrap();
        assert_eq!(percent.per_million(), millionth);
        assert_eq!(percent.to_string(), text);
    }

    #[rstest]
    #[case("1", PercentError::Malformed("1".into()))]
    #[case("%", PercentError::Malformed("%".into()))]
    #[case(".5%", PercentError::Malformed(".5%".into()))]
    #[case("1.%", PercentError::Malformed("1.%".into()))]
    #[case("-1%", PercentError::Malformed("-1%".into()))]
    #[case("0.00001%", PercentError::Malformed("0.00001%".into()))]
    #[case("100.0001%", PercentError::MoreThanAll("100.0001%".into()))]
    #[case("999999%", PercentError::MoreThanAll("999999%".into()))]
    fn what_is_no_percentage_is_refused(#[case] text: &str, #[case] error: PercentError) {
        assert_eq!(text.parse::<Percent>(), Err(error));
    }
}
