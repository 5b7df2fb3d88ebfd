//! What the judge says of a clause, and what that makes of a run: `results.json` and the exit code.
//!
//! The judge gives [`Finding`]s, one for each clause and walk; [`Results::of`] brings them together.
//! Every report is written from [`Results`] and the journal.

use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use crate::ClauseId;
use crate::figure::{Distribution, Figure, FigureResult, ObjectiveResult};
use crate::journal::Header;
use crate::repetition;
use crate::target::Date;
use crate::walk::LabKind;

/// What a clause came to. Never merged, never inferred from each other.
///
/// The order of the variants is that in which reports list them, not that of their gravity.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Observed as documented.
    Pass,
    /// Observed otherwise than documented.
    Fail,
    /// A precondition or the fault was not proven.
    Inconclusive,
    /// The target says that it lacks the capability.
    Unsupported,
    /// It failed as the target declares.
    Deviation,
    /// The harness's own trouble.
    Error,
    /// Nobody judged it: no walk that was held asks it.
    NotJudged,
}

impl Verdict {
    /// All of them, as reports list them.
    pub const ALL: [Verdict; 7] = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Unsupported,
        Verdict::Deviation,
        Verdict::Error,
        Verdict::NotJudged,
    ];

    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Unsupported => "unsupported",
            Verdict::Deviation => "deviation",
            Verdict::Error => "error",
            Verdict::NotJudged => "not-judged",
        }
    }

    /// What a clause comes to by what each walk says of it: the first of error, fail,
    /// inconclusive, deviation, unsupported, pass that some walk says. A walk that did not judge it
    /// adds nothing; without any that did, it is [`Verdict::NotJudged`].
    pub fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        verdicts
            .into_iter()
            .max_by_key(|verdict| verdict.gravity())
            .unwrap_or(Verdict::NotJudged)
    }

    const fn gravity(self) -> u8 {
        match self {
            Verdict::NotJudged => 0,
            Verdict::Pass => 1,
            Verdict::Unsupported => 2,
            Verdict::Deviation => 3,
            Verdict::Inconclusive => 4,
            Verdict::Fail => 5,
            Verdict::Error => 6,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A journal line that a verdict rests on.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The walk.
    pub walk: String,
    /// The line's number within the walk.
    pub n: u64,
}

/// What one walk says of one clause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The clause.
    pub clause: ClauseId,
    /// The walk.
    pub walk: String,
    /// Whether the attempts that were judged came after the import.
    pub imported: bool,
    /// What it came to.
    pub verdict: Verdict,
    /// Why, in a sentence that names times and actors.
    pub reason: String,
    /// The lines that it rests on, in order.
    pub evidence: Vec<Evidence>,
    /// What was measured: name with unit (`disconnected_ms`) to value.
    pub figures: BTreeMap<String, f64>,
}

/// A clause that a run was asked to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The clause.
    pub clause: ClauseId,
    /// What it states, where the tables are at hand.
    pub statement: Option<String>,
}

/// What a run came to: `results.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "rgdrill: results.json")]
pub struct Results {
    /// The version of this format.
    #[schemars(extend("const" = Results::SCHEMA))]
    pub schema: String,
    /// The name of the target that was drilled.
    pub target: String,
    /// The lab in which it was.
    pub lab: LabKind,
    /// The seed of all randomness.
    pub seed: u64,
    /// The worst of the clauses' verdicts, as the exit code ranks them.
    pub verdict: Verdict,
    /// What the process exits with.
    pub exit_code: ExitCode,
    /// How many clauses came to what.
    pub summary: Summary,
    /// The clauses asked for, in the order of the tables.
    pub clauses: Vec<ClauseResult>,
    /// What was measured over whole walks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<FigureResult>,
    /// What was required of the figures, and what that came to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<ObjectiveResult>,
    /// The day on which it was asked whether declared deviations have expired; absent where the
    /// target declares none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_on: Option<Date>,
}

/// What one clause came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseResult {
    /// The clause.
    pub id: ClauseId,
    /// The worst over the walks. Inconclusive if they were held several times, and the clause did
    /// not come to the same each time.
    pub verdict: Verdict,
    /// What it states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// How many times it came to what; absent where walks were held only once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub repetitions: BTreeMap<Verdict, u64>,
    /// How what was measured is distributed over all walks and repetitions; absent where walks
    /// were held only once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub distributions: BTreeMap<String, Distribution>,
    /// What each walk says of it, in the order of the findings.
    pub walks: Vec<WalkResult>,
}

