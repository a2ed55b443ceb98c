//! A port of this machine that is nobody's: kept from everybody, with nobody listening. For what must be refused and for
//! what must be closed: a port that is merely free now may be another test's in a moment.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// The port, as long as this lives.
pub(super) struct Vacant(TcpSocket);

impl Vacant {
    pub(super) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        // So that one who asks for this very port may listen on it beside us.
        socket.set_reuseaddr(true).unwrap();
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        Self(socket)
    }

    pub(super) fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// Somebody listens there from now on.
    pub(super) fn listen(self) -> TcpListener {
        self.0.listen(16).unwrap()
    }

    /// Waits until nobody listens there: a child that another test starts holds all our sockets until it is another
    /// program.
    pub(super) async fn is_left(&self) {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port())).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }
}
