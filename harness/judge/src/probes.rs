//! What a probe's sample shows that it should not, in words.

use model::fault::{Expectation, Finding, Question};

use timeline::ProbeSample;

/// What this sample shows that is not as expected, in words.
pub(crate) fn contradiction(expected: &Expectation, sample: &ProbeSample) -> Option<String> {
    let mut expected = expected.by(sample.by);
    expected.find_map(|(question, finding)| differs(sample, question, finding))
}

fn differs(sample: &ProbeSample, question: Question, expected: Finding) -> Option<String> {
    let found = sample.found(question);
    if found == Some(expected) {
        return None;
    }
    let name = match question {
        Question::Host(host) => host.word().to_owned(),
        Question::Heard(host) if expected == Finding::NotHeard => {
            return Some(format!("heard {}", host.word()));
        }
        // A single question may be late: that they go on arriving is watched over time.
        Question::Heard(_) => return None,
        Question::Pool(pool) => format!("the {} pool's SIP port", pool.word()),
        Question::Database if found.is_none() => return None,
        Question::Database => "its own database".to_owned(),
    };
    Some(match found {
        Some(found) => format!("found {name} {found}, not {expected}"),
        None => format!("did not ask for {name}"),
    })
}
