//! Which walks of the scenarios are run, and which clauses they are asked for.

use std::collections::BTreeSet;

use drawing::Plan;
use model::pattern::Pattern;
use model::scenarios::Scenarios;
use model::walk::LabKind;
use model::{ClauseId, Tables, Walk};

/// What was asked for. Patterns are names or ids in which `*` stands for any text.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    /// Only walks whose name matches one of these; all of them if there is none.
    pub walks: &'a [String],
    /// Only walks that judge a clause whose id matches one of these; all of them if there is none.
    pub clauses: &'a [String],
    /// Whether walks are run that are not marked for the lab.
    pub for_lab: ForLab,
}

/// Which walks are run in a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForLab {
    /// Those that are marked for it.
    Marked,
    /// All of them.
    All,
}

/// Why nothing can be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// A pattern matches no walk.
    #[error("no walk matches `{pattern}`")]
    NoSuchWalk {
        /// The pattern.
        pattern: String,
        /// The walk whose name is most like it, if there is one.
        nearest: Option<String>,
    },
    /// A pattern matches no clause.
    #[error("no clause matches `{pattern}`")]
    NoSuchClause {
        /// The pattern.
        pattern: String,
        /// The clause whose id is most like it, if there is one.
        nearest: Option<String>,
    },
    /// The walks that match are not marked for the lab.
    #[error("{} not among the walks that the lab `{}` runs by default", named(walks), lab.word())]
    NotMarked {
        /// The walks.
        walks: Vec<String>,
        /// The lab.
        lab: LabKind,
    },
    /// No walk is left.
    #[error("none of these walks judges any of these clauses")]
    NoWalk,
}

impl Selection<'_> {
    /// The plans of the walks to run in a lab of this kind, in the order of the scenarios.
    ///
    /// # Errors
    ///
    /// [`SelectionError`].
    pub fn plans(&self, scenarios: &Scenarios, lab: LabKind) -> Result<Vec<Plan>, SelectionError> {
        let clauses = self.clause_patterns(&scenarios.tables)?;
        let walks = self.matching_walks(scenarios)?;
        let judges =
            |walk: &&Walk| clauses.is_empty() || judges_any(walk, &clauses, &scenarios.tables);
        let judging: Vec<&Walk> = walks.into_iter().filter(judges).collect();
        let is_for_lab = |walk: &Walk| self.for_lab == ForLab::All || walk.labs.contains(&lab);
        let is_named = |walk: &Walk| {
            self.walks
                .iter()
                .any(|text| Pattern::new(text).matches(&walk.walk))
        };
        let is_run = |walk: &Walk| is_for_lab(walk) && (walk.runs.is_always() || is_named(walk));
        // Who names a walk is not to wonder where it is.
        for text in self.walks {
            let pattern = Pattern::new(text);
            let meant = judging.iter().filter(|walk| pattern.matches(&walk.walk));
            let meant: Vec<&Walk> = meant.copied().collect();
            if !meant.is_empty() && !meant.iter().any(|walk| is_run(walk)) {
                let walks = meant.iter().map(|walk| walk.walk.clone()).collect();
                return Err(SelectionError::NotMarked { walks, lab });
            }
        }
        let run = judging.into_iter().filter(|walk| is_run(walk));
        let plans: Vec<Plan> = run.map(|walk| Plan::of(walk, scenarios)).collect();
        if plans.is_empty() {
            return Err(SelectionError::NoWalk);
        }
        Ok(plans)
    }

    /// Every one of them matches some clause.
    fn clause_patterns(&self, tables: &Tables) -> Result<Vec<Pattern>, SelectionError> {
        let ids = || tables.clauses.iter().map(|clause| clause.id.0.as_str());
        let pattern = |text: &String| {
            let pattern = Pattern::new(text);
            match ids().any(|id| pattern.matches(id)) {
                true => Ok(pattern),
                false => Err(SelectionError::NoSuchClause {
                    pattern: text.clone(),
                    nearest: nearest(text, ids()),
                }),
            }
        };
        self.clauses.iter().map(pattern).collect()
    }

    fn matching_walks<'a>(
        &self,
        scenarios: &'a Scenarios,
    ) -> Result<Vec<&'a Walk>, SelectionError> {
        let names = || scenarios.walks.keys().map(String::as_str);
        let patterns: Vec<Pattern> = self.walks.iter().map(Pattern::new).collect();
        for (text, pattern) in self.walks.iter().zip(&patterns) {
            if !names().any(|name| pattern.matches(name)) {
                return Err(SelectionError::NoSuchWalk {
                    pattern: text.clone(),
                    nearest: nearest(text, names()),
                });
            }
        }
        let wanted = |walk: &&Walk| {
            patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(&walk.walk))
        };
        Ok(scenarios.walks.values().filter(wanted).collect())
    }
}

