//! Following pages to the end. AWS ends a list by giving no token; a token that comes twice
//! would never end, so it ends here, and the list says that it was cut short.

use std::collections::HashSet;

use crate::world::{Fault, FaultKind};

/// More pages than any account has: whoever sends them is going in circles with fresh tokens.
const MOST_PAGES: usize = 2_000;

/// A list read to its end, or as far as it made sense.
#[derive(Clone, PartialEq, Debug)]
pub struct Paged<T> {
    /// What it held.
    pub items: Vec<T>,
    /// Why there may be more, if there may.
    pub cut: Option<Fault>,
}

/// Reads every page of `operation`; `page` gets the token and gives items and the next token.
///
/// # Errors
/// The fault of the page that could not be read: half a list would look like things gone.
pub async fn pages<T, Next>(
    operation: &str,
    on: Option<&str>,
    mut page: impl FnMut(Option<String>) -> Next,
) -> Result<Paged<T>, Fault>
where
    Next: Future<Output = Result<(Vec<T>, Option<String>), Fault>>,
{
    let mut items = Vec::new();
    let mut seen = HashSet::new();
    let mut token = None;
    loop {
        let (more, next) = page(token).await?;
        items.extend(more);
        let Some(next) = next.filter(|next| !next.is_empty()) else {
            return Ok(Paged { items, cut: None });
        };
        if seen.len() >= MOST_PAGES || !seen.insert(next.clone()) {
            let message = "the list was cut short: AWS gave the same next page twice, so there may be more";
            let fault = Fault::new(FaultKind::Garbled, operation, message);
            return Ok(Paged { items, cut: Some(on.iter().fold(fault, |fault, on| fault.on(*on))) });
        }
        token = Some(next);
    }
}

/// The same, of records that must carry a name: `page` gives `None` for one that carries none. It cannot be shown,
/// looked up or placed, and is not passed over in silence: `cut` tells how many there are.
///
/// # Errors
/// As [`pages`].
pub async fn named_pages<T, Next>(
    operation: &str,
    on: Option<&str>,
    page: impl FnMut(Option<String>) -> Next,
) -> Result<Paged<T>, Fault>
where
    Next: Future<Output = Result<(Vec<Option<T>>, Option<String>), Fault>>,
{
    let Paged { items, cut } = pages(operation, on, page).await?;
    let (items, nameless) = named(operation, on, items);
    let cut = match (cut, nameless) {
        (Some(cut), Some(nameless)) => Some(Fault { message: format!("{}; {}", cut.message, nameless.message), ..cut }),
        (cut, nameless) => cut.or(nameless),
    };
    Ok(Paged { items, cut })
}

/// Those of `records` that carry a name, and a fault that counts the others.
#[must_use]
pub fn named<T>(
    operation: &str,
    on: Option<&str>,
    records: impl IntoIterator<Item = Option<T>>,
) -> (Vec<T>, Option<Fault>) {
    let (mut items, mut nameless) = (Vec::new(), 0_usize);
    for record in records {
        match record {
            Some(item) => items.push(item),
            None => nameless += 1,
        }
    }
    let message = match nameless {
        0 => return (items, None),
        1 => "1 record without a name or id is left out".to_owned(),
        many => format!("{many} records without a name or id are left out"),
    };
    let fault = Fault::new(FaultKind::Garbled, operation, message);
    let fault = Fault { code: Some(Fault::NAMELESS.to_owned()), ..fault };
    (items, Some(on.iter().fold(fault, |fault, on| fault.on(*on))))
}

#[cfg(test)]
mod tests {
    use super::{named, named_pages, pages};
    use crate::world::Fault;
    use crate::world::FaultKind;

    #[tokio::test]
    async fn records_without_a_name_are_counted_over_all_pages() {
        let mut calls = 0;
        let paged = named_pages("rds:DescribeDBInstances", None, |_| {
            calls += 1;
            let (items, next) = if calls == 1 { (vec![Some(1), None], Some("a")) } else { (vec![None, Some(2)], None) };
            async move { Ok((items, next.map(str::to_owned))) }
        })
        .await
        .expect("pages");
        let cut = paged.cut.expect("a note");
        assert_eq!((paged.items, cut.kind), (vec![1, 2], FaultKind::Garbled));
        assert_eq!(cut.message, "2 records without a name or id are left out");
        let again =
            named_pages("rds:DescribeDBInstances", None, |_| async { Ok((vec![Some(1), None], Some("a".into()))) });
        let cut = again.await.expect("pages").cut.expect("a note").message;
        assert!(cut.contains("cut short") && cut.contains("2 records"), "{cut}");
        assert_eq!(named("x:Y", Some("c"), [Some(1)]), (vec![1], None));
    }

    /// Serves `script`: each page's items and the token after it.
    async fn read(script: &[(&[u8], Option<&str>)]) -> (Vec<u8>, Option<FaultKind>, usize) {
        let mut calls = 0;
        let paged = pages("ecs:ListClusters", None, |_| {
            let (items, next) = script[calls.min(script.len() - 1)];
            calls += 1;
            async move { Ok((items.to_vec(), next.map(str::to_owned))) }
        })
        .await
        .expect("pages");
        (paged.items, paged.cut.map(|fault| fault.kind), calls)
    }

    #[tokio::test]
    async fn pages_are_joined_and_empty_ones_do_not_end_the_list() {
        assert_eq!(read(&[(&[1], Some("a")), (&[], Some("b")), (&[2], None)]).await, (vec![1, 2], None, 3));
        assert_eq!(read(&[(&[1], Some(""))]).await, (vec![1], None, 1), "an empty token is an end");
    }

    #[tokio::test]
    async fn a_token_that_comes_twice_ends_the_list_and_says_so() {
        let script: &[(&[u8], _)] = &[(&[1], Some("a")), (&[2], Some("a")), (&[3], Some("a"))];
        assert_eq!(read(script).await, (vec![1, 2], Some(FaultKind::Garbled), 2));
        let circle: &[(&[u8], _)] = &[(&[1], Some("a")), (&[2], Some("b")), (&[3], Some("a"))];
        assert_eq!(read(circle).await, (vec![1, 2, 3], Some(FaultKind::Garbled), 3));
    }

    #[tokio::test]
    async fn a_page_that_fails_fails_the_list() {
        let fault = Fault::new(FaultKind::Throttled, "ecs:ListClusters", "slow down");
        let answer = pages::<u8, _>("ecs:ListClusters", None, |_| {
            let fault = fault.clone();
            async move { Err(fault) }
        });
        assert_eq!(answer.await, Err(fault.clone()));
    }
}
