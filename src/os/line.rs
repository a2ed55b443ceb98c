//! One line asked for on the terminal, as for the code of an MFA device: the question goes to standard error, the answer
//! comes from the terminal itself, so that pipes stay what they are. Knows nothing of what is asked.

use std::io::{self, Write, stderr};

use tokio::io::{AsyncRead, AsyncReadExt};
use zeroize::Zeroizing;

use super::keyboard::Keyboard;
use crate::ssm::start_request::Token;
use crate::text;

/// Longer lines are no answers.
const LONGEST: usize = 256;

/// Asks for `what` and waits for a line. `None` for an empty one, or where the terminal ends.
///
/// # Errors
/// When there is no terminal.
pub async fn ask(what: &str) -> io::Result<Option<Token>> {
    let mut keys = Keyboard::open()?;
    let mut to = stderr();
    write!(to, "toban: {}: ", text::harmless(what)).and_then(|()| to.flush())?;
    line(&mut keys).await
}

/// The next line of `from`, without what stands around it.
async fn line(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Token>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    loop {
        let mut byte = [0];
        if from.read(&mut byte).await? == 0 || byte == *b"\n" || byte == *b"\r" || bytes.len() >= LONGEST {
            break;
        }
        bytes.extend_from_slice(&byte);
    }
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    let text = text.trim();
    Ok((!text.is_empty()).then(|| Token::new(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::line;

    #[tokio::test]
    async fn a_line_is_taken_and_the_next_is_left() {
        let mut from: &[u8] = b" 123456 \nrest";
        let got = line(&mut from).await.expect("a line").expect("a code");
        assert_eq!(got.reveal(), "123456");
        assert_eq!(from, b"rest");
        let mut end: &[u8] = b"";
        assert!(line(&mut end).await.expect("the end").is_none());
    }
}
