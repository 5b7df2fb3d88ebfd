//! `report.html` in a browser.

use libtest_mimic::Failed;
use model::Verdict;
use model::results::Results;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::run::{Run, report, whole};
use crate::{Test, hostile};

pub(crate) const TESTS: &[Test] = &[
    ("nothing_that_a_target_says_is_run", nothing_is_run),
    ("a_hostile_message_is_shown_as_it_is", is_shown_as_it_is),
    (
        "a_verdict_leads_to_its_clause_and_its_lines",
        leads_to_lines,
    ),
    (
        "all_links_lead_somewhere_and_all_lines_are_there",
        leads_somewhere,
    ),
    ("a_call_has_its_ladder_and_messages", has_ladder),
    ("clauses_and_lanes_are_filtered", are_filtered),
    ("a_timeline_is_magnified_and_explained", is_magnified),
    ("a_telephone_shows_all_of_it", fits_a_telephone),
    (
        "without_scripts_the_verdicts_are_there",
        works_without_scripts,
    ),
];

/// Those without a browser.
pub(crate) const PLAIN: &[Test] = &[
    ("a_whole_drill_is_a_small_page", is_small),
    (
        "what_did_not_pass_has_what_servers_logged_meanwhile",
        has_logs,
    ),
];

/// The most that the page of a whole drill may take.
const MOST: u64 = 3_000_000;

const ENTER: &str = "\u{e007}";

fn is_small() -> Result<(), Failed> {
    let page = whole().path("report.html").metadata()?.len();
    match page <= MOST {
        true => Ok(()),
        false => Err(format!("report.html has {page} bytes").into()),
    }
}

fn has_logs() -> Result<(), Failed> {
    const HOSTILE: &str = "<img src=x onerror=ranHere=6>";
    let run = Run::of(&["--walk", "imported-kill", "--mutant", "never-fenced"]);
    let log = run.path("logs/imported-kill/primary-workload.log");
    // Whenever it was that something did not pass, this was logged as well.
    let ticks = (0..600).map(|tick| format!("{}.{}00000 s {HOSTILE}\n", tick / 10, tick % 10));
    let logged = std::fs::read_to_string(&log)? + &ticks.collect::<String>();
    std::fs::write(&log, logged)?;
    report(&run.dir);
    let page = run.read("report.html");
    let results: Results = serde_json::from_str(&run.read("results.json"))?;
    let findings = results.clauses.iter().flat_map(|clause| &clause.walks);
    let unmet = findings.filter(|walk| walk.verdict != Verdict::Pass);
    let told = page
        .matches("<summary>What the servers logged meanwhile")
        .count();
    match (unmet.count(), page.contains(HOSTILE)) {
        (unmet, false) if unmet == told && page.contains("primary: &#60;img") => Ok(()),
        (unmet, _) => {
            Err(format!("{unmet} did not pass, of {told} it is told what was logged").into())
        }
    }
}

/// A page, opened.
fn opened(address: &str) -> Browser {
    let browser = Browser::open(1400, 1000);
    browser.go(address);
    browser
}

/// An error unless both are the same.
fn same(found: &Value, expected: &Value) -> Result<(), Failed> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("found {found:#}, not {expected:#}").into()),
    }
}

/// That nothing was complained of.
fn calm(browser: &Browser) -> Result<(), Failed> {
    same(&browser.console(), &json!([]))
}

fn nothing_is_run() -> Result<(), Failed> {
    let browser = opened(&hostile::run().page());
    // Everything is opened, so that whatever could run has had its chance.
    browser.run("for (const each of document.querySelectorAll('details')) each.open = true;");
    browser.run("document.querySelector('.walk button.l').click();");
    browser.wait("document.querySelectorAll('.msg').length");
    let of_elements = "return document.querySelectorAll('img, iframe, object, embed').length";
    same(&browser.run(of_elements), &json!(0))?;
    let of_scripts = "return [...document.scripts].filter(script => !script.type).length";
    same(&browser.run(of_scripts), &json!(1))?;
    let ran = format!("return typeof window.{} === 'undefined'", hostile::MARK);
    same(&browser.run(&ran), &json!(true))?;
    let title = browser.run("return document.querySelector('h1').textContent");
    same(&title, &json!(hostile::TARGET))?;
    calm(&browser)
}

