//! How far a long request to an engine has come: it may take as long as it likes, but not stand still.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::time::sleep;

/// In how large pieces an engine is sent what it takes in.
const PIECE: usize = 1 << 20;

/// How far a request has come: how many pieces went to the engine, and came from it.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<AtomicU64>);

impl Progress {
    /// One piece more.
    pub(super) fn made(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// What is sent, in pieces, each of which is progress when it is taken.
    pub(super) fn of(&self, content: Vec<u8>) -> impl Stream<Item = Bytes> + Send + use<> {
        let (content, progress) = (Bytes::from(content), self.clone());
        stream::unfold(content, move |mut rest| {
            let piece = rest.split_to(PIECE.min(rest.len()));
            progress.made();
            async move { (!piece.is_empty()).then_some((piece, rest)) }
        })
    }

    /// Waits until none was made for as long as `limit`.
    pub(super) async fn stalled(&self, limit: Duration) {
        loop {
            let before = self.0.load(Ordering::Relaxed);
            sleep(limit).await;
            if self.0.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_goes_on_is_not_stalled() {
        let (progress, limit) = (Progress::default(), Duration::from_secs(10));
        let going_on = async {
            for _ in 0..5 {
                sleep(limit / 2).await;
                progress.made();
            }
        };
        tokio::select! {
            biased;
            () = progress.stalled(limit) => panic!("it went on"),
            () = going_on => {}
        }
        progress.stalled(limit).await;
    }
}
