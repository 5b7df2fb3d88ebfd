//! A line of a file of allowed signers: `PRINCIPALS [OPTIONS] TYPE BASE64 [COMMENT]`
//! (OpenSSH, `sshsig.c`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ssh_key::PublicKey;
use ssh_key::public::KeyData;

use super::time::time;

/// What stands between words.
const BLANK: [char; 2] = [' ', '\t'];

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signer {
    pub(super) principals: String,
    pub(super) is_authority: bool,
    pub(super) namespaces: Option<String>,
    pub(super) valid_after: Option<DateTime<Utc>>,
    pub(super) valid_before: Option<DateTime<Utc>>,
    /// Nothing, if it is a certificate: nobody signs with one here.
    pub(super) key: Option<KeyData>,
}

impl Signer {
    pub(super) fn read(line: &str) -> Result<Self, String> {
        let (principals, rest) = principals(line)?;
        let (options, key) = match key_of(rest) {
            Some(key) => ("", key),
            None => {
                let (options, rest) = rest.split_at(options_length(rest)?);
                let key = key_of(rest.trim_start_matches(BLANK));
                (
                    options,
                    key.ok_or("there is no public key that can be read")?,
                )
            }
        };
        let mut signer = Signer {
            principals: principals.to_owned(),
            is_authority: false,
            namespaces: None,
            valid_after: None,
            valid_before: None,
            key: key.0,
        };
        signer.apply(options)?;
        Ok(signer)
    }

    /// Options, separated by commas; each at most once.
    fn apply(&mut self, options: &str) -> Result<(), String> {
        let mut rest = options;
        while !rest.is_empty() {
            rest = self.apply_first(rest)?;
            if rest.is_empty() {
                break;
            }
            rest = rest
                .strip_prefix(',')
                .ok_or_else(|| format!("there is no option `{rest}`"))?;
            if rest.is_empty() {
                return Err("an option is missing after the last comma".to_owned());
            }
        }
        match (self.valid_after, self.valid_before) {
            (Some(after), Some(before)) if before <= after => {
                Err("`valid-before` is not after `valid-after`".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Applies the first of these options, and gives what stands behind it.
    fn apply_first<'a>(&mut self, options: &'a str) -> Result<&'a str, String> {
        if let Some(rest) = without_name(options, "cert-authority") {
            self.is_authority = true;
            return Ok(rest);
        }
        let (name, rest) = options
            .split_once('=')
            .ok_or_else(|| format!("there is no option `{options}`"))?;
        let name = name.to_ascii_lowercase();
        let (value, rest) = quoted(rest)
            .ok_or_else(|| format!("the value of `{name}` must stand between quotation marks"))?;
        let is_again = match name.as_str() {
            "namespaces" => self.namespaces.replace(value).is_some(),
            "valid-after" => self.valid_after.replace(moment(&value)?).is_some(),
            "valid-before" => self.valid_before.replace(moment(&value)?).is_some(),
            _ => return Err(format!("there is no option `{name}`")),
        };
        match is_again {
            true => Err(format!("the option `{name}` is given twice")),
            false => Ok(rest),
        }
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    time(text).map_err(|error| error.to_string())
}

/// The principals, which may stand between quotation marks; and the rest.
fn principals(line: &str) -> Result<(&str, &str), String> {
    let (principals, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted
            .split_once('"')
            .ok_or("there is a quotation mark without its partner")?,
        None => line.split_once(BLANK).unwrap_or((line, "")),
    };
    match rest.trim_start_matches(BLANK) {
        "" => Err("a signer is a name and a public key".to_owned()),
        rest => Ok((principals, rest)),
    }
}

/// How long the options are: up to the first blank that does not stand between quotation marks.
fn options_length(text: &str) -> Result<usize, String> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            '"' if !is_escaped => is_quoted = !is_quoted,
            ' ' | '\t' if !is_quoted => return Ok(at),
            _ => {}
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    match is_quoted {
        true => Err("there is a quotation mark without its partner".to_owned()),
        false => Ok(text.len()),
    }
}

/// What stands behind an option without a value.
fn without_name<'a>(options: &'a str, name: &str) -> Option<&'a str> {
    let (begin, rest) = options.split_at_checked(name.len())?;
    begin.eq_ignore_ascii_case(name).then_some(rest)
}

/// A value between quotation marks, in which `\"` stands for one; and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' if text[at..].starts_with("\\\"") => {
                characters.next();
                value.push('"');
            }
            character => value.push(character),
        }
    }
    None
}

/// A public key that was read; nothing of a certificate's.
pub(super) struct Key(pub(super) Option<KeyData>);

/// The public key at the beginning of a text: its type and its base64.
pub(super) fn key_of(text: &str) -> Option<Key> {
    let mut words = text.split(BLANK).filter(|word| !word.is_empty());
    let (kind, key) = (words.next()?, words.next()?);
    if kind.ends_with("-cert-v01@openssh.com") {
        return STANDARD.decode(key).ok().map(|_| Key(None));
    }
    let key = PublicKey::from_openssh(&format!("{kind} {key}")).ok()?;
    Some(Key(Some(key.key_data().clone())))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    #[rstest]
    #[case::nobody("me", "a signer is a name and a public key")]
    #[case::no_key("me ssh-ed25519 AAAA", "there is no public key that can be read")]
    #[case::quote("\"me KEY", "there is a quotation mark without its partner")]
    #[case::unknown("me colour=\"red\" KEY", "there is no option `colour`")]
    #[case::flag("me colour KEY", "there is no option `colour`")]
    #[case::bare(
        "me namespaces=rgdrill KEY",
        "the value of `namespaces` must stand between quotation marks"
    )]
    #[case::twice(
        "me valid-before=\"20260101\",valid-before=\"20300101\" KEY",
        "the option `valid-before` is given twice"
    )]
    #[case::comma("me cert-authority, KEY", "an option is missing after the last comma")]
    #[case::turned(
        "me valid-after=\"20260102Z\",valid-before=\"20260101Z\" KEY",
        "`valid-before` is not after `valid-after`"
    )]
    fn what_is_wrong_with_a_line_is_told(#[case] line: &str, #[case] what: &str) {
        assert_eq!(Signer::read(&line.replace("KEY", KEY)).unwrap_err(), what);
    }

    #[test]
    fn a_line_has_its_principals_options_and_key() {
        let line = format!("\"a b\"\tNAMESPACES=\"x\\\",y z\",cert-authority {KEY} of me");
        let signer = Signer::read(&line).unwrap();
        assert_eq!(signer.principals, "a b");
        assert_eq!(signer.namespaces.as_deref(), Some("x\",y z"));
        assert!(signer.is_authority && signer.key.is_some());
    }
}
