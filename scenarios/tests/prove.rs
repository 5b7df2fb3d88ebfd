//! Nobody is condemned who is right: with every variant of the reference server, every clause passes.
//! And every clause can fail: each mutant of the reference server breaks exactly the clauses that it is
//! listed with, and every clause is broken by three. Three mutants are drilled by default, all of them
//! by `cargo test --test prove -- --ignored`, as `.ci/run` does. After a change, for the snapshot and
//! the page: `INSTA_UPDATE=always UPDATE=1 cargo test --test prove -- --include-ignored`.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use campaign::matrix::{self, in_markdown, variants_in_markdown};
use campaign::{
    Extent, MutantResult, MutationProof, Proving, VariantResult, prove, prove_variants,
    walks_of_a_proof,
};
use model::clause::{Activity, Clause};
use model::scenarios::Scenarios;
use reference::{Mutant, Variant};
use tokio_util::sync::CancellationToken;

fn scenarios() -> Scenarios {
    rgdrill::scenarios().unwrap()
}

/// Until all is decided, on all processors.
fn proving(cancelled: &CancellationToken) -> Proving<'_> {
    Proving {
        extent: Extent::UntilDecided,
        jobs: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        cancelled,
        ended: &|_| {},
    }
}

fn proof(mutants: &[Mutant], scenarios: &Scenarios) -> MutationProof {
    let target = Arc::new(rgdrill::reference_target().unwrap());
    prove(
        mutants,
        scenarios,
        &target,
        &proving(&CancellationToken::new()),
    )
    .unwrap()
}

#[test]
fn three_mutants_break_exactly_their_clauses_of_every_activity() {
    let scenarios = scenarios();
    let mutants = [
        Mutant::AnonymousCallsHandedOver,
        Mutant::NeverFenced,
        Mutant::ImportOverwritesOwner,
    ];
    let proof = proof(&mutants, &scenarios);
    let matrix = matrix::render(&proof, &scenarios.tables);
    assert!(proof.mutants.iter().all(MutantResult::agrees), "{matrix}");
    let broken = |clause: &&Clause| {
        proof
            .mutants
            .iter()
            .any(|m| m.observed.contains(&clause.id))
    };
    let broken = scenarios.tables.clauses.iter().filter(broken);
    let activities: BTreeSet<Activity> = broken.map(|clause| clause.activity).collect();
    assert!(activities.iter().eq(&Activity::ALL), "{matrix}");
}

#[test]
#[ignore = "takes minutes in debug builds; run by .ci/run"]
fn every_mutant_breaks_exactly_its_clauses_and_every_clause_is_broken() {
    let scenarios = scenarios();
    let proof = proof(Mutant::ALL, &scenarios);
    let matrix = matrix::render(&proof, &scenarios.tables);
    assert!(proof.is_complete(&scenarios.tables), "{matrix}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("mutants", matrix));
}

/// What the drill makes of these variants.
fn condemned(variants: &[Variant]) -> String {
    let target = Arc::new(rgdrill::reference_target().unwrap());
    let never = CancellationToken::new();
    let results = prove_variants(variants, &scenarios(), &target, &proving(&never)).unwrap();
    let right = results.iter().all(VariantResult::is_right);
    match right {
        true => String::new(),
        false => matrix::render_variants(&results),
    }
}

#[test]
fn two_variants_of_what_pools_say_and_declare_are_not_condemned() {
    let condemned = condemned(&[Variant::FencedRedirects, Variant::PartnerNoticedLate]);
    assert!(condemned.is_empty(), "{condemned}");
}

#[test]
#[ignore = "takes minutes in debug builds; run by .ci/run"]
fn no_variant_is_condemned() {
    let condemned = condemned(Variant::ALL);
    assert!(condemned.is_empty(), "{condemned}");
}

#[test]
fn the_walks_of_a_proof_have_every_clause_fault_and_time_of_the_import() {
    let scenarios = scenarios();
    let plans = walks_of_a_proof(&scenarios);
    for clause in &scenarios.tables.clauses {
        let judged = |walk: &model::Walk| {
            let clauses = walk.judged(&scenarios.tables);
            clauses.iter().any(|judged| judged.id == clause.id)
        };
        assert!(plans.iter().any(|plan| judged(&plan.walk)), "{}", clause.id);
    }
    for walk in scenarios
        .walks
        .values()
        .filter(|walk| walk.outage.is_some())
    {
        let fault = |walk: &model::Walk| walk.outage.as_ref().map(|outage| outage.fault);
        assert!(plans.iter().any(|plan| fault(&plan.walk) == fault(walk)));
        assert!(plans.iter().any(|plan| plan.walk.imports == walk.imports));
    }
}

#[test]
fn the_page_lists_every_variant_and_every_mutant_with_its_clauses() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("harness/docs/mutants.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, _) = page.split_once("<!-- variants -->\n").unwrap();
    let expected = format!(
        "{before}<!-- variants -->\n{}\n## The mutants\n\n<!-- mutants -->\n{}",
        variants_in_markdown(),
        in_markdown(&scenarios().tables)
    );
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap();
    assert!(
        page == expected,
        "the page is stale: UPDATE=1 cargo test --test prove"
    );
}
