//! `report.html`, as text: what a browser makes of it has its tests beside the scenarios.

use model::results::Results;
use report::reports::html;
use rstest::rstest;

use crate::sample::{all_pass, loaded, measured, mixed, repeated, tables, with_run};

fn page(results: &Results) -> String {
    with_run(results, &tables(), |run| html::render(run).unwrap())
}

#[test]
fn every_statement_has_its_verdict_in_the_table_and_its_place_below() {
    let page = page(&mixed());
    for clause in tables().clauses {
        let (link, place) = (
            format!("href=\"#c-{}\"", clause.id),
            format!("id=\"c-{}\"", clause.id),
        );
        assert_eq!(page.matches(&link).count(), 1, "{}", clause.id);
        assert_eq!(page.matches(&place).count(), 1, "{}", clause.id);
    }
    for verdict in [
        "fail",
        "inconclusive",
        "unsupported",
        "deviation",
        "error",
        "not-judged",
    ] {
        assert!(
            page.contains(&format!("<li class=\"v-{verdict}\">")),
            "{verdict}"
        );
    }
}

#[test]
fn what_did_not_pass_comes_first_and_is_open() {
    let page = page(&mixed());
    let first = page.find("<details class=\"clause").unwrap();
    let tag = page[first..].split('>').next().unwrap();
    assert_eq!(
        tag,
        "<details class=\"clause v-fail\" id=\"c-outage.agents.backup\" open"
    );
    assert!(page.contains("<details class=\"clause v-pass\" id=\"c-outage.connected.regular\">"));
}

#[test]
fn a_run_that_was_not_asked_for_all_says_what_nobody_judged() {
    let mut results = all_pass();
    results.clauses.truncate(1);
    let page = page(&results);
    assert!(page.contains("Not judged: 63 documented statements"));
    assert!(page.contains("<code>outage.new.imported</code> not asked for"));
}

#[test]
fn figures_and_objectives_are_shown() {
    let page = page(&measured());
    assert!(page.contains("✗ fail: at most 10.000 s"));
    assert!(page.contains("<path class=\"limit\" d=\"M507 0v18\"/>"));
}

#[test]
fn a_load_has_a_section_with_a_plot_of_its_times_to_answer() {
    let page = page(&loaded());
    let load = page.split("<section id=\"load\"").nth(1).unwrap();
    let load = load.split("</section>").next().unwrap();
    assert!(load.contains("<h3>capacity: waiting, to the primary&#39;s groups</h3>"));
    assert!(load.contains("<path class=\"bar\" d=\"M100 20v-20h16v20zM716 20v-2h16v2z\"/>"));
    assert!(load.contains("<small>7 refused with 503</small>"));
    assert!(page.contains("<a href=\"#load\">Load</a>"));
}

#[test]
fn without_a_load_nothing_is_said_of_one() {
    assert!(!page(&measured()).contains("#load"));
}

#[rstest]
fn nothing_is_loaded_from_anywhere_and_no_other_script_is_let_in(
    #[values(all_pass(), mixed(), repeated(), measured(), loaded())] results: Results,
) {
    let page = page(&results);
    assert!(page.contains("default-src &#39;none&#39;"));
    assert!(!page.contains("unsafe-inline"));
    for outside in ["src=", "<link", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.matches("<script>").count(), 1);
}

#[test]
fn what_comes_from_a_target_is_text() {
    let mut results = mixed();
    results.target = "<img src=x>&\"'".to_owned();
    results.clauses[0].walks[0].reason = "</td><script>alert(1)</script>".to_owned();
    let page = page(&results);
    assert!(page.contains("<h1>&#60;img src=x&#62;&#38;&#34;&#39;</h1>"));
    assert!(page.contains("&#60;script&#62;alert(1)"));
    assert_eq!(page.matches("<script>").count(), 1);
}
