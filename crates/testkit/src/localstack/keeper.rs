use std::io::{self, BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The keeper's program; see there for what it promises.
pub(super) const SCRIPT: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../localstack/keeper.py"
));

/// How long the keeper may take to greet. It is single-threaded, but never busy for long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The settings of LocalStack itself, whichever way it is started.
///
/// Without `S3_SKIP_SIGNATURE_VALIDATION=0` it accepts tampered and expired URLs. The rest keeps
/// it off the network and makes it ready as soon as it answers.
pub(super) const SETTINGS: [(&str, &str); 7] = [
    ("SERVICES", "s3,sqs"),
    ("EAGER_SERVICE_LOADING", "1"),
    ("S3_SKIP_SIGNATURE_VALIDATION", "0"),
    ("SQS_ENDPOINT_STRATEGY", "dynamic"),
    ("SKIP_SSL_CERT_DOWNLOAD", "1"),
    ("DISABLE_EVENTS", "1"),
    ("DNS_ADDRESS", "0"),
];

/// A line that no other listener greets with.
pub(super) fn new_token() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!(
        "darkroom-localstack-{}-{}",
        std::process::id(),
        now.as_nanos()
    )
}

/// A connection to the keeper. LocalStack runs for as long as there is one.
///
/// The descriptor is not inherited by child processes, so only the process that holds the lease
/// counts, and the kernel gives it back however that process ends.
#[derive(Debug)]
pub(super) struct Lease {
    connection: TcpStream,
}

impl Lease {
    /// Connects to the keeper on `port` of 127.0.0.1 and waits to be greeted with `token`.
    ///
    /// # Errors
    /// If nothing listens there, or something else does.
    pub(super) fn take(port: u16, token: &str) -> io::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let connection = TcpStream::connect_timeout(&address, PATIENCE)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        let mut greeting = String::new();
        BufReader::new(&connection).read_line(&mut greeting)?;
        if greeting.trim_end() == token {
            connection.set_nonblocking(true)?;
            Ok(Self { connection })
        } else {
            Err(io::Error::other(format!(
                "port {port} belongs to something else"
            )))
        }
    }

    /// Whether the keeper still has the other end.
    pub(super) fn is_held(&self) -> bool {
        let nothing_to_read = |error: io::Error| error.kind() == io::ErrorKind::WouldBlock;
        self.connection.peek(&mut [0]).is_err_and(nothing_to_read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::wait;

    /// Listens on a port, greets one connection and waits until it is closed.
    fn greeter(greeting: &'static str) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let mut connection = listener.accept().unwrap().0;
            connection.write_all(greeting.as_bytes()).unwrap();
            io::copy(&mut connection, &mut io::sink())
        });
        port
    }

    #[test]
    fn the_right_greeting_is_a_lease() {
        assert!(Lease::take(greeter("abc\n"), "abc").unwrap().is_held());
    }

    #[test]
    fn another_listener_gives_no_lease() {
        assert!(Lease::take(greeter("SSH-2.0-OpenSSH\n"), "abc").is_err());
    }

    #[test]
    fn a_lease_ends_with_the_keeper() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let keeper = thread::spawn(move || {
            let mut connection = listener.accept().unwrap().0;
            connection.write_all(b"abc\n").unwrap();
            connection
        });
        let lease = Lease::take(port, "abc").unwrap();
        drop(keeper.join().unwrap());
        wait::until("the end of the lease", PATIENCE, || !lease.is_held()).unwrap();
    }

    #[test]
    fn two_tokens_differ() {
        assert_ne!(new_token(), new_token());
    }
}
