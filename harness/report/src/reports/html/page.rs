//! The page as a whole: what its template is filled with.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use model::{Verdict, parallel};
use timeline::{ReadRun, ReadWalk};

use super::clause::{ClauseView, Walks, shown};
use super::details::{self, Lines};
use super::load::LoadView;
use super::logged::Logged;
use super::objective::{self, ObjectiveFindings};
use super::plot::Plot;
use super::seal;
use super::summary::Summary;
use super::table::Table;
use super::walk::WalkView;
use crate::report::{JudgedRun, RenderError};
use crate::reports::interest::{by_interest, numbers};
use crate::reports::wording::needs_explanation;

/// The most bytes of a page.
const MOST: usize = 2_990_000;

/// The most bytes of it that timelines may take.
const MOST_OF_TIMELINES: usize = 1_100_000;

/// The most bytes of it that the lines may take on which verdicts rest, with the calls that did not go well.
const MOST_OF_EVIDENCE: usize = 1_000_000;

/// At most so many walks are named of which something is left out.
const MOST_NAMED: usize = 40;

/// Of at most so many walks there is a timeline, if there is room, and logs are read: those first that a reader wants
/// to see.
pub(super) const MOST_WALKS: usize = 40;

/// The page, as it is seen.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    summary: Summary<'a>,
    table: Table<'a>,
    unmet: Vec<ClauseView<'a>>,
    met: Vec<ClauseView<'a>>,
    plots: Vec<Plot>,
    clause_plots: Vec<Plot>,
    objectives: Vec<ObjectiveFindings<'a>>,
    load: Option<LoadView>,
    walks: Vec<WalkView<'a>>,
    without_timeline: LeftOut<'a>,
}

/// What follows it: the details of walks, as far as there is room.
#[derive(Template)]
#[template(path = "details.html")]
struct Packed<'a> {
    /// The number of each walk, its name, and what there is of it.
    packed: Vec<(usize, &'a str, String)>,
    /// The walks of which not all is there.
    left_out: LeftOut<'a>,
    script: &'static str,
}

/// Walks of which something is not in the page.
struct LeftOut<'a> {
    count: usize,
    /// Those of them that are named.
    named: Vec<&'a str>,
}

/// The page with all that belongs to it.
pub fn render(run: &JudgedRun<'_>) -> Result<String, RenderError> {
    let order = by_interest(run);
    let lines = lines(run);
    let Drawn { walks, details } = drawn(run, &order, &lines)?;
    let logged = Logged::of(run.run, run.logs, (&order, &lines));
    let mut html = Page::of(run, walks, logged).render()?;
    let mut room = MOST.saturating_sub(html.len() + seal::SCRIPT.len());
    let evidence = evidence(run, (&order, &lines), &mut room)?;
    let packed = Packed::of(run, evidence, details, room);
    packed.render_into(&mut html)?;
    Ok(html)
}

/// Walks to look at.
struct Drawn<'a> {
    walks: Vec<WalkView<'a>>,
    /// Of each its number and its details, those first that are to be kept first.
    details: Vec<(usize, String)>,
}

/// The walks for which there is room, with their details.
fn drawn<'a>(
    run: &JudgedRun<'a>,
    order: &[usize],
    lines: &BTreeMap<usize, Lines>,
) -> Result<Drawn<'a>, RenderError> {
    let (read, results) = (run.run, run.results);
    let none = Lines::default();
    let chosen = &order[..order.len().min(MOST_WALKS)];
    let made = parallel::map(chosen, |number| {
        let walk = &read.walks[*number];
        let view = WalkView::of(*number, walk, results);
        let details = details::all(walk, &view, lines.get(number).unwrap_or(&none))?;
        Ok::<_, RenderError>((view, details))
    });
    let (mut walks, mut details, mut taken) = (Vec::new(), Vec::new(), 0);
    for made in made {
        let (view, packed) = made?;
        taken += view.size();
        if taken > MOST_OF_TIMELINES {
            break;
        }
        details.push((view.number, packed));
        walks.push(view);
    }
    walks.sort_by_key(|view| view.number);
    Ok(Drawn { walks, details })
}

