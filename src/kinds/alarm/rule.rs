//! The rule of a composite alarm: its whole grammar, over any number of lines. `ALARM`, `OK`, `INSUFFICIENT_DATA`,
//! `AT_LEAST`, `AND`, `OR`, `NOT`, `TRUE`, `FALSE` and brackets (CloudWatch User Guide, "Composite alarms"). Which
//! alarms it names, and the rule in one line. Pure; a rule that does not read is shown as it is.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::vec::IntoIter;

/// Brackets and `NOT`s within each other; AWS takes 500 elements in all.
const DEEPEST: usize = 100;

/// A rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Rule {
    /// `ALARM(name)`: the function and the alarm, by name or ARN.
    Is(String, String),
    /// `AT_LEAST(2, NOT OK, (a, b, c))`: how many, in which state, of which alarms.
    AtLeast(String, String, Vec<String>),
    /// `TRUE` or `FALSE`.
    Always(bool),
    /// `NOT …`
    Not(Box<Self>),
    /// `… AND …`
    All(Vec<Self>),
    /// `… OR …`
    Any(Vec<Self>),
}

/// A word, a quoted name or a sign.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Token {
    Word(String),
    Quoted(String),
    Sign(char),
}

/// The rule that `text` is; `None` if it is none that is known.
pub(super) fn parse(text: &str) -> Option<Rule> {
    let mut rest = Tokens { rest: tokens(text).into_iter().peekable(), depth: 0 };
    let rule = rest.any()?;
    rest.rest.next().is_none().then_some(rule)
}

/// The alarms that `text` names, by name or ARN; of a rule that does not read, those that stand where names stand.
pub(super) fn names(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    match parse(text) {
        Some(rule) => rule.collect(&mut all),
        None => {
            let tokens = tokens(text);
            for (at, token) in tokens.iter().enumerate() {
                let before = at.checked_sub(1).and_then(|at| tokens.get(at));
                match token {
                    Token::Quoted(name) => {
                        all.insert(name.clone());
                    }
                    Token::Word(name) if before == Some(&Token::Sign('(')) && !is_word_of_rules(name) => {
                        all.insert(name.clone());
                    }
                    Token::Word(_) | Token::Sign(_) => {}
                }
            }
        }
    }
    all
}

/// The alarms that the rule of a composite alarm names, by name or ARN; none of another alarm.
#[must_use]
pub fn children(alarm: &super::model::Alarm) -> BTreeSet<String> {
    alarm.rule.as_deref().map(names).unwrap_or_default()
}

