//! Where local connections come in. It outlives the sessions behind it: whoever knocks while there is none is held
//! until the next one takes them in.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// After a connection could not be taken (no file descriptors left, as a rule) the next is tried this much later.
const BREATH: Duration = Duration::from_millis(100);

/// How many connections may be open at once as a rule.
const MOST: usize = 256;

/// A port of this machine, open to this machine only.
#[derive(Debug)]
pub struct LocalListener {
    listener: TcpListener,
    address: SocketAddr,
    /// How many connections may be open at once.
    most: usize,
    /// Who knocked and was not let in yet.
    held: Mutex<Option<TcpStream>>,
}

impl LocalListener {
    /// Opens `port` on loopback; 0 takes any that is free.
    ///
    /// # Errors
    /// When it is taken, or may not be opened.
    pub async fn open(port: u16) -> io::Result<Self> {
        Self::over(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?)
    }

    /// The same on `usual` if that is free, else on any port.
    ///
    /// # Errors
    /// When no port can be opened at all.
    pub async fn usual(usual: u16) -> io::Result<Self> {
        match Self::open(usual).await {
            Ok(door) => Ok(door),
            Err(_) => Self::open(0).await,
        }
    }

    /// A door that listens already.
    ///
    /// # Errors
    /// The listener has no address.
    pub fn over(listener: TcpListener) -> io::Result<Self> {
        Ok(Self { address: listener.local_addr()?, listener, most: MOST, held: Mutex::default() })
    }

    /// The same for so many connections at once; more wait.
    #[must_use]
    pub const fn letting_in(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// How many connections may be open at once.
    pub(super) const fn most(&self) -> usize {
        self.most
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn held(&self) -> Option<TcpStream> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The next connection. Can be dropped while it waits without losing one.
    pub async fn next(&self) -> TcpStream {
        match self.held() {
            Some(socket) => socket,
            None => self.accept().await,
        }
    }

    /// Waits until somebody knocks, and keeps them waiting.
    pub async fn knock(&self) {
        let is_held = || self.held.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if !is_held() {
            let socket = self.accept().await;
            *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(socket);
        }
    }

    /// Sends whoever knocked away.
    pub fn refuse(&self) {
        drop(self.held());
    }

    async fn accept(&self) -> TcpStream {
        loop {
            match self.listener.accept().await {
                Ok((socket, _)) => return socket,
                // A connection that ended before it was taken, or no room for it.
                Err(_) => sleep(BREATH).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::LocalListener;

    #[tokio::test]
    async fn who_knocks_is_kept_for_the_next_session() {
        let door = LocalListener::open(0).await.expect("a port");
        let mut local = TcpStream::connect(door.address()).await.expect("a connection");
        door.knock().await;
        // A second knock is the same one.
        door.knock().await;
        let mut taken = door.next().await;
        taken.write_all(b"in").await.expect("written");
        let mut got = [0; 2];
        local.read_exact(&mut got).await.expect("read");
        assert_eq!(&got, b"in");
    }

    #[tokio::test]
    async fn who_is_refused_sees_the_end() {
        let door = LocalListener::open(0).await.expect("a port");
        let mut local = TcpStream::connect(door.address()).await.expect("a connection");
        door.knock().await;
        door.refuse();
        assert_eq!(local.read(&mut [0; 1]).await.unwrap_or_default(), 0);
    }

    #[tokio::test]
    async fn a_usual_port_that_is_taken_gives_way_to_another() {
        let first = LocalListener::open(0).await.expect("a port");
        let taken = first.address().port();
        assert!(LocalListener::open(taken).await.is_err());
        let second = LocalListener::usual(taken).await.expect("another");
        assert_ne!(second.address().port(), taken);
        assert!(second.address().ip().is_loopback());
    }
}
