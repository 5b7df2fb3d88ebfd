//! What `results.json` says in short: verdicts and figures, without what they rest on.
//!
//! Whoever reads such a file reads this of it. It may have been made by anybody: what is kept of it has a bound,
//! however many members the file has, so that reading it takes little more memory than its text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::claims::Date;
use crate::clause::ClauseId;
use crate::exit_code::ExitCode;
use crate::figure::Measure;
use crate::repetition;
use crate::results::{Results, ResultsError};
use crate::summary::Summary;
use crate::verdict::Verdict;
use crate::walk::LabKind;
use crate::yardstick::Yardstick;

/// How many bytes a name has at most.
const LONGEST_NAME: usize = 1 << 10;

/// How many clauses there are at most, and how many objectives or figures.
const MOST_CLAUSES: usize = 200;

/// In how many places one of them is measured at most: figures of walks, repetitions of which are one.
const MOST_PLACES: usize = 500;

/// How many names are listed at most of what differs, or of walks.
const MOST_NAMES: usize = 10_000;

/// Results in short. Members have the names that they have in [`Results`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Outline {
    /// The name of the target that was drilled.
    #[serde(deserialize_with = "name")]
    pub target: String,
    /// The lab in which it was.
    pub lab: LabKind,
    /// The seed of all randomness.
    pub seed: u64,
    /// The verdict of the run.
    pub verdict: Verdict,
    /// What the process exited with.
    pub exit_code: ExitCode,
    /// How many clauses have which verdict.
    pub summary: Summary,
    /// What the drill was run and judged by.
    #[serde(default, deserialize_with = "yardstick")]
    pub yardstick: Option<Yardstick>,
    /// The walks that other shards of the drill have.
    #[serde(default, deserialize_with = "names")]
    pub elsewhere: Vec<String>,
    /// The clauses asked for.
    #[serde(deserialize_with = "few::<_, _, MOST_CLAUSES>")]
    pub clauses: Vec<ClauseOutline>,
    /// What was measured over whole walks.
    #[serde(default, deserialize_with = "few::<_, _, MOST_CLAUSES>")]
    pub figures: Vec<FigureOutline>,
    /// What was required of the figures.
    #[serde(default, deserialize_with = "few::<_, _, MOST_CLAUSES>")]
    pub objectives: Vec<ObjectiveOutline>,
    /// The day for which it was asked whether declared deviations have expired.
    #[serde(default)]
    pub judged_on: Option<Date>,
}

/// The result of a clause.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ClauseOutline {
    /// The clause.
    #[serde(deserialize_with = "clause_id")]
    pub id: ClauseId,
    /// Its verdict.
    pub verdict: Verdict,
    /// What walks measured for it.
    pub walks: Measured,
}

/// What was measured over whole walks.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FigureOutline {
    /// What is measured.
    pub name: Measure,
    /// What walks have measured, under no name of its own.
    pub walks: Measured,
}

/// The result of a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ObjectiveOutline {
    /// What is measured.
    pub name: Measure,
    /// Its verdict.
    pub verdict: Verdict,
}

/// What was measured in each place: the name of the figure, and the walk, of whose repetitions all values are here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured(pub BTreeMap<(String, String), Vec<f64>>);

impl Outline {
    /// Reads `results.json`.
    ///
    /// # Errors
    ///
    /// [`ResultsError`].
    pub fn from_json(text: &str) -> Result<Outline, ResultsError> {
        Results::check_schema(text)?;
        Ok(serde_json::from_str(text)?)
    }
}

impl Measured {
    /// Adds what a walk has measured, unless that is one place too many.
    fn add<E: Error>(&mut self, figure: &str, walk: &str, value: f64) -> Result<(), E> {
        let (walk, _) = repetition::parts(walk);
        let place = (short(figure)?.to_owned(), short(walk)?.to_owned());
        if self.0.len() == MOST_PLACES && !self.0.contains_key(&place) {
            return Err(too_many(MOST_PLACES));
        }
        self.0.entry(place).or_default().push(value);
        Ok(())
    }
}

/// A part of the text, unless it is written with escapes.
#[derive(Deserialize)]
struct Part<'a>(#[serde(borrow)] Cow<'a, str>);

/// What a walk says; of a measure it is a value.
#[derive(Deserialize)]
struct WalkOutline<'a> {
    #[serde(borrow)]
    walk: Cow<'a, str>,
    #[serde(borrow, default)]
    figures: Figures<'a>,
    #[serde(default)]
    value: Option<u64>,
}

/// What a walk has measured for a clause.
#[derive(Default)]
struct Figures<'a>(Vec<(Cow<'a, str>, f64)>);