/// `text` in one line: without needless space, brackets or quotes; alarms by their names alone.
pub(super) fn in_one_line(text: &str) -> String {
    match parse(text) {
        Some(rule) => rule.told(false),
        None => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

fn is_word_of_rules(word: &str) -> bool {
    const WORDS: [&str; 9] = ["ALARM", "OK", "INSUFFICIENT_DATA", "AT_LEAST", "AND", "OR", "NOT", "TRUE", "FALSE"];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn tokens(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            c if c.is_whitespace() => {}
            '(' | ')' | ',' => all.push(Token::Sign(c)),
            '"' | '\'' => {
                let mut name = String::new();
                while let Some(within) = rest.next() {
                    match within {
                        // A quote within the name.
                        '\\' => name.extend(rest.next()),
                        end if end == c => break,
                        other => name.push(other),
                    }
                }
                all.push(Token::Quoted(name));
            }
            first => {
                let mut word = String::from(first);
                while let Some(next) = rest.next_if(|c| !c.is_whitespace() && !"(),".contains(*c)) {
                    word.push(next);
                }
                all.push(Token::Word(word));
            }
        }
    }
    all
}

struct Tokens {
    rest: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Tokens {
    fn word(&mut self, wanted: &str) -> bool {
        let is = |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(wanted));
        self.rest.next_if(is).is_some()
    }

    fn sign(&mut self, wanted: char) -> Option<()> {
        self.rest.next_if_eq(&Token::Sign(wanted)).map(|_| ())
    }

    fn any(&mut self) -> Option<Rule> {
        let first = self.all()?;
        let mut more = vec![first];
        while self.word("OR") {
            more.push(self.all()?);
        }
        if more.len() == 1 { more.pop() } else { Some(Rule::Any(more)) }
    }

    fn all(&mut self) -> Option<Rule> {
        let first = self.one()?;
        let mut more = vec![first];
        while self.word("AND") {
            more.push(self.one()?);
        }
        if more.len() == 1 { more.pop() } else { Some(Rule::All(more)) }
    }

    fn one(&mut self) -> Option<Rule> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let rule = if self.word("NOT") {
            Rule::Not(Box::new(self.one()?))
        } else if self.sign('(').is_some() {
            let inner = self.any()?;
            self.sign(')')?;
            inner
        } else {
            self.function()?
        };
        self.depth -= 1;
        Some(rule)
    }

    fn function(&mut self) -> Option<Rule> {
        let Token::Word(word) = self.rest.next()? else { return None };
        let word = word.to_ascii_uppercase();
        match word.as_str() {
            "TRUE" | "FALSE" => Some(Rule::Always(word == "TRUE")),
            "AT_LEAST" => {
                self.sign('(')?;
                let Token::Word(many) = self.rest.next()? else { return None };
                self.sign(',')?;
                let not = if self.word("NOT") { "NOT " } else { "" };
                let Token::Word(state) = self.rest.next()? else { return None };
                self.sign(',')?;
                self.sign('(')?;
                let mut of = vec![self.name()?];
                while self.sign(',').is_some() {
                    of.push(self.name()?);
                }
                self.sign(')')?;
                self.sign(')')?;
                Some(Rule::AtLeast(many, format!("{not}{}", state.to_ascii_uppercase()), of))
            }
            // A state that AWS may add is a function of one alarm too.
            _ if self.sign('(').is_some() => {
                let name = self.name()?;
                self.sign(')')?;
                Some(Rule::Is(word, name))
            }
            _ => None,
        }
    }

    /// A name: in quotes, or words up to the next sign.
    fn name(&mut self) -> Option<String> {
        let mut words = Vec::new();
        while let Some(token) = self.rest.next_if(|token| !matches!(token, Token::Sign(_))) {
            match token {
                Token::Quoted(name) | Token::Word(name) => words.push(name),
                Token::Sign(_) => {}
            }
        }
        Some(words.join(" ")).filter(|name| !name.is_empty())
    }
}

impl Rule {
    fn collect(&self, into: &mut BTreeSet<String>) {
        match self {
            Self::Is(_, name) => {
                into.insert(name.clone());
            }
            Self::AtLeast(_, _, names) => into.extend(names.iter().cloned()),
            Self::Always(_) => {}
            Self::Not(inner) => inner.collect(into),
            Self::All(inner) | Self::Any(inner) => inner.iter().for_each(|rule| rule.collect(into)),
        }
    }

    /// `within` another that binds closer, an `OR` and an `AND` need brackets.
    fn told(&self, within: bool) -> String {
        let joined =
            |rules: &[Self], word: &str| rules.iter().map(|rule| rule.told(true)).collect::<Vec<_>>().join(word);
        let plain = match self {
            Self::Is(function, name) => return format!("{function}({})", short(name)),
            Self::AtLeast(many, state, names) => {
                let names: Vec<&str> = names.iter().map(|name| short(name)).collect();
                return format!("AT_LEAST({many}, {state}, ({}))", names.join(", "));
            }
            Self::Always(always) => return if *always { "TRUE" } else { "FALSE" }.to_owned(),
            Self::Not(inner) => return format!("NOT {}", inner.told(true)),
            Self::All(rules) => joined(rules, " AND "),
            Self::Any(rules) => joined(rules, " OR "),
        };
        if within { format!("({plain})") } else { plain }
    }
}