/// What one walk says of a clause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WalkResult {
    /// The walk.
    pub walk: String,
    /// Whether the attempts that were judged came after the import.
    pub imported: bool,
    /// What it came to.
    pub verdict: Verdict,
    /// Why, in a sentence that names times and actors.
    pub reason: String,
    /// The lines that it rests on, in order.
    pub evidence: Vec<Evidence>,
    /// What was measured: name with unit (`disconnected_ms`) to value.
    pub figures: BTreeMap<String, f64>,
}

/// How many clauses came to what. Always says all of it, zeros too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Summary {
    /// Clauses observed as documented.
    pub pass: u64,
    /// Clauses observed otherwise than documented.
    pub fail: u64,
    /// Clauses of which a precondition or the fault was not proven.
    pub inconclusive: u64,
    /// Clauses that need what the target says that it lacks.
    pub unsupported: u64,
    /// Clauses that failed as the target declares.
    pub deviation: u64,
    /// Clauses that the harness's own trouble left unjudged.
    pub error: u64,
    /// Clauses that no walk judged.
    pub not_judged: u64,
}

impl Summary {
    /// Counts the clauses' verdicts.
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Summary {
        let mut summary = Summary::default();
        for verdict in verdicts {
            *summary.entry(verdict) += 1;
        }
        summary
    }

    /// How many clauses came to `verdict`.
    pub const fn count(&self, verdict: Verdict) -> u64 {
        match verdict {
            Verdict::Pass => self.pass,
            Verdict::Fail => self.fail,
            Verdict::Inconclusive => self.inconclusive,
            Verdict::Unsupported => self.unsupported,
            Verdict::Deviation => self.deviation,
            Verdict::Error => self.error,
            Verdict::NotJudged => self.not_judged,
        }
    }

    /// How many clauses there are.
    pub fn total(&self) -> u64 {
        Verdict::ALL
            .iter()
            .map(|verdict| self.count(*verdict))
            .sum()
    }

    const fn entry(&mut self, verdict: Verdict) -> &mut u64 {
        match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Fail => &mut self.fail,
            Verdict::Inconclusive => &mut self.inconclusive,
            Verdict::Unsupported => &mut self.unsupported,
            Verdict::Deviation => &mut self.deviation,
            Verdict::Error => &mut self.error,
            Verdict::NotJudged => &mut self.not_judged,
        }
    }

    /// The verdict of a run that exits with `code`.
    fn verdict(&self, code: ExitCode) -> Verdict {
        match code {
            ExitCode::Passed => self.worst(),
            ExitCode::Failed => Verdict::Fail,
            ExitCode::HarnessFailed | ExitCode::Usage => Verdict::Error,
            ExitCode::Incomplete => Verdict::NotJudged,
            ExitCode::Inconclusive => Verdict::Inconclusive,
        }
    }

    /// The worst verdict of those clauses that leave a run at exit code 0.
    fn worst(&self) -> Verdict {
        Verdict::worst(
            Verdict::ALL
                .into_iter()
                .filter(|verdict| self.count(*verdict) > 0),
        )
    }
}

/// Whether what the target declares of its own limits is put up with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// It is: the target's file says so, and the report shows it.
    #[default]
    Lenient,
    /// It is not (`--strict`): with a deviation the run has failed, and without the clauses that
    /// are unsupported it is incomplete.
    Strict,
}

/// What the process exits with. Never a count. Written as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "u8", try_from = "u8")]
#[schemars(with = "u8", extend("enum" = [0, 1, 2, 3, 4, 64]))]
pub enum ExitCode {
    /// 0: every clause asked for was judged, and passed; declared deviations and, outside
    /// `--strict`, unsupported ones aside.
    Passed = 0,
    /// 1: at least one clause failed, as declared or not, under `--strict`; or an objective did.
    Failed = 1,
    /// 2: none failed, at least one is inconclusive.
    Inconclusive = 2,
    /// 3: the run is incomplete: a clause asked for was never judged, or none was at all.
    Incomplete = 3,
    /// 4: the harness or its environment failed.
    HarnessFailed = 4,
    /// 64: wrong usage, or a scenario or target file that does not check.
    Usage = 64,
}

