//! The effect of an update: its changes, judged against the state that it finds when its turn
//! comes; and, once they are durable or refused, the answer.

use serde::Serialize;

use super::state::{Next, Surfaces, View};
use super::update::Update;
use crate::pool::turn::Turn;
use crate::store::entry::Change;
use crate::web::reply::{self, Refusal};

/// What an import answers.
#[derive(Serialize)]
struct Imported {
    imported: usize,
}

impl Surfaces {
    /// What an update changes, or why it is refused.
    pub(in crate::pool) fn changes(
        &self,
        view: View<'_>,
        update: &mut Update,
    ) -> Result<Vec<Change>, Refusal> {
        match update {
            Update::SignIn(sign_ins) => self.sign_in_changes(view, sign_ins),
            Update::Describe {
                key, description, ..
            } => self.described(view, key, description),
            Update::Import {
                import, imported, ..
            } => {
                let plan = self.planned_import(view, import)?;
                *imported = plan.imported;
                Ok(plan.changes)
            }
            Update::Remove { owner, file, .. } => {
                let (exported, changes) = self.removed(view, owner)?;
                **file = Some(exported);
                Ok(changes)
            }
        }
    }

    /// An update is durable: whoever asked for it is told.
    pub(in crate::pool) fn confirm(&self, turn: &mut Turn<'_>, update: Update) -> Next {
        match update {
            Update::SignIn(sign_ins) => return Next::SignedIn(sign_ins),
            Update::Describe { client, .. } => turn.respond(client, reply::done()),
            Update::Import {
                imported, client, ..
            } => turn.respond(client, reply::ok(&Imported { imported })),
            Update::Remove { file, client, .. } => turn.respond(client, reply::ok(&*file)),
        }
        Next::Nothing
    }

    /// An update is refused, or could not be made durable.
    pub(in crate::pool) fn refuse(&self, turn: &mut Turn<'_>, update: Update, why: &Refusal) {
        let client = match update {
            // What is left of the agent's sign-ins is refused as well.
            Update::SignIn(sign_ins) => sign_ins.client,
            Update::Describe { client, .. }
            | Update::Import { client, .. }
            | Update::Remove { client, .. } => client,
        };
        turn.respond(client, why.response());
    }
}
