//! Work that is shared out over the processor's cores.

use std::num::NonZeroUsize;
use std::thread;

/// How many cores there are; one if nobody knows.
pub fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// A thread's result. Its panic is a defect of rgdrill, and goes on where it can be seen.
pub fn join<T>(worker: thread::ScopedJoinHandle<'_, T>) -> T {
    let done = worker.join();
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Applies `work` to each of `items`, each core to its share of them. The results are in the order
/// of the items, and all of them are there before the first is given.
pub fn map<T: Sync, U: Send, W: Fn(&T) -> U + Sync>(
    items: &[T],
    work: W,
) -> impl Iterator<Item = U> + use<T, U, W> {
    let share = items.len().div_ceil(cores().get()).max(1);
    let work = &work;
    let shares: Vec<Vec<U>> = thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(work).collect()))
            .collect();
        workers.into_iter().map(join).collect()
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
