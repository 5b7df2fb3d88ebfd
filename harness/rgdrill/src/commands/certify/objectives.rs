//! The options of `rgdrill certify` that require something of the figures.

use clap::Args;
use drawing::Plan;
use model::Span;
use model::figure::{Measure, Objectives};
use model::impairment::Percent;

/// Of each option: a heading of the whole struct would be that of all options after it, too.
const HEADING: &str = "Objectives (what is measured is reported without them, too)";

/// What is required of the figures.
#[derive(Debug, Args)]
pub(crate) struct ObjectiveArgs {
    /// Recovery time: from failover invoked to the first new call answered by an agent.
    #[arg(long, help_heading = HEADING, value_name = "TIME")]
    rto: Option<Span>,

    /// Recovery point: from the last export before the outage to the outage.
    #[arg(long, help_heading = HEADING, value_name = "TIME")]
    rpo: Option<Span>,

    /// From the outage to the last lost call noticed.
    #[arg(long, help_heading = HEADING, value_name = "TIME")]
    max_disconnect: Option<Span>,

    /// From the outage to the last of the primary's agents registered again.
    #[arg(long, help_heading = HEADING, value_name = "TIME")]
    max_registered_again: Option<Span>,

    /// Configuration changes lost since the last export.
    #[arg(long, help_heading = HEADING, value_name = "N")]
    max_changes_lost: Option<u64>,

    /// Regular calls lost that were connected to an agent.
    #[arg(long, help_heading = HEADING, value_name = "N")]
    max_regular_lost: Option<u64>,

    /// Anonymous calls lost that were connected to an agent.
    #[arg(long, help_heading = HEADING, value_name = "N")]
    max_anonymous_lost: Option<u64>,

    /// Calls lost that waited for an agent.
    #[arg(long, help_heading = HEADING, value_name = "N")]
    max_in_progress_lost: Option<u64>,

    /// Packets lost of one end's media over a stage.
    #[arg(long, help_heading = HEADING, value_name = "PERCENT")]
    max_media_loss: Option<Percent>,

    /// Audio missing of one end's media over a stage.
    #[arg(long, help_heading = HEADING, value_name = "PERCENT")]
    max_media_missing: Option<Percent>,

    /// Jitter (RFC 3550) of one end's media over a stage.
    #[arg(long, help_heading = HEADING, value_name = "TIME")]
    max_media_jitter: Option<Span>,

    /// Calls of a walk's load that failed while the backup bore that of both pools [default, in walks with a load: 0]
    #[arg(long, help_heading = HEADING, value_name = "N")]
    max_load_failed: Option<u64>,

    /// The time within which 99 of 100 of these calls are answered.
    #[arg(long, help_heading = HEADING, value_name = "TIME")]
    max_load_to_answer: Option<Span>,

    /// Packets lost of these calls' media.
    #[arg(long, help_heading = HEADING, value_name = "PERCENT")]
    max_load_media_loss: Option<Percent>,
}

impl ObjectiveArgs {
    /// The most that each measure may be, where these walks are run. What the document demands of a walk with
    /// a load is always required: that the backup carries both pools' workloads.
    pub(crate) fn required(&self, plans: &[Plan]) -> Objectives {
        let bears = |plan: &Plan| plan.walk.backup_bears_both_loads();
        let documented = plans.iter().any(bears).then_some(0);
        let time = |span: Option<Span>| span.map(milliseconds);
        let part = |percent: Option<Percent>| percent.map(|percent| percent.permille());
        let required = [
            (Measure::RecoveryTimeMs, time(self.rto)),
            (Measure::RecoveryPointMs, time(self.rpo)),
            (Measure::DisconnectMs, time(self.max_disconnect)),
            (Measure::RegisteredAgainMs, time(self.max_registered_again)),
            (Measure::ChangesLost, self.max_changes_lost),
            (Measure::RegularCallsLost, self.max_regular_lost),
            (Measure::AnonymousCallsLost, self.max_anonymous_lost),
            (Measure::CallsInProgressLost, self.max_in_progress_lost),
            (Measure::MediaLossPermille, part(self.max_media_loss)),
            (Measure::MediaMissingPermille, part(self.max_media_missing)),
            (Measure::MediaJitterMs, time(self.max_media_jitter)),
            (
                Measure::LoadCallsFailed,
                self.max_load_failed.or(documented),
            ),
            (Measure::LoadToAnswerMs, time(self.max_load_to_answer)),
            (
                Measure::LoadMediaLossPermille,
                part(self.max_load_media_loss),
            ),
        ];
        required
            .into_iter()
            .filter_map(|(measure, at_most)| Some((measure, at_most?)))
            .collect()
    }
}

fn milliseconds(span: Span) -> u64 {
    u64::try_from(span.get().as_millis()).unwrap_or(u64::MAX)
}