/// Of each walk what findings rest on, as far as there is room, which is the less then.
fn evidence(
    run: &JudgedRun<'_>,
    (order, lines): (&[usize], &BTreeMap<usize, Lines>),
    room: &mut usize,
) -> Result<BTreeMap<usize, String>, RenderError> {
    let walks: Vec<(usize, &Lines)> = order
        .iter()
        .filter_map(|number| Some((*number, lines.get(number)?)))
        .collect();
    let packed = parallel::map(&walks, |(number, lines)| {
        details::evidence(&run.run.walks[*number], lines)
    });
    let mut evidence = BTreeMap::new();
    let mut of_evidence = MOST_OF_EVIDENCE.min(*room);
    for ((number, _), packed) in walks.into_iter().zip(packed) {
        let packed = packed?;
        let size = size(run, number, &packed);
        if let Some(left) = of_evidence.checked_sub(size) {
            of_evidence = left;
            *room -= size;
            evidence.insert(number, packed);
        }
    }
    Ok(evidence)
}

impl<'a> Page<'a> {
    fn of(run: &JudgedRun<'a>, walks: Vec<WalkView<'a>>, logged: Logged<'a>) -> Self {
        let JudgedRun {
            run: read,
            tables,
            results,
            ..
        } = *run;
        let known = Walks {
            numbers: numbers(read),
            drawn: walks.iter().map(|view| view.number).collect(),
            logged,
        };
        let clauses = results.clauses.iter();
        let clauses = clauses.map(|result| ClauseView::of(result, tables, &known));
        let (mut unmet, met): (Vec<_>, Vec<_>) =
            clauses.partition(|view| needs_explanation(view.verdict));
        unmet.sort_by_key(|view| !matches!(view.verdict, Verdict::Fail | Verdict::Error));
        Page {
            policy: seal::policy(),
            style: seal::STYLE,
            summary: Summary::of(run),
            table: Table::of(results, tables),
            unmet,
            met,
            plots: Plot::of_measures(results),
            clause_plots: Plot::of_clauses(results),
            objectives: ObjectiveFindings::of_unmet(results, &known),
            load: LoadView::of(results, read),
            without_timeline: left_out(read, &known.drawn),
            walks,
        }
    }
}

impl<'a> Packed<'a> {
    /// What there is of each walk: all, as far as there is room, in this order; else what findings rest on.
    fn of(
        run: &JudgedRun<'a>,
        mut evidence: BTreeMap<usize, String>,
        details: Vec<(usize, String)>,
        mut room: usize,
    ) -> Self {
        let mut whole = BTreeSet::new();
        for (number, details) in details {
            let of = |packed: &String| size(run, number, packed);
            let instead = evidence.get(&number).map_or(0, of);
            if let Some(left) = (room + instead).checked_sub(of(&details)) {
                room = left;
                whole.insert(number);
                evidence.insert(number, details);
            }
        }
        let packed = evidence
            .into_iter()
            .map(|(number, packed)| (number, run.run.walks[number].name(), packed));
        Packed {
            packed: packed.collect(),
            left_out: left_out(run.run, &whole),
            script: seal::SCRIPT,
        }
    }
}

/// How many bytes of the page this is of a walk.
fn size(run: &JudgedRun<'_>, number: usize, packed: &str) -> usize {
    const TAGS: usize = 100;
    TAGS + run.run.walks[number].name().len() + packed.len()
}

/// The walks that are not among these.
fn left_out<'a>(run: &'a ReadRun<'_>, there: &BTreeSet<usize>) -> LeftOut<'a> {
    let names = run.walks.iter().map(ReadWalk::name).enumerate();
    let left_out = names.filter(|(number, _)| !there.contains(number));
    let named = left_out.take(MOST_NAMED).map(|(_, name)| name);
    LeftOut {
        count: run.walks.len() - there.len(),
        named: named.collect(),
    }
}

/// The lines on which anything rests that the page shows, by the number of the walk.
fn lines(run: &JudgedRun<'_>) -> BTreeMap<usize, Lines> {
    let results = run.results;
    let clauses = results.clauses.iter().flat_map(shown);
    let clauses = clauses.map(|walk| (walk.verdict == Verdict::Pass, &walk.evidence));
    let objectives = results.objectives.iter().flat_map(objective::shown);
    let objectives = objectives.map(|walk| (false, &walk.evidence));
    let numbers = numbers(run.run);
    let mut lines: BTreeMap<usize, Lines> = BTreeMap::new();
    for (is_met, evidence) in clauses.chain(objectives) {
        for line in evidence {
            let Some(number) = numbers.get(line.walk.as_str()) else {
                continue;
            };
            let of_walk = lines.entry(*number).or_default();
            of_walk.all.insert(line.n);
            if !is_met {
                of_walk.of_unmet.insert(line.n);
            }
        }
    }
    lines
}