/// A number that is no exit code of rgdrill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no exit code: they are 0 to 4, and 64")]
pub struct UnknownExitCode(pub u8);

impl ExitCode {
    /// All that a run can come to, in the order in which they outrank each other.
    const BY_RANK: [ExitCode; 5] = [
        ExitCode::Failed,
        ExitCode::HarnessFailed,
        ExitCode::Incomplete,
        ExitCode::Inconclusive,
        ExitCode::Passed,
    ];

    /// What a run exits with whose clauses came to `summary`.
    ///
    /// A run in which no clause passed, failed, deviated or was inconclusive has judged nothing,
    /// whatever the target claims not to support: it is incomplete.
    pub fn of(summary: &Summary, strictness: Strictness) -> ExitCode {
        let judged = summary.pass + summary.fail + summary.inconclusive + summary.deviation;
        let (failed, missing) = match strictness {
            Strictness::Lenient => (summary.fail, summary.not_judged),
            Strictness::Strict => (
                summary.fail + summary.deviation,
                summary.not_judged + summary.unsupported,
            ),
        };
        let holds = |code: &ExitCode| match code {
            ExitCode::Failed => failed > 0,
            ExitCode::HarnessFailed => summary.error > 0,
            ExitCode::Incomplete => missing > 0 || judged == 0,
            ExitCode::Inconclusive => summary.inconclusive > 0,
            ExitCode::Passed | ExitCode::Usage => true,
        };
        ExitCode::BY_RANK
            .into_iter()
            .find(holds)
            .unwrap_or(ExitCode::Incomplete)
    }

    /// What an objective that came to `verdict` makes a run exit with.
    const fn of_objective(verdict: Verdict) -> ExitCode {
        match verdict {
            Verdict::Pass | Verdict::Unsupported | Verdict::Deviation => ExitCode::Passed,
            Verdict::Fail => ExitCode::Failed,
            Verdict::Inconclusive => ExitCode::Inconclusive,
            Verdict::Error => ExitCode::HarnessFailed,
            Verdict::NotJudged => ExitCode::Incomplete,
        }
    }

    /// What the process exits with when both hold: 64, then 1, then 4, then 3, then 2.
    pub fn and(self, other: ExitCode) -> ExitCode {
        ExitCode::BY_RANK
            .into_iter()
            .find(|code| [self, other].contains(code))
            .filter(|_| ![self, other].contains(&ExitCode::Usage))
            .unwrap_or(ExitCode::Usage)
    }

    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<ExitCode> for u8 {
    fn from(code: ExitCode) -> u8 {
        code.code()
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> std::process::ExitCode {
        std::process::ExitCode::from(code.code())
    }
}

impl TryFrom<u8> for ExitCode {
    type Error = UnknownExitCode;

    fn try_from(code: u8) -> Result<Self, UnknownExitCode> {
        match code {
            0 => Ok(ExitCode::Passed),
            1 => Ok(ExitCode::Failed),
            2 => Ok(ExitCode::Inconclusive),
            3 => Ok(ExitCode::Incomplete),
            4 => Ok(ExitCode::HarnessFailed),
            64 => Ok(ExitCode::Usage),
            _ => Err(UnknownExitCode(code)),
        }
    }
}

/// Why a text is no [`Results`].
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// It is not JSON, or lacks what results have.
    #[error("these are no results")]
    Malformed(#[from] serde_json::Error),
    /// Results of another version of the format.
    #[error(
        "these are results of schema `{found}`; this rgdrill reads {}",
        Results::SCHEMA
    )]
    UnknownSchema {
        /// The schema that they name.
        found: String,
    },
}

impl Results {
    /// The version of the format that is written, and the only one that is read.
    pub const SCHEMA: &'static str = "rgdrill-results/1";

    /// Brings together what all walks of a run say of the clauses that were asked for. Findings on
    /// others are left out.
    ///
    /// The run's verdict is that of its exit code: fail, error, not judged (incomplete) or
    /// inconclusive. A run that exits with 0 has the worst of its clauses' verdicts: pass, unless
    /// a deviation or something unsupported stands in its way.
    pub fn of(
        header: &Header,
        asked: impl IntoIterator<Item = Asked>,
        findings: &[Finding],
        strictness: Strictness,
    ) -> Results {
        let clauses: Vec<ClauseResult> = asked
            .into_iter()
            .map(|asked| ClauseResult::of(asked, findings))
            .collect();
        let summary = Summary::of(clauses.iter().map(|clause| clause.verdict));
        let exit_code = ExitCode::of(&summary, strictness);
        Results {
            schema: Results::SCHEMA.to_owned(),
            target: header.target.clone(),
            lab: header.lab,
            seed: header.seed,
            verdict: summary.verdict(exit_code),
            exit_code,
            summary,
            clauses,
            figures: Vec::new(),
            objectives: Vec::new(),
            judged_on: None,
        }
    }

