//! What a probe's sample shows that it should not, in words.

use model::fault::{ExpectedSamples, ProbeQuestion, Reading};
use model::reach::Reach;
use model::topology::Pool;

use timeline::ProbeSample;

/// What this sample shows that is not as expected, in words.
pub(crate) fn contradiction(expected: &ExpectedSamples, sample: &ProbeSample) -> Option<String> {
    let mut expected = expected.by(sample.by);
    expected.find_map(|(question, reading)| differs(sample, question, reading))
}

/// The same, but for pools that should answer and did not: a single answer may be late, as that of a
/// server that reads its configuration anew. How long they go on not to answer is watched over time.
pub(crate) fn contradiction_but_for_late_answers(
    expected: &ExpectedSamples,
    sample: &ProbeSample,
) -> Option<String> {
    let late: Vec<Pool> = late(expected, sample).collect();
    let mut expected = expected.by(sample.by);
    expected.find_map(|(question, reading)| match question {
        ProbeQuestion::Pool(pool) if late.contains(&pool) => None,
        question => differs(sample, question, reading),
    })
}

/// The pools that should have answered this probe, and were silent.
pub(crate) fn late(expected: &ExpectedSamples, sample: &ProbeSample) -> impl Iterator<Item = Pool> {
    let reached = Reading::Reach(Reach::Reached);
    let silent = Some(Reading::Reach(Reach::Silent));
    let expected = expected.by(sample.by);
    expected.filter_map(move |(question, reading)| match question {
        ProbeQuestion::Pool(pool) if reading == reached && sample.found(question) == silent => {
            Some(pool)
        }
        _ => None,
    })
}

fn differs(sample: &ProbeSample, question: ProbeQuestion, expected: Reading) -> Option<String> {
    let found = sample.found(question);
    if found == Some(expected) {
        return None;
    }
    let name = match question {
        ProbeQuestion::Host(host) => host.word().to_owned(),
        ProbeQuestion::Heard(host) if expected == Reading::NotHeard => {
            return Some(format!("heard {}", host.word()));
        }
        // A single question may be late: that they go on arriving is watched over time.
        ProbeQuestion::Heard(_) => return None,
        ProbeQuestion::Pool(pool) => format!("the {} pool's SIP port", pool.word()),
        ProbeQuestion::Database if found.is_none() => return None,
        ProbeQuestion::Database => "its own database".to_owned(),
    };
    Some(match found {
        Some(found) => format!("found {name} {found}, not {expected}"),
        None => format!("did not ask for {name}"),
    })
}
