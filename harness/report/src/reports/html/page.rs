//! The page as a whole: what its template is filled with.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use model::results::Results;
use model::{Verdict, parallel};
use timeline::ReadWalk;

use super::clause::ClauseView;
use super::details;
use super::load::LoadView;
use super::plot::Plot;
use super::seal;
use super::summary::Summary;
use super::table::Table;
use super::walk::WalkView;
use crate::report::{JudgedRun, RenderError};
use crate::reports::interest::by_interest;
use crate::reports::wording::needs_explanation;

/// The most bytes of a page.
const MOST: usize = 2_990_000;

/// The most bytes of it that timelines may take.
const MOST_OF_TIMELINES: usize = 1_100_000;

/// Of at most so many walks there is a timeline: those first that did not pass.
const MOST_WALKS: usize = 40;

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
    load: Option<LoadView>,
    walks: Vec<WalkView<'a>>,
    without_timeline: usize,
}

/// What follows it: the details of walks, as far as there is room.
#[derive(Template)]
#[template(path = "details.html")]
struct Packed {
    packed: Vec<(usize, String)>,
    left_out: usize,
    script: &'static str,
}

/// The page with all that belongs to it.
pub fn render(run: &JudgedRun<'_>) -> Result<String, RenderError> {
    let Drawn { walks, details } = drawn(run)?;
    let mut html = Page::of(run, walks).render()?;
    let packed = Packed::of(
        details,
        MOST.saturating_sub(html.len() + seal::SCRIPT.len()),
    );
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
fn drawn<'a>(run: &JudgedRun<'a>) -> Result<Drawn<'a>, RenderError> {
    let (read, results) = (run.run, run.results);
    let evidence = evidence(results);
    let mut chosen = by_interest(run);
    chosen.truncate(MOST_WALKS);
    let made = parallel::map(&chosen, |number| {
        let walk = &read.walks[*number];
        let view = WalkView::of(*number, walk, results);
        let details = details::of(walk, &view, evidence.get(walk.name()))?;
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

impl<'a> Page<'a> {
    fn of(run: &JudgedRun<'a>, walks: Vec<WalkView<'a>>) -> Self {
        let JudgedRun {
            run: read,
            tables,
            results,
        } = *run;
        let names = read.walks.iter().map(ReadWalk::name);
        let numbers: BTreeMap<&str, usize> = names.zip(0..).collect();
        let clauses = results.clauses.iter();
        let clauses = clauses.map(|result| ClauseView::of(result, tables, &numbers));
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
            load: LoadView::of(results, read),
            without_timeline: read.walks.len() - walks.len(),
            walks,
        }
    }
}

impl Packed {
    /// Takes what there is room for, in this order.
    fn of(details: Vec<(usize, String)>, mut room: usize) -> Self {
        let all = details.len();
        let mut packed = Vec::new();
        for (number, details) in details {
            if let Some(left) = room.checked_sub(details.len()) {
                room = left;
                packed.push((number, details));
            }
        }
        Packed {
            left_out: all - packed.len(),
            packed,
            script: seal::SCRIPT,
        }
    }
}

/// The lines that anything rests on, by walk.
fn evidence(results: &Results) -> BTreeMap<&str, BTreeSet<u64>> {
    let clauses = results.clauses.iter().flat_map(|clause| &clause.walks);
    let figures = results.figures.iter().flat_map(|figure| &figure.walks);
    let objectives = results.objectives.iter().flat_map(|each| &each.walks);
    let lines = clauses
        .flat_map(|walk| &walk.evidence)
        .chain(figures.flat_map(|walk| &walk.evidence))
        .chain(objectives.flat_map(|walk| &walk.evidence));
    let mut evidence: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for line in lines {
        evidence.entry(&line.walk).or_default().insert(line.n);
    }
    evidence
}
