//! Opens an address in the reader's browser, where there is one: over SSH or without a display
//! there is none, and whoever asks shows the address instead.

use std::process::Stdio;

/// Opens `url`.
///
/// # Errors
/// Why no browser could be opened, in words.
pub async fn browse(url: &str) -> Result<(), String> {
    if !url.starts_with("https://") {
        return Err("only web addresses are opened".to_owned());
    }
    let opener = opener(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))?;
    let status = tokio::process::Command::new(opener)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await
        .map_err(|fault| format!("{opener} could not be started ({fault})"))?;
    if status.success() { Ok(()) } else { Err(format!("{opener} could not open it ({status})")) }
}

fn opener(set: impl Fn(&str) -> bool) -> Result<&'static str, String> {
    if set("SSH_CONNECTION") || set("SSH_TTY") {
        return Err("no browser over SSH".to_owned());
    }
    if cfg!(target_os = "macos") {
        return Ok("open");
    }
    if set("DISPLAY") || set("WAYLAND_DISPLAY") {
        return Ok("xdg-open");
    }
    Err("no display here".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_ssh_no_browser_is_tried() {
        assert_eq!(opener(|name| name == "SSH_TTY" || name == "DISPLAY"), Err("no browser over SSH".to_owned()));
        if cfg!(target_os = "linux") {
            assert_eq!(opener(|_| false), Err("no display here".to_owned()));
            assert_eq!(opener(|name| name == "WAYLAND_DISPLAY"), Ok("xdg-open"));
        }
    }
}
