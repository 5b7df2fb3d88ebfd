//! Work that is shared out over the processor's cores.

use std::num::NonZeroUsize;
use std::thread;

/// Applies `work` to each of `items`, each core to its share of them. The results are in the order
/// of the items, and all of them are there before the first is given.
pub fn map<T: Sync, U: Send, W: Fn(&T) -> U + Sync>(
    items: &[T],
    work: W,
) -> impl Iterator<Item = U> + use<T, U, W> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = items.len().div_ceil(cores).max(1);
    let work = &work;
    let shares: Vec<Vec<U>> = thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(work).collect()))
            .collect();
        let shares = workers.into_iter().map(|worker| {
            let done = worker.join();
            done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        shares.collect()
    });
    shares.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..101).collect();
        let doubled: Vec<u32> = items.iter().map(|item| item * 2).collect();
        assert!(map(&items, |item| item * 2).eq(doubled));
        assert_eq!(map(&items[..0], |item| item * 2).next(), None);
    }
}
