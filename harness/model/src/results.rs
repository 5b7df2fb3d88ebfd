//! The results of a run: `results.json`. Every report is written from [`Results`] and the journal.
//!
//! The judge gives [`Finding`]s, one for each clause and walk; [`Results::of`] brings them together.

use std::collections::BTreeMap;
use std::io;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use crate::claims::Date;
use crate::clause_result::{AskedClause, ClauseResult};
use crate::exit_code::{ExitCode, Strictness};
use crate::figure::{Figure, FigureResult, ObjectiveResult};
use crate::finding::Finding;
use crate::host::HostName;
use crate::journal::Header;
use crate::load::LoadResult;
use crate::shards::Shards;
use crate::summary::Summary;
use crate::verdict::Verdict;
use crate::walk::LabKind;
use crate::yardstick::Yardstick;

/// The results of a run: `results.json`.
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
    /// What ran on each host of a pool or database; absent in runs of before it was recorded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ran: BTreeMap<HostName, Vec<String>>,
    /// The seed of all randomness.
    pub seed: u64,
    /// The worst of the clauses' verdicts, as the exit code ranks them.
    pub verdict: Verdict,
    /// What the process exits with.
    pub exit_code: ExitCode,
    /// How many clauses have which verdict.
    pub summary: Summary,
    /// What the drill was run and judged by, and what of it is not the release's. A pass by another
    /// yardstick is no pass of the documented behaviour. Absent in runs of before it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yardstick: Option<Yardstick>,
    /// The walks that other shards of the drill have, and that are not among what was judged here: the
    /// run is incomplete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<String>,
    /// The clauses asked for, in the order of the tables.
    pub clauses: Vec<ClauseResult>,
    /// What was measured over whole walks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<FigureResult>,
    /// What was measured of the load in the background of walks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub load: Vec<LoadResult>,
    /// What was required of the figures, with verdicts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<ObjectiveResult>,
    /// The day on which it was asked whether declared deviations have expired; absent where the
    /// target declares none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_on: Option<Date>,
}

/// Why a text is not [`Results`].
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// It is not JSON, or lacks what results have.
    #[error("not results of a run")]
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
        asked: impl IntoIterator<Item = AskedClause>,
        findings: &[Finding],
        strictness: Strictness,
    ) -> Results {
        let clauses: Vec<ClauseResult> = asked
            .into_iter()
            .map(|asked| ClauseResult::of(asked, findings))
            .collect();
        let summary = Summary::of(clauses.iter().map(|clause| clause.verdict));
        let shards = header.shards.iter();
        let elsewhere: Vec<String> = shards
            .flat_map(Shards::elsewhere)
            .map(str::to_owned)
            .collect();
        let whole = match elsewhere.is_empty() {
            true => ExitCode::Passed,
            false => ExitCode::Incomplete,
        };
        let exit_code = ExitCode::of(&summary, strictness).and(whole);
        Results {
            schema: Results::SCHEMA.to_owned(),
            target: header.target.clone(),
            lab: header.lab,
            ran: header.ran.clone(),
            seed: header.seed,
            verdict: verdict_of_run(&summary, exit_code),
            exit_code,
            summary,
            yardstick: header.yardstick.clone(),
            elsewhere,
            clauses,
            figures: Vec::new(),
            load: Vec::new(),
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
            verdict: verdict_of_run(&self.summary, exit_code),
            exit_code,
            figures: FigureResult::all(figures),
            objectives,
            ..self
        }
    }

    /// The same results, with what was measured of the load in the background.
    #[must_use]
    pub fn under_load(self, load: Vec<LoadResult>) -> Results {
        Results { load, ..self }
    }

    /// The same results, with the day for which declared deviations were asked.
    #[must_use]
    pub fn judged_on(self, day: Date) -> Results {
        Results {
            judged_on: Some(day),
            ..self
        }
    }

    /// As [`Results::to_json`], written as it is made.
    ///
    /// # Errors
    ///
    /// The writer's own.
    pub fn write_json(&self, mut writer: impl io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut writer, self)?;
        writer.write_all(b"\n")
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

    /// Reads `results.json`, with all that its verdicts rest on. Of a file from outside, read the
    /// [`Outline`](crate::outline::Outline).
    ///
    /// # Errors
    ///
    /// [`ResultsError`].
    pub fn from_json(text: &str) -> Result<Results, ResultsError> {
        Results::check_schema(text)?;
        Ok(serde_json::from_str(text)?)
    }

    /// Whether a text is of the version of the format that is read.
    pub(crate) fn check_schema(text: &str) -> Result<(), ResultsError> {
        /// All that results of any version have.
        #[derive(Deserialize)]
        struct AnyResults {
            schema: String,
        }

        let AnyResults { schema: found } = serde_json::from_str(text)?;
        match found == Results::SCHEMA {
            true => Ok(()),
            false => Err(ResultsError::UnknownSchema { found }),
        }
    }
}

/// The verdict of a run that exits with `code`.
fn verdict_of_run(summary: &Summary, code: ExitCode) -> Verdict {
    match code {
        ExitCode::Passed => summary.worst(),
        ExitCode::Failed => Verdict::Fail,
        ExitCode::HarnessFailed | ExitCode::Usage => Verdict::Error,
        ExitCode::Incomplete => Verdict::NotJudged,
        ExitCode::Inconclusive => Verdict::Inconclusive,
    }
}
