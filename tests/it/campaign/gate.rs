//! A door in front of a peer, which can be shut: then nobody listens there.

use std::net::SocketAddr;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Ends with this value.
pub(crate) struct Gate {
    pub(crate) address: SocketAddr,
    open: watch::Sender<bool>,
    _running: JoinSet<()>,
    /// Keeps the port ours while nobody listens.
    _reserved: TcpSocket,
}

impl Gate {
    /// An open one, on a port of its own.
    pub(crate) fn to(peer: SocketAddr) -> Self {
        let reserved = socket(([127, 0, 0, 1], 0).into());
        let address = reserved.local_addr().expect("a bound socket has an address");
        let (open, watched) = watch::channel(true);
        let mut running = JoinSet::new();
        running.spawn(run(address, listen(address), peer, watched));
        Self {
            address,
            open,
            _running: running,
            _reserved: reserved,
        }
    }

    /// Cuts what is connected and lets nobody in.
    pub(crate) fn shut(&self) {
        self.open.send_replace(false);
    }

    /// Lets everybody in again.
    pub(crate) fn open(&self) {
        self.open.send_replace(true);
    }
}

async fn run(address: SocketAddr, listener: TcpListener, peer: SocketAddr, mut open: watch::Receiver<bool>) {
    let mut listener = Some(listener);
    loop {
        let listening = listener.take().unwrap_or_else(|| listen(address));
        tokio::select! {
            () = serve(&listening, peer) => {}
            _ = open.wait_for(|open| !open) => {}
        }
        drop(listening);
        if open.wait_for(|open| *open).await.is_err() {
            return;
        }
    }
}

/// Connections end when this does.
async fn serve(listener: &TcpListener, peer: SocketAddr) {
    let mut connections = JoinSet::new();
    while let Ok((mut inside, _)) = listener.accept().await {
        connections.spawn(async move {
            if let Ok(mut outside) = TcpStream::connect(peer).await {
                // Either side may hang up whenever it likes.
                drop(copy_bidirectional(&mut inside, &mut outside).await);
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseport(true).expect("an option of sockets");
    socket.bind(address).expect("a free port");
    socket
}

fn listen(address: SocketAddr) -> TcpListener {
    socket(address).listen(128).expect("a port of our own")
}
