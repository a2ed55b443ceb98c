//! Which environment a reader means by a shortened name. The same rules as on the command line:
//! the whole name, the only one that begins so, the only one that holds it. Pure.

use crate::world::EnvironmentName;

/// The one of `names` that `typed` means.
///
/// # Errors
/// When there is none or more than one: a sentence with the candidates.
pub fn resolve_name<'n>(typed: &str, names: &[&'n EnvironmentName]) -> Result<&'n EnvironmentName, String> {
    if let Some(same) = names.iter().find(|name| name.as_str() == typed) {
        return Ok(same);
    }
    let wanted = typed.to_lowercase();
    let tests: [fn(&str, &str) -> bool; 3] =
        [|name, wanted| name == wanted, |name, wanted| name.starts_with(wanted), |name, wanted| name.contains(wanted)];
    for fits in tests {
        let fitting = names.iter().copied().filter(|name| fits(&name.as_str().to_lowercase(), &wanted));
        let found: Vec<&EnvironmentName> = fitting.collect();
        match found.as_slice() {
            [] => {}
            [only] => return Ok(only),
            several => return Err(format!("{typed:?} could be {}", list(several))),
        }
    }
    match names {
        [] => Err(format!("there is no environment {typed:?}: none was found at all")),
        names => Err(format!("there is no environment {typed:?}; there are {}", list(names))),
    }
}

fn list(names: &[&EnvironmentName]) -> String {
    names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_means_one_or_lists_the_candidates() {
        let names = ["city-poc", "city-prod", "prooflink", "prooflink-dev"].map(EnvironmentName::from);
        let names: Vec<_> = names.iter().collect();
        let meant = |typed| resolve_name(typed, &names).map(EnvironmentName::as_str);
        assert_eq!(meant("prooflink"), Ok("prooflink"));
        assert_eq!(meant("CITY-PO"), Ok("city-poc"));
        assert_eq!(meant("dev"), Ok("prooflink-dev"));
        assert_eq!(meant("city"), Err("\"city\" could be city-poc, city-prod".to_owned()));
        assert!(meant("x").is_err_and(|message| message.contains("there are city-poc, city-prod")));
    }
}
