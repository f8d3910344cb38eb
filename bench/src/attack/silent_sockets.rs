//! Connections that send nothing.

use tokio::net::TcpStream;

use super::hostile_request::RequestEnd;

/// Opens connections until there are `count`, or until the system refuses to open more. The
/// connections stay open as long as `sockets` exists.
pub(super) async fn open(
    address: &str,
    count: usize,
    sockets: &mut Vec<TcpStream>,
) -> anyhow::Result<Vec<RequestEnd>> {
    while sockets.len() < count {
        match TcpStream::connect(address).await {
            Ok(socket) => sockets.push(socket),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                return Err(error.into());
            }
            Err(_) => break,
        }
    }
    Ok(Vec::new())
}
