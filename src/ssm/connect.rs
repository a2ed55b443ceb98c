//! One connection to a data channel: TCP (through a proxy if there is one), TLS, the signed websocket upgrade, and the
//! opening frame. What runs over it, and what happens after a loss, is `channel`'s work.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::SinkExt;
use http::HeaderValue;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message as Frame};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::Proxy;
use super::network::Network;
use super::start_request::{Entrance, SessionSource};
use super::stream_host::{Stream, check};
use super::wire::{LONGEST, MessageId, open};
use crate::world::{Fault, FaultKind};

/// How long all of it may take, once a session has begun.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// What IAM calls it.
const OPERATION: &str = "ssmmessages:OpenDataChannel";

/// A byte stream both ways.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// A websocket over whatever carries it.
pub(super) type Socket = WebSocketStream<Box<dyn Wire>>;

/// Opens the data channel at `entrance` for `client`, who stays the same over all of a session's connections, within
/// `patience`.
///
/// # Errors
/// What failed on the way: an address that may not be dialled, the network, the proxy, TLS, or AWS's refusal.
pub(super) async fn dial(
    source: &dyn SessionSource,
    entrance: &Entrance,
    network: &Network,
    (client, patience): (MessageId, Duration),
) -> Result<Socket, Fault> {
    let stream = check(&entrance.url, entrance.is_local).map_err(|why| fault(FaultKind::Refused, why))?;
    let host = stream.host.clone();
    let stage = Stage::default();
    let all = async {
        let headers = source.sign(&entrance.url).await?;
        let mut request =
            stream.uri.clone().into_client_request().map_err(|error| fault(FaultKind::Odd, error.to_string()))?;
        for (name, value) in &headers {
            let name: http::HeaderName = name.parse().map_err(|_| fault(FaultKind::Odd, "a header's name is odd"))?;
            let mut value = HeaderValue::from_str(value.reveal())
                .map_err(|_| fault(FaultKind::Credentials, "the credentials hold characters that cannot be sent"))?;
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        let wire = connect(&stream, network, &stage).await?;
        stage.is("an answer of the service");
        let limits = WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
        let (mut socket, _) = client_async_with_config(request, wire, Some(limits)).await.map_err(refused)?;
        let hello = open(entrance.token.reveal(), client, MessageId::random(&mut fastrand::Rng::new()));
        socket.send(Frame::text(hello)).await.map_err(|error| fault(FaultKind::Offline, error.to_string()))?;
        Ok(socket)
    };
    let slow = || {
        let why = format!("no connection within {} s: {} did not come", patience.as_secs(), stage.now());
        Err(fault(FaultKind::Timeout, why))
    };
    timeout(patience, all).await.unwrap_or_else(|_| slow()).map_err(|fault| match fault.on {
        Some(_) => fault,
        None => fault.on(host),
    })
}

/// What is waited for.
#[derive(Debug, Default)]
struct Stage(Mutex<&'static str>);

impl Stage {
    fn is(&self, what: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }

    fn now(&self) -> &'static str {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            "" => "the credentials",
            what => what,
        }
    }
}

fn fault(kind: FaultKind, why: impl Into<String>) -> Fault {
    Fault::new(kind, OPERATION, why)
}

fn offline(error: &io::Error) -> Fault {
    fault(FaultKind::Offline, error.to_string())
}

/// What the answer to the upgrade means.
fn refused(error: tungstenite::Error) -> Fault {
    let tungstenite::Error::Http(answer) = error else { return fault(FaultKind::Offline, error.to_string()) };
    let status = answer.status();
    let said = answer.body().as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let said: String = crate::text::mask_text(said.trim()).chars().take(300).collect();
    let kind = match status.as_u16() {
        401 | 403 => FaultKind::Denied,
        407 | 502..=504 => FaultKind::Offline,
        429 => FaultKind::Throttled,
        400..=499 => FaultKind::Refused,
        _ => FaultKind::Odd,
    };
    let said = if said.is_empty() { "no reason given".to_owned() } else { said };
    fault(kind, format!("the service answered HTTP {}: {said}", status.as_u16()))
}

async fn connect(stream: &Stream, network: &Network, stage: &Stage) -> Result<Box<dyn Wire>, Fault> {
    let proxy = network.proxy(&stream.host, stream.is_secure).map_err(|why| fault(FaultKind::Offline, why))?;
    let mut wire: Box<dyn Wire> = match &proxy {
        None => {
            stage.is("a TCP connection");
            tcp(&stream.host, stream.port).await?
        }
        Some(proxy) => {
            stage.is("an answer of the proxy");
            let plain = tcp(&proxy.host, proxy.port).await?;
            let mut wire = if proxy.is_secure { tls(&proxy.host, network, plain).await? } else { plain };
            let asked = pass_on(&mut wire, stream, proxy).await;
            asked.map_err(|why| why.on(format!("the proxy {}", proxy.host)))?;
            wire
        }
    };
    if stream.is_secure {
        stage.is("an answer by TLS");
        wire = tls(&stream.host, network, wire).await?;
    }
    Ok(wire)
}

async fn tcp(host: &str, port: u16) -> Result<Box<dyn Wire>, Fault> {
    let told = |error: io::Error| offline(&error).on(format!("{host}:{port}"));
    let wire = TcpStream::connect((host, port)).await.map_err(told)?;
    // Keystrokes are small and must not wait for company.
    wire.set_nodelay(true).map_err(told)?;
    Ok(Box::new(wire))
}

async fn tls(host: &str, network: &Network, wire: Box<dyn Wire>) -> Result<Box<dyn Wire>, Fault> {
    let config = network.tls().map_err(|why| fault(FaultKind::Offline, why))?;
    let name = host.to_owned().try_into().map_err(|_| fault(FaultKind::Offline, "the host's name is no name"))?;
    let secured = TlsConnector::from(config).connect(name, wire).await;
    Ok(Box::new(secured.map_err(|error| offline(&error))?))
}

/// Asks the proxy to connect onwards.
async fn pass_on(wire: &mut Box<dyn Wire>, stream: &Stream, proxy: &Proxy) -> Result<(), Fault> {
    let target = match stream.host.contains(':') {
        true => format!("[{}]:{}", stream.host, stream.port),
        false => format!("{}:{}", stream.host, stream.port),
    };
    let login = proxy.login.as_ref().map(|login| format!("Proxy-Authorization: {}\r\n", login.reveal()));
    let ask = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{}\r\n", login.unwrap_or_default());
    wire.write_all(ask.as_bytes()).await.map_err(|error| offline(&error))?;
    wire.flush().await.map_err(|error| offline(&error))?;
    // Byte by byte: what follows the answer belongs to TLS.
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() >= 16 << 10 {
            return Err(fault(FaultKind::Offline, "its answer does not end"));
        }
        answer.push(wire.read_u8().await.map_err(|error| offline(&error))?);
    }
    let line = String::from_utf8_lossy(answer.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned();
    match line.split(' ').nth(1) {
        Some(status) if status.starts_with('2') => Ok(()),
        Some("407") => Err(fault(FaultKind::Offline, "it requires a login: put one into HTTPS_PROXY")),
        _ => Err(fault(FaultKind::Offline, format!("it does not connect: {line}"))),
    }
}

#[cfg(test)]
mod tests;