fn is_shown_as_it_is() -> Result<(), Failed> {
    let browser = opened(&hostile::run().page());
    let callers = "return [...document.querySelectorAll('.walk button.l')]
        .findIndex(lane => lane.textContent.startsWith(arguments[0] ?? CALLER))";
    let callers = callers.replace(
        "arguments[0] ?? CALLER",
        &json!(hostile::CALLER).to_string(),
    );
    let number = browser.run(&callers);
    if number == json!(-1) {
        return Err("no lane is the hostile caller's".into());
    }
    browser.run(&format!(
        "document.querySelectorAll('.walk button.l')[{number}].click();"
    ));
    browser.wait("document.querySelectorAll('.msg').length");
    browser.run("document.querySelector('.msg').dispatchEvent(new MouseEvent('click'));");
    let text = browser.run("return document.querySelector('.ladder pre').textContent");
    match text.as_str().unwrap().contains(hostile::HEADER) {
        true => calm(&browser),
        false => Err(format!("the message is shown otherwise: {text}").into()),
    }
}

fn leads_to_lines() -> Result<(), Failed> {
    let run = whole();
    let browser = opened(&run.page());
    browser.run("document.querySelector('.matrix a').click();");
    let clause = browser.wait("document.querySelector('.clause[open]')?.id");
    let link = browser.run("return document.querySelector('.matrix a').hash.slice(1)");
    same(&clause, &link)?;
    let line = browser.run(
        "const button = document.querySelector('.clause[open] .ev button'); button.click();
         return [button.closest('tr').querySelector('a').textContent, Number(button.textContent)]",
    );
    let shown = browser.wait("document.querySelector('#viewer[open] .line pre')?.textContent");
    let shown: Value = serde_json::from_str(shown.as_str().unwrap())?;
    let journal = run.journal();
    let walk = journal
        .walk(line[0].as_str().unwrap())
        .ok_or("no such walk")?;
    let record = walk
        .record(line[1].as_u64().unwrap())
        .ok_or("no such line")?;
    same(&shown, &serde_json::to_value(record)?)?;
    calm(&browser)
}

/// Of each walk, also of those that have no timeline.
fn leads_somewhere() -> Result<(), Failed> {
    let browser = opened(&whole().page());
    let dead = "return [...document.querySelectorAll('a')].map(link => link.hash)
        .filter(hash => !document.getElementById(decodeURIComponent(hash.slice(1))))";
    same(&browser.run(dead), &json!([]))?;
    let walks = "return [...document.querySelectorAll('.ev')].map(lines => lines.dataset.walk)
        .filter(walk => !document.getElementById('d' + walk))";
    same(&browser.run(walks), &json!([]))?;
    // One that has a timeline, and one that has none.
    for has_none in [false, true] {
        browser.run(&format!(
            "const lines = [...document.querySelectorAll('.ev')]
                 .find(lines => {has_none} === !document.getElementById('w' + lines.dataset.walk));
             lines.querySelector('button').click();"
        ));
        browser.wait("document.querySelector('#viewer[open] .line pre')?.textContent[0] === '{'");
        let title = browser.run("return document.querySelector('#viewer-title').textContent");
        if !title.as_str().unwrap().starts_with("Evidence in ")
            || title.as_str().unwrap().contains("walk ")
        {
            return Err(format!("the walk has no name: {title}").into());
        }
        browser.press("\u{e00c}");
        browser.wait("!document.querySelector('#viewer').open");
    }
    calm(&browser)
}