impl<'de: 'a, 'a> Deserialize<'de> for Figures<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<'a>(PhantomData<Figures<'a>>);

        impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
            type Value = Figures<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("figures, each with its value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Figures<'a>, A::Error> {
                let mut figures = Vec::new();
                while let Some((Part(name), value)) = map.next_entry()? {
                    if figures.len() == MOST_PLACES {
                        return Err(too_many(MOST_PLACES));
                    }
                    figures.push((name, value));
                }
                Ok(Figures(figures))
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walks;

        impl<'de> Visitor<'de> for Walks {
            type Value = Measured;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("what each walk says")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut walks: A) -> Result<Measured, A::Error> {
                let mut measured = Measured::default();
                while let Some(said) = walks.next_element::<WalkOutline<'de>>()? {
                    for (figure, value) in &said.figures.0 {
                        measured.add(figure, &said.walk, *value)?;
                    }
                    if let Some(value) = said.value.and_then(|value| u32::try_from(value).ok()) {
                        measured.add("", &said.walk, value.into())?;
                    }
                }
                Ok(measured)
            }
        }

        deserializer.deserialize_seq(Walks)
    }
}

/// A list that has at most so many items.
fn few<'de, D, T, const MOST: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Items<T, const MOST: usize>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Items<T, MOST> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MOST}")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let mut few = Vec::new();
            while let Some(item) = items.next_element()? {
                if few.len() == MOST {
                    return Err(too_many(MOST));
                }
                few.push(item);
            }
            Ok(few)
        }
    }

    deserializer.deserialize_seq(Items::<T, MOST>(PhantomData))
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let Part(text) = Part::deserialize(deserializer)?;
    short(&text).map(str::to_owned)
}

fn clause_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ClauseId, D::Error> {
    name(deserializer).map(ClauseId)
}

fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let parts: Vec<Part<'de>> = few::<_, _, MOST_NAMES>(deserializer)?;
    let names = parts.iter().map(|Part(text)| short(text));
    names.map(|name| name.map(str::to_owned)).collect()
}

fn yardstick<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Yardstick>, D::Error> {
    #[derive(Deserialize)]
    struct Short {
        #[serde(deserialize_with = "name")]
        release: String,
        #[serde(deserialize_with = "names")]
        differs: Vec<String>,
    }

    let yardstick = Option::<Short>::deserialize(deserializer)?;
    Ok(yardstick.map(|Short { release, differs }| Yardstick { release, differs }))
}

/// A text that is no longer than names are.
fn short<E: Error>(text: &str) -> Result<&str, E> {
    match text.len() > LONGEST_NAME {
        true => Err(E::custom(format_args!(
            "a name has more than {LONGEST_NAME} bytes, and none has"
        ))),
        false => Ok(text),
    }
}

fn too_many<E: Error>(most: usize) -> E {
    E::custom(format_args!(
        "more than {most} of these, and no run has as many"
    ))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    fn results(of_clause: Value) -> Value {
        json!({
            "schema": Results::SCHEMA, "target": "acme", "lab": "sim", "seed": 1, "verdict": "pass",
            "exit_code": 0, "summary": Summary::default(), "clauses": [of_clause],
        })
    }

    fn clause(walks: Value) -> Value {
        json!({ "id": "a", "verdict": "pass", "statement": "It does.", "walks": walks })
    }

    fn walk(name: &str, figures: Value) -> Value {
        let evidence = json!([{ "walk": name, "n": 1 }]);
        json!({ "walk": name, "verdict": "pass", "reason": "", "evidence": evidence, "figures": figures })
    }

    fn read(results: &Value) -> Result<Outline, ResultsError> {
        Outline::from_json(&results.to_string())
    }

    #[test]
    fn repetitions_of_a_walk_are_one_place() {
        let walks = [
            walk("kill", json!({ "ms": 1.0 })),
            walk("kill#2", json!({ "ms": 2.0 })),
            walk("freeze", json!({})),
        ];
        let outline = read(&results(clause(json!(walks)))).unwrap();
        let place = ("ms".to_owned(), "kill".to_owned());
        let measured = Measured(BTreeMap::from([(place, vec![1.0, 2.0])]));
        assert_eq!(outline.clauses[0].walks, measured);
    }

    /// What a file of any length may demand: each list goes on to its end in the file.
    #[rstest]
    #[case::places(results(clause((0..=MOST_PLACES).map(|n| walk(&n.to_string(), json!({ "ms": 1 }))).collect())))]
    #[case::figures(results(clause(json!([walk("kill", (0..=MOST_PLACES).map(|n| (n.to_string(), json!(1))).collect())]))))]
    #[case::a_long_name(results(clause(json!([walk(&"x".repeat(LONGEST_NAME + 1), json!({ "ms": 1 }))]))))]
    #[case::a_long_id(results(json!({ "id": "x".repeat(LONGEST_NAME + 1), "verdict": "pass", "walks": [] })))]
    #[case::clauses({
        let mut all = results(clause(json!([])));
        all["clauses"] = vec![clause(json!([])); MOST_CLAUSES + 1].into();
        all
    })]
    #[case::names({
        let mut all = results(clause(json!([])));
        all["yardstick"] = json!({ "release": "1", "differs": vec![""; MOST_NAMES + 1] });
        all
    })]
    fn what_no_results_have_is_refused(#[case] results: Value) {
        let error = read(&results).unwrap_err();
        let ResultsError::Malformed(why) = &error else {
            panic!("{error}");
        };
        let why = why.to_string();
        assert!(why.contains("more than"), "{why}");
    }
}
