//! Whose signatures are believed: a file of allowed signers, as `ssh-keygen -Y verify -f` reads it
//! (ssh-keygen(1), "ALLOWED SIGNERS").
//!
//! ```text
//! release@example.org namespaces="rgdrill" ssh-ed25519 AAAA…
//! ```
//!
//! Deliberately not modelled: certificate authorities. A line of one is passed over, as it vouches
//! for no key itself.

use std::fmt;

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc};
use model::pattern::Pattern;
use ssh_key::PublicKey;
use ssh_key::public::KeyData;

use crate::signing::NAMESPACE;

/// The signers of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedSigners(Vec<Signer>);

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Signer {
    principals: String,
    namespaces: Option<String>,
    valid_after: Option<DateTime<Utc>>,
    valid_before: Option<DateTime<Utc>>,
    is_authority: bool,
    key: KeyData,
}

/// Why a file is none of allowed signers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct SignersError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// Why a key may not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No line has it.
    Unknown,
    /// Its line is for other namespaces.
    Namespace,
    /// Its line is for another time.
    Time,
}

impl AllowedSigners {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`SignersError`], for the first line that cannot be read: one that was passed over might be
    /// the one that was meant.
    pub fn read(text: &str) -> Result<Self, SignersError> {
        let mut signers = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let signer = Signer::read(line).map_err(|what| SignersError {
                line: index + 1,
                what,
            })?;
            signers.push(signer);
        }
        Ok(AllowedSigners(signers))
    }

    /// As whom a key may sign certificates at this time.
    ///
    /// # Errors
    ///
    /// The reason why it may not.
    pub fn who(&self, key: &KeyData, now: DateTime<Utc>) -> Result<String, Refusal> {
        let mut refusal = Refusal::Unknown;
        let theirs = |signer: &&Signer| !signer.is_authority && signer.key == *key;
        for signer in self.0.iter().filter(theirs) {
            match signer.may_sign(now) {
                Ok(()) => return Ok(signer.principals.clone()),
                Err(why) => refusal = why,
            }
        }
        Err(refusal)
    }
}

impl Signer {
    fn read(line: &str) -> Result<Self, String> {
        let (principals, rest) = word(line)?;
        let mut signer = Signer {
            principals: principals.trim_matches('"').to_owned(),
            namespaces: None,
            valid_after: None,
            valid_before: None,
            is_authority: false,
            key: KeyData::Ed25519(ssh_key::public::Ed25519PublicKey([0; 32])),
        };
        let (options, key) = match key_of(rest) {
            Some(key) => ("", key),
            None => {
                let (options, rest) = word(rest)?;
                let no_key = || "there is no public key that can be read".to_owned();
                (options, key_of(rest).ok_or_else(no_key)?)
            }
        };
        signer.key = key;
        for option in split_outside_quotes(options, ',') {
            signer.apply(option)?;
        }
        Ok(signer)
    }

    fn apply(&mut self, option: &str) -> Result<(), String> {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = value.trim_matches('"');
        match name.to_ascii_lowercase().as_str() {
            "cert-authority" => self.is_authority = true,
            "namespaces" => self.namespaces = Some(value.to_owned()),
            "valid-after" => self.valid_after = Some(time(value)?),
            "valid-before" => self.valid_before = Some(time(value)?),
            _ => return Err(format!("there is no option `{name}`")),
        }
        Ok(())
    }

    fn may_sign(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.namespaces.as_deref().is_some_and(|list| !allows(list)) {
            return Err(Refusal::Namespace);
        }
        let is_early = self.valid_after.is_some_and(|begin| now < begin);
        let is_late = self.valid_before.is_some_and(|end| now > end);
        if is_early || is_late {
            return Err(Refusal::Time);
        }
        Ok(())
    }
}

/// Whether a list of patterns has the namespace of certificates. One with `!` takes it out again.
fn allows(list: &str) -> bool {
    let matches = |pattern: &str| Pattern::new(pattern).matches(NAMESPACE);
    let refused = |pattern: &str| pattern.strip_prefix('!').is_some_and(matches);
    !list.split(',').any(refused) && list.split(',').any(matches)
}