    /// The same results, with what was measured, and what that makes of the objectives in `header`.
    #[must_use]
    pub fn measuring(self, header: &Header, figures: &[Figure]) -> Results {
        let objectives = ObjectiveResult::all(&header.objectives, figures);
        let exit_code = objectives.iter().fold(self.exit_code, |code, objective| {
            code.and(ExitCode::of_objective(objective.verdict))
        });
        Results {
            verdict: self.summary.verdict(exit_code),
            exit_code,
            figures: FigureResult::all(figures),
            objectives,
            ..self
        }
    }

    /// The same results, with the day for which declared deviations were asked.
    #[must_use]
    pub fn judged_on(self, day: Date) -> Results {
        Results {
            judged_on: Some(day),
            ..self
        }
    }

    /// `results.json`: indented, with a newline at its end.
    ///
    /// # Errors
    ///
    /// None that these types can cause; the JSON writer's own.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }

    /// The JSON Schema of `results.json`, for those who read it.
    pub fn json_schema() -> Schema {
        schemars::schema_for!(Results)
    }

    /// Reads `results.json`.
    ///
    /// # Errors
    ///
    /// [`ResultsError`].
    pub fn from_json(text: &str) -> Result<Results, ResultsError> {
        /// All that results of any version have.
        #[derive(Deserialize)]
        struct AnyResults {
            schema: String,
        }

        let AnyResults { schema: found } = serde_json::from_str(text)?;
        if found != Results::SCHEMA {
            return Err(ResultsError::UnknownSchema { found });
        }
        Ok(serde_json::from_str(text)?)
    }
}

impl ClauseResult {
    fn of(asked: Asked, findings: &[Finding]) -> ClauseResult {
        let walks: Vec<WalkResult> = findings
            .iter()
            .filter(|finding| finding.clause == asked.clause)
            .map(WalkResult::of)
            .collect();
        let repetitions = repetitions(&walks);
        let verdict = match repetitions.len() {
            0 | 1 => Verdict::worst(walks.iter().map(|walk| walk.verdict)),
            _ => Verdict::Inconclusive,
        };
        let distributions = match repetitions.is_empty() {
            true => BTreeMap::new(),
            false => distributions(&walks),
        };
        ClauseResult {
            id: asked.clause,
            verdict,
            statement: asked.statement,
            repetitions,
            distributions,
            walks,
        }
    }
}

/// How many times a clause came to what: in each repetition, to the worst that its walks say.
/// Nothing, if walks were held only once.
fn repetitions(walks: &[WalkResult]) -> BTreeMap<Verdict, u64> {
    let mut each: BTreeMap<u32, Verdict> = BTreeMap::new();
    for walk in walks {
        let (_, number) = repetition::parts(&walk.walk);
        let verdict = each.entry(number).or_insert(walk.verdict);
        *verdict = Verdict::worst([*verdict, walk.verdict]);
    }
    let mut shares = BTreeMap::new();
    if each.len() > 1 {
        for verdict in each.into_values() {
            *shares.entry(verdict).or_insert(0) += 1;
        }
    }
    shares
}

/// How everything that walks measured is distributed.
fn distributions(walks: &[WalkResult]) -> BTreeMap<String, Distribution> {
    let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (name, value) in walks.iter().flat_map(|walk| &walk.figures) {
        values.entry(name).or_default().push(*value);
    }
    let distribution =
        |(name, values): (&str, Vec<f64>)| Some((name.to_owned(), Distribution::of(values)?));
    values.into_iter().filter_map(distribution).collect()
}

impl WalkResult {
    fn of(finding: &Finding) -> WalkResult {
        WalkResult {
            walk: finding.walk.clone(),
            imported: finding.imported,
            verdict: finding.verdict,
            reason: finding.reason.clone(),
            evidence: finding.evidence.clone(),
            figures: finding.figures.clone(),
        }
    }
}