/// These walks, as the subject of a sentence.
fn named(walks: &[String]) -> String {
    match walks {
        [walk] => format!("`{walk}` is"),
        walks => {
            let walks: Vec<String> = walks.iter().map(|walk| format!("`{walk}`")).collect();
            format!("{} are", walks.join(", "))
        }
    }
}

/// A walk that is not run, for the lab has not the means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub walk: String,
    /// What the lab lacks.
    pub why: String,
}

/// Leaves out walks that the lab has not the means for, where others judge all that they judge: those
/// that are left are as good. Where none does, they stay, so that it is said why nothing can be concluded.
pub fn without_means(
    plans: Vec<Plan>,
    tables: &Tables,
    lacks: impl Fn(&Walk) -> Option<String>,
) -> (Vec<Plan>, Vec<LeftOut>) {
    let (mut kept, mut lacking) = (Vec::new(), Vec::new());
    for plan in plans {
        match lacks(&plan.walk) {
            None => kept.push(plan),
            Some(why) => lacking.push((plan, why)),
        }
    }
    let kept_judge = kept.iter().flat_map(|plan| judged(plan, tables));
    let kept_judge: BTreeSet<&ClauseId> = kept_judge.collect();
    let is_lost =
        |(plan, _): &(Plan, String)| judged(plan, tables).any(|id| !kept_judge.contains(id));
    let (stay, go): (Vec<_>, Vec<_>) = lacking.into_iter().partition(is_lost);
    kept.extend(stay.into_iter().map(|(plan, _)| plan));
    kept.sort_by(|one, other| one.walk.walk.cmp(&other.walk.walk));
    let left_out = go.into_iter().map(|(plan, why)| LeftOut {
        walk: plan.walk.walk,
        why,
    });
    (kept, left_out.collect())
}

/// The clauses that a plan's walk judges.
fn judged<'t>(plan: &Plan, tables: &'t Tables) -> impl Iterator<Item = &'t ClauseId> + use<'t> {
    let judged = plan.walk.judged(tables).into_iter();
    judged.map(|clause| &clause.id)
}

fn judges_any(walk: &Walk, clauses: &[Pattern], tables: &Tables) -> bool {
    walk.judged(tables)
        .iter()
        .any(|clause| clauses.iter().any(|pattern| pattern.matches(&clause.id.0)))
}

/// The name that is most like `pattern`, which matches none.
fn nearest<'a>(pattern: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let names: Vec<&str> = names.into_iter().collect();
    model::nearest::nearest(pattern, &names).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn plans(walks: &[&str], for_lab: ForLab) -> Result<Vec<String>, SelectionError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/lync-2013");
        let scenarios = Scenarios::read(&root).unwrap();
        let walks: Vec<String> = walks.iter().map(|walk| (*walk).to_owned()).collect();
        let selection = Selection {
            walks: &walks,
            clauses: &[],
            for_lab,
        };
        let plans = selection.plans(&scenarios, LabKind::Docker)?;
        Ok(plans.into_iter().map(|plan| plan.walk.walk).collect())
    }

    #[test]
    fn a_walk_that_the_lab_does_not_run_by_default_is_named_as_such() {
        let error = plans(&["control", "imported-freeze"], ForLab::Marked).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`imported-freeze` is not among the walks that the lab `docker` runs by default"
        );
        let all = plans(&["control", "imported-freeze"], ForLab::All).unwrap();
        assert_eq!(all, ["control", "imported-freeze"]);
        assert_eq!(plans(&["imported-*"], ForLab::Marked).unwrap().len(), 1);
    }

    #[test]
    fn a_walk_that_is_run_when_named_is_run_only_then() {
        let is_run = |walks: &[&str]| {
            let run = plans(walks, ForLab::All).unwrap();
            run.iter().any(|walk| walk == "capacity")
        };
        assert!(!is_run(&[]));
        assert!(!is_run(&["imported-*"]));
        assert!(is_run(&["control", "capac*"]));
    }
}