fn has_ladder() -> Result<(), Failed> {
    let browser = opened(&whole().page());
    browser.run("document.querySelector('.walk').open = true;");
    browser.run("document.querySelector('.walk button.l').focus();");
    browser.press(ENTER);
    let arrows = browser.wait("document.querySelectorAll('.msg').length");
    if arrows.as_u64().unwrap() < 6 {
        return Err(format!("a call of {arrows} messages").into());
    }
    // By the keyboard alone.
    browser.run("document.querySelector('.msg').focus();");
    browser.press(ENTER);
    let text = browser.run("return document.querySelector('.ladder pre').textContent");
    if !text.as_str().unwrap().contains("INVITE sip:") {
        return Err(format!("no INVITE begins the call: {text}").into());
    }
    browser.press("\u{e00c}");
    browser.wait("!document.querySelector('#viewer').open");
    calm(&browser)
}

fn are_filtered() -> Result<(), Failed> {
    let browser = opened(&whole().page());
    browser.run("document.querySelector('#find').focus();");
    browser.press("failed-over.new.");
    let shown = "return [...document.querySelectorAll('.clause')]
        .filter(clause => clause.checkVisibility()).map(clause => clause.id)";
    let expected = json!([
        "c-failed-over.new.not-imported",
        "c-failed-over.new.imported"
    ]);
    same(&browser.run(shown), &expected)?;

    browser.run("document.querySelector('.walk').open = true;");
    browser.run("document.querySelector('.walk .lanes').focus();");
    browser.press("administrator");
    let lanes = "return [...document.querySelectorAll('.walk[open] .n')]
        .filter(lane => lane.checkVisibility()).map(lane => lane.firstElementChild.textContent)";
    same(&browser.run(lanes), &json!(["administrator"]))?;
    browser.run("document.querySelectorAll('.walk[open] .group')[1].click();");
    same(&browser.run(lanes), &json!([]))?;
    calm(&browser)
}

fn is_magnified() -> Result<(), Failed> {
    let browser = opened(&whole().page());
    browser.run("document.querySelector('.walk').open = true;");
    let width = "return document.querySelector('.walk .n svg').getBoundingClientRect().width";
    let before = browser.run(width).as_f64().unwrap();
    browser.run("document.querySelector('.walk [data-zoom=in]').click();");
    let after = browser.run(width).as_f64().unwrap();
    if after < before * 1.5 {
        return Err(format!("{before} pixels became {after}").into());
    }
    browser.run(
        "const lane = document.querySelector('.walk button.l').parentNode.querySelector('svg');
         lane.scrollIntoView();
         const {left, top, width, height} = lane.getBoundingClientRect();
         lane.dispatchEvent(new PointerEvent('pointermove',
             {bubbles: true, clientX: left + width / 10, clientY: top + height / 2}));",
    );
    let tip = browser.wait(
        "!document.querySelector('#tip').hidden && document.querySelector('#tip').textContent",
    );
    match tip.as_str().unwrap().contains("in a call") {
        true => calm(&browser),
        false => Err(format!("no bar is explained by: {tip}").into()),
    }
}

fn fits_a_telephone() -> Result<(), Failed> {
    let browser = Browser::open(390, 844);
    browser.go(&whole().page());
    browser.run("document.querySelector('.walk').open = true;");
    browser.run("document.querySelector('.clause').open = true;");
    let wide = "return document.documentElement.scrollWidth";
    same(&browser.run(wide), &json!(390))?;
    calm(&browser)
}

fn works_without_scripts() -> Result<(), Failed> {
    let page = whole().read("report.html");
    let (body, script) = page.rsplit_once("<script>").ok_or("it has no script")?;
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("page.html");
    std::fs::write(&path, body)?;
    assert!(script.contains("'use strict'"));
    let browser = opened(&format!("file://{}", path.display()));
    let verdicts = "return document.querySelectorAll('.matrix li.v-pass').length";
    same(&browser.run(verdicts), &json!(64))?;
    let bars = "return document.querySelectorAll('.walk .n path').length > 1000";
    same(&browser.run(bars), &json!(true))?;
    let tools = "return [...document.querySelectorAll('.js')].every(tool => tool.hidden)";
    same(&browser.run(tools), &json!(true))
}