/// The public key at the beginning of a text: its type and its base64.
fn key_of(text: &str) -> Option<KeyData> {
    let mut words = text.split_whitespace();
    let (kind, key) = (words.next()?, words.next()?);
    let key = PublicKey::from_openssh(&format!("{kind} {key}")).ok()?;
    Some(key.key_data().clone())
}

/// The first word of a text, in which blanks may stand between quotation marks; and the rest.
fn word(text: &str) -> Result<(&str, &str), String> {
    let mut parts = split_outside_quotes(text, ' ').into_iter();
    let first = parts.next().unwrap_or_default();
    let rest = text[first.len()..].trim_start();
    if rest.is_empty() {
        return Err("a signer is a name and a public key".to_owned());
    }
    Ok((first, rest))
}

/// The parts of a text between separators that do not stand between quotation marks.
fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut is_quoted = false;
    let parts = text.split(|character: char| {
        is_quoted ^= character == '"';
        !is_quoted && (character == separator || (separator == ' ' && character == '\t'))
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, in local time or, with a `Z`, in UTC.
fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let wrong = || format!("`{text}` is no time: write YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS");
    let (digits, is_utc) = match text.strip_suffix(['Z', 'z']) {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let naive = match digits.len() {
        8 => NaiveDate::parse_from_str(digits, "%Y%m%d").map(|day| day.and_time(NaiveTime::MIN)),
        12 => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M"),
        _ => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S"),
    };
    let naive = naive.map_err(|_| wrong())?;
    if is_utc {
        return Ok(naive.and_utc());
    }
    let local = Local.from_local_datetime(&naive).earliest();
    local.map(|time| time.to_utc()).ok_or_else(wrong)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Unknown => "is none of the allowed signers'",
            Refusal::Namespace => "is allowed, but not for the namespace `rgdrill`",
            Refusal::Time => "is allowed, but not at this time",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    fn who(line: &str) -> Result<String, Refusal> {
        let key = key_of(KEY).unwrap();
        let now = time("202611231200Z").unwrap();
        AllowedSigners::read(line).unwrap().who(&key, now)
    }

    #[test]
    fn a_key_signs_as_its_principals() {
        let line = format!("# releases\n\nme@example.org {KEY} a comment\n");
        assert_eq!(who(&line), Ok("me@example.org".to_owned()));
        assert_eq!(who("# nobody"), Err(Refusal::Unknown));
    }

    #[test]
    fn namespaces_are_patterns_of_which_some_refuse() {
        let within = |list: &str| who(&format!("me namespaces=\"{list}\" {KEY}"));
        assert!(within("git,rgdrill").is_ok());
        assert!(within("rg*").is_ok());
        assert_eq!(within("git"), Err(Refusal::Namespace));
        assert_eq!(within("*,!rgdrill"), Err(Refusal::Namespace));
    }

    #[test]
    fn a_key_signs_within_its_time_only() {
        let within = |options: &str| who(&format!("me {options} {KEY}"));
        assert!(within("valid-after=\"20261123Z\",valid-before=20261124Z").is_ok());
        assert_eq!(within("valid-after=20261124Z"), Err(Refusal::Time));
        assert_eq!(within("valid-before=\"202611231159Z\""), Err(Refusal::Time));
    }

    #[test]
    fn a_certificate_authority_is_no_signer() {
        assert_eq!(
            who(&format!("me cert-authority {KEY}")),
            Err(Refusal::Unknown)
        );
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let wrong = |line: &str| AllowedSigners::read(line).unwrap_err().to_string();
        assert_eq!(
            wrong(&format!("# one\nme colour=red {KEY}")),
            "line 2: there is no option `colour`"
        );
        assert_eq!(wrong("me"), "line 1: a signer is a name and a public key");
        assert_eq!(
            wrong("me ssh-ed25519 AAAA"),
            "line 1: there is no public key that can be read"
        );
    }
}
