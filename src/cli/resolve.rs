//! Names as people type them: shortened while unambiguous. Pure; an unknown or ambiguous name is
//! answered with the candidates.

use super::exit::{Exit, Failure};

/// The one of `names` that `typed` means: the same, the same in another case, the only one that
/// begins with it, or the only one that contains it.
///
/// # Errors
/// When there is none or more than one; the failure lists the candidates. `what` is what is named:
/// `environment`.
pub fn resolve<'n>(typed: &str, names: &[&'n str], what: &str) -> Result<&'n str, Failure> {
    if let Some(same) = names.iter().find(|name| **name == typed) {
        return Ok(same);
    }
    let wanted = typed.to_lowercase();
    let tests: [fn(&str, &str) -> bool; 3] =
        [|name, wanted| name == wanted, |name, wanted| name.starts_with(wanted), |name, wanted| name.contains(wanted)];
    for fits in tests {
        let found: Vec<&'n str> = names.iter().copied().filter(|name| fits(&name.to_lowercase(), &wanted)).collect();
        match found.as_slice() {
            [] => {}
            [only] => return Ok(only),
            several => {
                let message = format!("`{typed}` could be more than one {what}; which of these?{}", list(several));
                return Err(Failure::new(Exit::NotFound, message));
            }
        }
    }
    let message = if names.is_empty() {
        format!("there is no {what} `{typed}`: none was found at all")
    } else {
        format!("there is no {what} `{typed}`; there are:{}", list(names))
    };
    Err(Failure::new(Exit::NotFound, message))
}

fn list(names: &[&str]) -> String {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.iter().map(|name| format!("\n  {}", crate::text::harmless(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const NAMES: &[&str] = &["city-poc", "city-prod", "prooflink", "prooflink-dev", "prooflink-prod", "本番"];

    #[rstest]
    #[case::the_same("prooflink", "prooflink")]
    #[case::another_case("CITY-PROD", "city-prod")]
    #[case::a_beginning("city-pr", "city-prod")]
    #[case::a_part("poc", "city-poc")]
    #[case::a_part("dev", "prooflink-dev")]
    #[case::wide("本", "本番")]
    fn a_short_name_means_one(#[case] typed: &str, #[case] name: &str) {
        assert_eq!(resolve(typed, NAMES, "environment"), Ok(name));
    }

    #[rstest]
    #[case::beginnings("city", "  city-poc\n  city-prod")]
    #[case::parts("prod", "  city-prod\n  prooflink-prod")]
    #[case::nothing_typed("", "prooflink-dev")]
    #[case::unknown("kajimaru", "there are:\n  city-poc")]
    fn others_list_the_candidates(#[case] typed: &str, #[case] message: &str) {
        let failure = resolve(typed, NAMES, "environment").unwrap_err();
        assert_eq!(failure.exit, Exit::NotFound);
        assert!(failure.message.contains(message), "{failure}");
    }

    #[test]
    fn nothing_to_name_is_said_plainly() {
        assert!(resolve("x", &[], "environment").unwrap_err().message.contains("none was found at all"));
    }
}
