//! Several calls at once, in batches as large as an API takes. Order is kept; how many are in
//! flight is bounded here and again by the budget.

use futures_util::{StreamExt, stream};

/// Calls under way at once for one reading.
const AT_ONCE: usize = 16;

/// Does `work` on each of `items`, several at once, and gives the results in the same order.
pub async fn concurrently<I, O, Work, Done>(items: Vec<I>, work: Work) -> Vec<O>
where
    Work: FnMut(I) -> Done,
    Done: Future<Output = O>,
{
    stream::iter(items.into_iter().map(work)).buffered(AT_ONCE).collect().await
}

/// Cuts `items` into batches of at most `size`; none of nothing.
#[must_use]
pub fn batches<T>(items: Vec<T>, size: usize) -> Vec<Vec<T>> {
    let mut all = Vec::with_capacity(items.len().div_ceil(size.max(1)));
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        all.push(items.by_ref().take(size.max(1)).collect());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{batches, concurrently};

    #[test]
    fn batches_are_as_full_as_can_be() {
        assert_eq!(batches((0..23).collect(), 10).iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 3]);
        assert_eq!(batches(Vec::<u8>::new(), 10), Vec::<Vec<u8>>::new());
    }

    #[tokio::test]
    async fn results_keep_the_order_of_items() {
        let doubled = concurrently((0..50).collect(), |n: u32| async move {
            for _ in 0..50 - n {
                tokio::task::yield_now().await;
            }
            n * 2
        });
        assert_eq!(doubled.await, (0..50).map(|n| n * 2).collect::<Vec<_>>());
    }
}
