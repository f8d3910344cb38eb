//! The address of a bucket.

/// The URL that the keys of a bucket are appended to, and its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// `https://bucket.s3.eu-central-1.amazonaws.com/` or `http://localhost:9000/bucket/`.
    pub(crate) url: String,
    /// The value of the `Host` header.
    pub(super) host: String,
    /// The path before the key, with a slash at both ends.
    pub(super) path: String,
}

impl Address {
    /// Splits a URL that ends with a slash. The host does not contain the scheme's default port,
    /// because clients omit it from `Host`.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (host, path) = rest.split_once('/')?;
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        Some(Self {
            url: url.to_owned(),
            host: host.strip_suffix(default_port).unwrap_or(host).to_owned(),
            path: format!("/{path}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_omits_the_default_port_of_the_scheme() {
        for (url, host, path) in [
            ("https://b.s3.amazonaws.com/", "b.s3.amazonaws.com", "/"),
            ("http://localhost:9000/b/", "localhost:9000", "/b/"),
            ("https://s3.example:443/b/", "s3.example", "/b/"),
            ("http://s3.example:443/b/", "s3.example:443", "/b/"),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!((&*address.host, &*address.path), (host, path));
        }
        assert_eq!(Address::parse("no address"), None);
    }
}
