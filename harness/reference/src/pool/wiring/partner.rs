//! What follows from what the partner says, or from its silence.

use node::RequestId;

use super::parts::Parts;
use crate::mutant::Mutant;
use crate::pool::calls::{Calls, Occasion};
use crate::pool::serving::{Heartbeat, Judged};
use crate::pool::turn::Turn;
use crate::web::reply::Refusal;

impl Parts {
    /// Whether the partner counts as alive, or could not have taken over: nobody has to be asked
    /// before something new begins.
    pub(in crate::pool) fn is_sure_to_serve(&self) -> bool {
        self.serving.is_partner_alive() || !self.serving.may_be_superseded()
    }

    /// Asks the partner who serves what. `None`: there is no partner to be asked.
    pub(in crate::pool) fn ask_partner(&mut self, turn: &mut Turn<'_>) -> Option<RequestId> {
        self.serving.ask_partner(turn, &self.storage)
    }

    /// Learns from a heartbeat.
    pub(super) fn learn(
        &mut self,
        turn: &mut Turn<'_>,
        heartbeat: Heartbeat,
    ) -> Result<(), Refusal> {
        let Some(effect) = self.serving.learn(turn, heartbeat)? else {
            return Ok(());
        };
        if effect.is_back {
            self.with_calls(turn, |calls, cx| calls.meddle(cx, Occasion::PartnerReturns));
            if self.config.has(Mutant::ReturnedPartnersUsersForgotten) {
                self.registrar.forget_partners_users();
            }
        }
        if effect.has_directory {
            self.remember(turn);
        }
        self.judge_fence(turn);
        Ok(())
    }

    /// Compares the partner's epoch with the pool's own.
    pub(super) fn judge_fence(&mut self, turn: &mut Turn<'_>) {
        match self.serving.judge_fence(&self.storage) {
            Judged::Unknown => return,
            Judged::AsBefore => {}
            Judged::Fenced => {
                turn.log("fenced: the partner serves this pool's groups");
                self.enter_fence(turn);
            }
        }
        self.remember(turn);
    }

    /// Bindings are dropped: their users are to register with the partner. Calls that hang on
    /// this pool are ended, for they may have gone on elsewhere; calls whose media flows from end
    /// to end do not need it, and are left alone.
    fn enter_fence(&mut self, turn: &mut Turn<'_>) {
        self.registrar.clear();
        self.with_calls(turn, Calls::end_calls_that_need_the_pool);
        self.signal(turn);
    }

    /// Everything that waits for the partner stops waiting: calls that were passed on to it are
    /// routed anew, for now there may be another way.
    pub(super) fn partner_died(&mut self, turn: &mut Turn<'_>) {
        turn.log("the partner is dead");
        self.serving.partner_died();
        for server in self.proxy.unanswered_by_partner() {
            if let Some(request) = self.proxy.withdraw(turn.now, &mut self.ua, server) {
                self.route_invite(turn, server, request);
            }
        }
        self.with_calls(turn, Calls::stop_alerting_through_partner);
        self.signal(turn);
    }
}
