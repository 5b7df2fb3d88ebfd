//! How long the drill will take, and what a slow target makes impossible: said before it begins.

use std::time::Duration;

use campaign::Campaign;
use campaign::estimate::{Estimate, never_alerted};
use model::walk::LabKind;

use crate::output;

/// Tells it of a drill in real time; and how long that is, in words.
pub(super) fn tell(campaign: &Campaign) -> Option<String> {
    for (walk, group) in never_alerted(&campaign.plans, &campaign.target) {
        let alerts_within = campaign.target.times.alerts_within;
        output::status(&format!(
            "warning: in walk `{}` calls to `{group}` end before an agent is alerted, who is only within \
             {alerts_within} (`alerts-within`): that they are answered cannot pass (`*.new.*`)",
            walk.walk
        ));
    }
    if campaign.labs.kind() == LabKind::Sim {
        return None;
    }
    let estimate = Estimate::of(campaign)?;
    output::status(&words(&estimate, campaign.walks(), campaign.jobs));
    Some(about(estimate.lasts))
}

fn words(estimate: &Estimate, walks: usize, jobs: usize) -> String {
    let Estimate {
        lasts,
        longest: (longest, longest_lasts),
        pace,
    } = estimate;
    let lasts = about(*lasts);
    let mut words = match walks {
        1 => format!("This takes {lasts}: walk `{longest}`"),
        _ => format!(
            "This takes {lasts}: {walks} walks, {} at once, of which `{longest}` takes longest, {}",
            jobs.min(walks),
            about(*longest_lasts)
        ),
    };
    if let Some((name, span)) = pace.because {
        let (whole, tenth) = (pace.permille / 1_000, pace.permille % 1_000 / 100);
        words += &format!(
            "; walks last {whole}.{tenth} times as long as they are written, for the target declares `{name}: {span}`"
        );
    }
    words
}

/// To the minute, or below two of them to ten seconds.
pub(super) fn about(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ ..120 => format!("about {} s", seconds.div_ceil(10) * 10),
        seconds => format!("about {} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use drawing::Pace;
    use model::Span;
    use rstest::rstest;

    use super::*;

    fn estimate(pace: Pace) -> Estimate {
        Estimate {
            lasts: Duration::from_secs(614),
            longest: ("imported-kill".to_owned(), Duration::from_secs(93)),
            pace,
        }
    }

    const QUICK: Pace = Pace {
        permille: 1_000,
        because: None,
    };

    #[rstest]
    #[case(1, QUICK, "This takes about 11 min: walk `imported-kill`")]
    #[case(
        7,
        QUICK,
        "This takes about 11 min: 7 walks, 4 at once, of which `imported-kill` takes longest, about 100 s"
    )]
    #[case(
        1,
        Pace { permille: 6_250, because: Some(("registers-within", Span::from_secs(30))) },
        "This takes about 11 min: walk `imported-kill`; walks last 6.2 times as long as they are written, for the target declares `registers-within: 30s`"
    )]
    fn it_is_said_how_long_and_why(#[case] walks: usize, #[case] pace: Pace, #[case] said: &str) {
        assert_eq!(words(&estimate(pace), walks, 4), said);
    }
}
