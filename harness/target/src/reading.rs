//! What an answer means: done, refused or unsupported, and what is taken out of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::pointer::Pointer;
use crate::words::Words;
use model::verb::{Row, VerbOutcome};

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How the verb ended. An answer that says `done` and lacks what is to be taken out of it is
    /// [`VerbOutcome::NoAnswer`]: nobody can say whether it was carried out.
    pub outcome: VerbOutcome,
    /// The rows that were listed; only of what is done, and lists something.
    pub rows: Option<Vec<Row>>,
    /// What was captured; only of what is done. Texts as they are, all else as JSON.
    pub captured: BTreeMap<String, String>,
}

/// How answers to one request or command are read. 507 (insufficient storage) is no answer, whatever
/// is said here: a full disk is the environment's, and no refusal. Else the first test that matches
/// counts, in the order unsupported, unknown, refused, done. Without one that does, 501 (exit code 127) is
/// unsupported; 2xx (exit code 0) is done, unless there is a test for that; and all else is refused.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Rules {
    /// When the target says that it lacks this.
    pub unsupported: Option<Test>,
    /// When nobody can say what became of it: a failure of whoever was to carry it out, and no refusal.
    pub unknown: Option<Test>,
    /// When it refuses.
    pub refused: Option<Test>,
    /// When it is done.
    pub done: Option<Test>,
    /// Where a refusal says why.
    pub why: Option<Pointer>,
    /// What is listed, and where.
    pub rows: Option<Rows>,
    /// What is kept for later requests: its name, and where it stands.
    pub capture: BTreeMap<String, Pointer>,
}

/// Something that is true of an answer or not.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Test {
    /// It has one of these status codes; of a command: exit codes.
    Code(Vec<u16>),
    /// It is JSON, and has this value at this path. Nothing there is `null`.
    Equals {
        /// The path.
        at: Pointer,
        /// The value.
        value: Value,
    },
    /// It is JSON, and has something other than `null` at this path.
    Present(Pointer),
}

/// Where an answer lists groups, and where each row has what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rows {
    /// The list, within the answer.
    pub at: Pointer,
    /// The group's name, within the row.
    pub group: Pointer,
    /// Its owner, by the target's own word.
    pub owner: Pointer,
    /// The pool in which this copy resides, by the target's own word.
    pub parent: Pointer,
    /// Agent console: whether the agent is signed in.
    #[serde(default)]
    pub signed_in: Option<Pointer>,
    /// Management surfaces: what changes are made to.
    #[serde(default)]
    pub value: Option<Pointer>,
    /// Management surfaces: what else is shown of a group and is the same for its copies, and changed by
    /// nobody: its agents, their order, its routing. A name for each, and where it stands.
    #[serde(default)]
    pub details: BTreeMap<String, Pointer>,
}

/// What numbers mean unless the target says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Convention {
    /// Of HTTP status codes (RFC 9110, section 15).
    Http,
    /// Of exit codes.
    Exit,
}

/// An answer, before it is known what it means.
pub(super) struct Answer<'a> {
    convention: Convention,
    code: u16,
    body: &'a [u8],
    /// `null` unless the body is JSON.
    json: Value,
    /// What was said beside the body.
    explanation: &'a [u8],
}

impl Convention {
    const fn is_unsupported(self, code: u16) -> bool {
        match self {
            Convention::Http => code == 501,
            Convention::Exit => code == 127,
        }
    }

    /// RFC 4918, section 11.5: there is no room for what was asked.
    const fn is_out_of_room(self, code: u16) -> bool {
        matches!(self, Convention::Http) && code == 507
    }

    const fn is_done(self, code: u16) -> bool {
        match self {
            Convention::Http => code >= 200 && code <= 299,
            Convention::Exit => code == 0,
        }
    }
}

impl<'a> Answer<'a> {
    pub(super) fn new(convention: Convention, code: u16, body: &'a [u8]) -> Self {
        Answer {
            convention,
            code,
            body,
            json: serde_json::from_slice(body).unwrap_or(Value::Null),
            explanation: b"",
        }
    }

    pub(super) fn with_explanation(self, explanation: &'a [u8]) -> Self {
        Answer {
            explanation,
            ..self
        }
    }

    /// Why it is a refusal: the number, and what was said, with whatever secret was said.
    fn why(&self, pointer: Option<&Pointer>) -> String {
        let said = match pointer.and_then(|pointer| pointer.of(&self.json)) {
            Some(said) => text_of(said),
            None if self.explanation.is_empty() => lossy(self.body),
            None => lossy(self.explanation),
        };
        let code = match self.convention {
            Convention::Http => self.code.to_string(),
            Convention::Exit => format!("exit code {}", self.code),
        };
        match said.trim().is_empty() {
            true => code,
            false => format!("{code}: {said}"),
        }
    }
}

