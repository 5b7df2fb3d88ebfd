//! The oracle is complete and consistent.

use std::collections::BTreeMap;

use miette::Diagnostic;

use super::complaints::Complaints;
use crate::Span;
use crate::clause::{Activity, Clause, ClauseId, Condition, Expectation, Tables, Windows};
use crate::documented::{self, Statement};
use crate::file::{FileError, SourceFile};
use crate::nearest;
use crate::yaml_path::YamlPath;

/// What is wrong with tables.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadTables {
    #[error("`{found}` is no schema of tables that this rgdrill reads")]
    #[diagnostic(help("write `{}`", Tables::SCHEMA))]
    Schema { found: String },
    #[error("the tables lack {}", listed(.missing))]
    #[diagnostic(help("the document makes 64 statements; none may be left out"))]
    Missing { missing: Vec<ClauseId> },
    #[error("the document makes no statement `{id}`")]
    #[diagnostic(help("{advice}"))]
    Unknown { id: ClauseId, advice: String },
    #[error("the statement `{id}` is given twice")]
    #[diagnostic(help("keep one of them"))]
    Twice { id: ClauseId },
    #[error("the id `{id}` is not made of stage, activity and case, which give `{parts}`")]
    #[diagnostic(help("make them agree"))]
    IdOfOtherParts { id: ClauseId, parts: ClauseId },
    #[error("`{id}` holds under the condition `{documented}`, not `{found}`")]
    #[diagnostic(help("write `{documented}`"))]
    Condition {
        id: ClauseId,
        documented: Condition,
        found: Condition,
    },
    #[error("`{id}` speaks of `{activity}`, but expects something of `{expected}`")]
    #[diagnostic(help("write `{activity}:` with what must be observed"))]
    OtherActivity {
        id: ClauseId,
        activity: Activity,
        expected: Activity,
    },
    #[error("a window of no length observes nothing")]
    #[diagnostic(help("write a duration of more than 0, as in `1s`"))]
    NoWindow,
}

/// All that is wrong with the tables.
pub(crate) fn check(tables: &Tables, file: &SourceFile) -> Vec<FileError> {
    let mut complaints = Complaints::about(file);
    check_schema(&mut complaints, &tables.schema);
    check_windows(&mut complaints, &tables.windows);
    check_clauses(&mut complaints, &tables.clauses);
    complaints.into_errors()
}

/// The first key says a version that is known.
fn check_schema(complaints: &mut Complaints<'_>, schema: &str) {
    if schema != Tables::SCHEMA {
        let found = schema.to_owned();
        complaints.at(&YamlPath::top().key("schema"), BadTables::Schema { found });
    }
}

/// All windows have a length.
fn check_windows(complaints: &mut Complaints<'_>, windows: &Windows) {
    let Windows {
        gap,
        silence,
        unreachable,
        alert,
        told,
        media,
    } = *windows;
    for (key, window) in [
        ("gap", gap),
        ("silence", silence),
        ("unreachable", unreachable),
        ("alert", alert),
        ("told", told),
    ] {
        if window == Span::ZERO {
            complaints.at(
                &YamlPath::top().key("windows").key(key),
                BadTables::NoWindow,
            );
        }
    }
    for (key, window) in [
        ("judged", media.judged),
        ("delay", media.delay),
        ("sound", media.sound),
    ] {
        if window == Span::ZERO {
            let place = YamlPath::top().key("windows").key("media").key(key);
            complaints.at(&place, BadTables::NoWindow);
        }
    }
}

/// The clauses are those that the document makes, each once.
fn check_clauses(complaints: &mut Complaints<'_>, clauses: &[Clause]) {
    let documented: BTreeMap<ClauseId, Statement> = documented::statements()
        .map(|statement| (statement.id(), statement))
        .collect();
    let mut missing = documented.clone();
    for (n, clause) in clauses.iter().enumerate() {
        let place = YamlPath::top().key("clauses").item(n);
        check_parts(complaints, &place, clause);
        check_expectations(complaints, &place, clause);
        let Some(statement) = documented.get(&clause.id) else {
            complaints.at(&place.key("id"), unknown(&clause.id, &documented));
            continue;
        };
        if missing.remove(&clause.id).is_none() {
            let id = clause.id.clone();
            complaints.at(&place.clone().key("id"), BadTables::Twice { id });
        }
        check_condition(complaints, &place, clause, statement.condition);
    }
    if !missing.is_empty() {
        let missing = missing.into_keys().collect();
        complaints.at(
            &YamlPath::top().key("clauses"),
            BadTables::Missing { missing },
        );
    }
}

/// The id is made of the clause's parts.
fn check_parts(complaints: &mut Complaints<'_>, place: &YamlPath, clause: &Clause) {
    let parts = clause.id_of_parts();
    if parts != clause.id {
        let id = clause.id.clone();
        let problem = BadTables::IdOfOtherParts { id, parts };
        complaints.at(&place.clone().key("id"), problem);
    }
}

/// What is expected is of the clause's activity, in every reading.
fn check_expectations(complaints: &mut Complaints<'_>, place: &YamlPath, clause: &Clause) {
    let mut check = |place: YamlPath, expect: &Expectation| {
        if expect.activity() != clause.activity {
            let problem = BadTables::OtherActivity {
                id: clause.id.clone(),
                activity: clause.activity,
                expected: expect.activity(),
            };
            complaints.at(&place.key("expect"), problem);
        }
    };
    check(place.clone(), &clause.expect);
    for (n, alternative) in clause.alternatives.iter().enumerate() {
        let place = place.clone().key("alternatives").item(n);
        check(place, &alternative.expect);
    }
}

/// The condition is the document's.
fn check_condition(
    complaints: &mut Complaints<'_>,
    place: &YamlPath,
    clause: &Clause,
    documented: Condition,
) {
    if clause.condition != documented {
        let problem = BadTables::Condition {
            id: clause.id.clone(),
            documented,
            found: clause.condition,
        };
        complaints.at(&place.clone().key("condition"), problem);
    }
}

/// A complaint about an id that is none.
fn unknown(id: &ClauseId, documented: &BTreeMap<ClauseId, Statement>) -> BadTables {
    let known: Vec<&str> = documented.keys().map(|id| id.0.as_str()).collect();
    let advice = match nearest::nearest(&id.0, &known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "remove it: tables contain what the document states, and nothing else".to_owned(),
    };
    let id = id.clone();
    BadTables::Unknown { id, advice }
}

/// Ids in a row, for a message.
fn listed(ids: &[ClauseId]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    ids.join(", ")
}