/// The name in an alarm's ARN.
fn short(name: &str) -> &str {
    match name.strip_prefix("arn:").and_then(|rest| rest.split_once(":alarm:")) {
        Some((_, short)) => short,
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{in_one_line, names, parse};

    #[rstest]
    #[case::of_two("ALARM(a) OR ALARM(b)", "ALARM(a) OR ALARM(b)", &["a", "b"])]
    #[case::over_lines("ALARM(\n  \"a\"\n)\n  AND\n  (OK(b)\n OR INSUFFICIENT_DATA( c ))",
        "ALARM(a) AND (OK(b) OR INSUFFICIENT_DATA(c))", &["a", "b", "c"])]
    #[case::of_constants("TRUE AND NOT FALSE", "TRUE AND NOT FALSE", &[])]
    #[case::in_small_letters("alarm(a) and not ok(b)", "ALARM(a) AND NOT OK(b)", &["a", "b"])]
    #[case::with_brackets_in_a_name(r#"ALARM("a (b), c")"#, "ALARM(a (b), c)", &["a (b), c"])]
    #[case::with_a_quote_in_a_name(r#"ALARM("a \"b\"")"#, r#"ALARM(a "b")"#, &[r#"a "b""#])]
    #[case::with_a_blank_in_a_name("ALARM(a b)", "ALARM(a b)", &["a b"])]
    #[case::by_arn("ALARM(arn:aws:cloudwatch:r:1:alarm:d)", "ALARM(d)", &["arn:aws:cloudwatch:r:1:alarm:d"])]
    #[case::counted("AT_LEAST(2, ALARM, (a, \"b, c\",\n d))", "AT_LEAST(2, ALARM, (a, b, c, d))", &["a", "b, c", "d"])]
    #[case::by_share("AT_LEAST(50%, NOT OK, (a)) OR OK(b)", "AT_LEAST(50%, NOT OK, (a)) OR OK(b)", &["a", "b"])]
    #[case::not_of_all("NOT (ALARM(a) OR ALARM(b))", "NOT (ALARM(a) OR ALARM(b))", &["a", "b"])]
    #[case::a_name_that_ends_like_a_function("ALARM(DEPLOY_OK) AND ALARM(OK)", "ALARM(DEPLOY_OK) AND ALARM(OK)", &["DEPLOY_OK", "OK"])]
    #[case::a_new_state("DISABLED(a)", "DISABLED(a)", &["a"])]
    fn a_rule_reads_in_one_line_and_names_its_alarms(#[case] rule: &str, #[case] line: &str, #[case] of: &[&str]) {
        assert!(parse(rule).is_some(), "{rule}");
        assert_eq!(in_one_line(rule), line);
        assert_eq!(names(rule).iter().map(String::as_str).collect::<Vec<_>>(), of);
        assert_eq!(in_one_line(&in_one_line("ALARM(a)\nOR ALARM(b)")), "ALARM(a) OR ALARM(b)");
    }

    #[rstest]
    #[case::cut("ALARM(a) OR", &["a"])]
    #[case::no_name("ALARM(", &[])]
    #[case::of_a_new_grammar("MOST_OF(3, ALARM(a), \"b\")\n XOR OK(c)", &["3", "a", "b", "c"])]
    #[case::not_the_constants("ALARM(a) ? (TRUE)", &["a"])]
    fn a_rule_that_does_not_read_is_shown_as_it_is(#[case] rule: &str, #[case] of: &[&str]) {
        assert_eq!(parse(rule), None);
        assert!(!in_one_line(rule).contains('\n'));
        assert_eq!(names(rule).iter().map(String::as_str).collect::<Vec<_>>(), of);
    }

    #[test]
    fn brackets_without_end_are_no_rule() {
        assert_eq!(parse(&"(".repeat(100_000)), None);
        assert_eq!(parse(&"NOT ".repeat(100_000)), None);
    }
}
