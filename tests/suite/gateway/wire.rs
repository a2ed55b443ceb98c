//! Messages as the agent and the service write them, and what they demand of the client's.

use ring::digest;

pub(super) struct FromClient {
    pub(super) kind: String,
    pub(super) sequence: i64,
    pub(super) payload_type: u32,
    pub(super) payload: Vec<u8>,
}

/// Reads a client's message; every field has to be as the plugin writes it.
pub(super) fn read(bytes: &[u8]) -> Result<FromClient, String> {
    let be =
        |at: usize, length: usize| bytes[at..at + length].iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    if bytes.len() < 120 || be(0, 4) != 116 {
        return Err(format!("a header of {} in {} bytes", be(0, 4), bytes.len()));
    }
    let kind = std::str::from_utf8(&bytes[4..36]).map_err(|error| error.to_string())?;
    let payload = bytes[120..].to_vec();
    if be(36, 4) != 1 || be(40, 8) < 1_600_000_000_000 || be(116, 4) != payload.len() as u64 {
        return Err(format!("odd fields in {kind}"));
    }
    if digest::digest(&digest::SHA256, &payload).as_ref() != &bytes[80..112] {
        return Err(format!("the digest of {kind} is wrong"));
    }
    let kind = kind.trim_end_matches(' ').to_owned();
    let flags = be(56, 8);
    if flags != if kind == "acknowledge" { 3 } else { 0 } {
        return Err(format!("flags {flags} in {kind}"));
    }
    if payload.len() > 1024 + 28 && kind == "input_stream_data" && ![6, 9].contains(&be(112, 4)) {
        return Err(format!("{} bytes in one message", payload.len()));
    }
    Ok(FromClient { kind, sequence: be(48, 8) as i64, payload_type: be(112, 4) as u32, payload })
}

/// Writes a message; without a payload type in the short layout, padded with NULs as the service does.
pub(super) fn write(kind: &str, sequence: i64, flags: u64, payload_type: Option<u32>, payload: &[u8]) -> Vec<u8> {
    let header: u32 = if payload_type.is_some() { 116 } else { 112 };
    let mut bytes = header.to_be_bytes().to_vec();
    bytes.extend(kind.bytes().chain(std::iter::repeat(if payload_type.is_some() { b' ' } else { 0 })).take(32));
    bytes.extend(1u32.to_be_bytes());
    bytes.extend(1_700_000_000_000u64.to_be_bytes());
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(flags.to_be_bytes());
    bytes.extend([7; 8]);
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(digest::digest(&digest::SHA256, payload).as_ref());
    if let Some(number) = payload_type {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend((payload.len() as u32).to_be_bytes());
    bytes.extend(payload);
    bytes
}