impl Test {
    /// Whether it is true of `answer`.
    pub(super) fn matches(&self, answer: &Answer<'_>) -> bool {
        let at = |pointer: &Pointer| pointer.of(&answer.json).unwrap_or(&Value::Null).clone();
        match self {
            Test::Code(codes) => codes.contains(&answer.code),
            Test::Equals { at: path, value } => at(path) == *value,
            Test::Present(path) => !at(path).is_null(),
        }
    }
}

impl Rules {
    /// What `answer` means.
    pub(super) fn read(&self, answer: &Answer<'_>, words: &Words) -> Reading {
        match self.outcome(answer) {
            VerbOutcome::Done => self.take_out(answer, words).unwrap_or_else(|lacking| {
                Reading::without_contents(VerbOutcome::NoAnswer {
                    why: format!("the answer says that it is done, and cannot be read: {lacking}"),
                })
            }),
            outcome => Reading::without_contents(outcome),
        }
    }

    fn outcome(&self, answer: &Answer<'_>) -> VerbOutcome {
        let matches = |test: &Option<Test>| test.as_ref().is_some_and(|test| test.matches(answer));
        let refused = || VerbOutcome::Refused {
            why: answer.why(self.why.as_ref()),
        };
        if answer.convention.is_out_of_room(answer.code) {
            let why = answer.why(self.why.as_ref());
            VerbOutcome::NoAnswer {
                why: format!("a disk is full: {why}"),
            }
        } else if matches(&self.unsupported) {
            VerbOutcome::Unsupported
        } else if matches(&self.unknown) {
            VerbOutcome::NoAnswer {
                why: answer.why(self.why.as_ref()),
            }
        } else if matches(&self.refused) {
            refused()
        } else if matches(&self.done) {
            VerbOutcome::Done
        } else if answer.convention.is_unsupported(answer.code) {
            VerbOutcome::Unsupported
        } else if self.done.is_none() && answer.convention.is_done(answer.code) {
            VerbOutcome::Done
        } else {
            refused()
        }
    }

    /// What is to be taken out of the answer, or what it lacks.
    fn take_out(&self, answer: &Answer<'_>, words: &Words) -> Result<Reading, String> {
        let rows = self
            .rows
            .as_ref()
            .map(|rows| rows.read(&answer.json, words));
        let mut captured = BTreeMap::new();
        for (name, pointer) in &self.capture {
            let text = match pointer.of(&answer.json) {
                _ if pointer.is_whole() => lossy(answer.body),
                Some(value) if !value.is_null() => text_of(value),
                _ => return Err(format!("there is nothing at `{pointer}`")),
            };
            captured.insert(name.clone(), text);
        }
        Ok(Reading {
            outcome: VerbOutcome::Done,
            rows: rows.transpose()?,
            captured,
        })
    }
}

impl Reading {
    fn without_contents(outcome: VerbOutcome) -> Reading {
        Reading {
            outcome,
            rows: None,
            captured: BTreeMap::new(),
        }
    }
}

impl Rows {
    fn read(&self, answer: &Value, words: &Words) -> Result<Vec<Row>, String> {
        let list = self.at.of(answer).and_then(Value::as_array);
        let list = list.ok_or_else(|| format!("there is no list at `{}`", self.at))?;
        list.iter().map(|row| self.read_row(row, words)).collect()
    }

    fn read_row(&self, row: &Value, words: &Words) -> Result<Row, String> {
        let text = |pointer: &Pointer| match pointer.of(row) {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(format!("a row has no text at `{pointer}`")),
        };
        let pool = |pointer: &Pointer| {
            let word = text(pointer)?;
            words
                .read_pool(&word)
                .ok_or_else(|| format!("a row has `{word}` at `{pointer}`, which is no pool"))
        };
        let truth = |pointer: &Pointer| match pointer.of(row) {
            Some(Value::Bool(truth)) => Ok(*truth),
            _ => Err(format!("a row has neither true nor false at `{pointer}`")),
        };
        Ok(Row {
            group: text(&self.group)?,
            owner: pool(&self.owner)?,
            parent: pool(&self.parent)?,
            signed_in: self.signed_in.as_ref().map(truth).transpose()?,
            value: self.value.as_ref().map(text).transpose()?,
            details: self
                .details
                .iter()
                .filter_map(|(name, pointer)| Some((name.clone(), text_of(pointer.of(row)?))))
                .collect(),
        })
    }
}

/// A text as it is, all else as JSON.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
