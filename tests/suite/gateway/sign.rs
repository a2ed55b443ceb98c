//! Signature Version 4, computed once more from its description, to check what the client signed.

use std::collections::{BTreeMap, HashMap};

use ring::{digest, hmac};

use super::Secret;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn escape(bytes: &[u8]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    bytes.iter().map(|&byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Decodes as a form does: `+` is a space.
fn unescape(text: &str) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                out.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
                rest = &tail[2..];
            }
            other => out.push(other),
        }
    }
    out
}

/// The access key that signed a request for `service` as it should, out of `known`; else what is wrong with it.
pub(super) fn check(
    known: &HashMap<String, Secret>,
    service: &str,
    method: &str,
    target: &str,
    headers: &BTreeMap<String, String>,
    body: &[u8],
) -> Result<String, String> {
    let given = headers.get("authorization").ok_or("unsigned")?;
    let field = |name: &str| {
        let start = given.find(name)? + name.len();
        given[start..].split(',').next().map(str::trim)
    };
    let credential = field("Credential=").ok_or("no credential")?;
    let signed = field("SignedHeaders=").ok_or("no signed headers")?;
    let signature = field("Signature=").ok_or("no signature")?;
    let (key, scope) = credential.split_once('/').ok_or("no scope")?;
    let Secret { secret, token } = known.get(key).ok_or("a key that nobody gave out")?;
    let parts: Vec<&str> = scope.split('/').collect();
    let [date, region, named, "aws4_request"] = parts[..] else { return Err(format!("scope {scope}")) };
    if (region, named) != (super::REGION, service) {
        return Err(format!("signed for {named} in {region}, not {service}"));
    }
    if headers.get("x-amz-security-token") != Some(token) {
        return Err("the session token is missing".to_owned());
    }
    for needed in ["host", "x-amz-date", "x-amz-security-token"] {
        if !signed.split(';').any(|name| name == needed) {
            return Err(format!("{needed} is not signed but {signed}"));
        }
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| format!("{}={}", escape(&unescape(name)), escape(&unescape(value))))
        .collect();
    pairs.sort();
    let lines: String =
        signed.split(';').map(|name| format!("{name}:{}\n", headers.get(name).map_or("", |v| v.trim()))).collect();
    let request = format!("{method}\n{path}\n{}\n{lines}\n{signed}\n{}", pairs.join("&"), sha256(body));
    let at = headers.get("x-amz-date").ok_or("no date")?;
    let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", sha256(request.as_bytes()));
    let mut signs = format!("AWS4{secret}").into_bytes();
    for part in [date, region, service, "aws4_request"] {
        signs = hmac(&signs, part);
    }
    let expected = hex(&hmac(&signs, &text));
    if expected == signature { Ok(key.to_owned()) } else { Err(format!("the signature of {method} {target} is wrong")) }
}
