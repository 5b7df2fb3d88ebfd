//! What a probe's sample shows that it should not, in words.

use model::fault::{ExpectedSamples, ProbeQuestion, Reading};

use timeline::ProbeSample;

/// What this sample shows that is not as expected, in words.
pub(crate) fn contradiction(expected: &ExpectedSamples, sample: &ProbeSample) -> Option<String> {
    let mut expected = expected.by(sample.by);
    expected.find_map(|(question, reading)| differs(sample, question, reading))
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
