//! A blocking HTTP/1.1 client of forty lines for the peer's own interface on loopback.
//! Never used for AWS calls: those go through the SDK, as in the product.
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// Sends one request and returns the JSON answered; panics with the peer's own words when it refuses.
pub(super) fn ask(port: u16, method: &str, path: &str, body: &Value) -> Value {
    try_ask(port, method, path, body).unwrap_or_else(|why| panic!("{why}"))
}

/// The same for one who is about to panic already, and wants to say more.
pub(super) fn try_ask(port: u16, method: &str, path: &str, body: &Value) -> Result<Value, String> {
    let text = body.to_string();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
    let mut answer = String::new();
    TcpStream::connect(("127.0.0.1", port))
        .and_then(|mut stream| {
            stream.write_all(request.as_bytes())?;
            stream.read_to_string(&mut answer)
        })
        .map_err(|fault| format!("the test peer does not answer {method} {path}: {fault}"))?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| format!("the test peer answered {method} {path} with half a message: {answer:?}"))?;
    if head.split_whitespace().nth(1) != Some("200") {
        return Err(format!("the test peer refused {method} {path}: {body}"));
    }
    serde_json::from_str(body).map_err(|fault| format!("{method} {path}: {fault} in {body:?}"))
}
