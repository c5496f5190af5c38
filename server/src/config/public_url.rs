//! The address people use.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::Uri;

use super::{ConfigError, wrong};

/// Scheme, host and port: always the root of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
}

impl PublicUrl {
    /// Reads `https://billing.example`, with a port if need be. Refuses a path, a query, credentials and other schemes.
    pub fn parse(url: &str) -> Result<PublicUrl, ConfigError> {
        let shape = || wrong("public_url", "write the address people use, as https://billing.example");
        let uri: Uri = url.trim().parse().map_err(|_| shape())?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(shape()),
        };
        let authority = uri.authority().filter(|a| !a.host().is_empty() && !a.as_str().contains('@')).ok_or_else(shape)?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong("public_url", "the server stands at the root of its address; leave the path out"));
        }
        let host = authority.host().to_ascii_lowercase();
        // Browsers leave the usual port out of `Origin`, so it is left out here too.
        let port = authority.port_u16().filter(|port| *port != if https { 443 } else { 80 });
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Ok(PublicUrl { origin: format!("{}://{host}{port}", if https { "https" } else { "http" }), https })
    }

    /// The address of a listening socket; a socket open on every interface is reached by its loopback.
    pub fn of_address(address: SocketAddr) -> PublicUrl {
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        PublicUrl { origin: format!("http://{}", SocketAddr::new(ip, address.port())), https: false }
    }

    /// Scheme, host and port without a slash at the end, as browsers send it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn is_https(&self) -> bool {
        self.https
    }

    /// A full link to a path that begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls_are_origins() {
        for (text, origin, https) in [
            ("https://Billing.Example/", "https://billing.example", true),
            ("https://billing.example:443", "https://billing.example", true),
            ("http://[::1]:8080", "http://[::1]:8080", false),
        ] {
            let url = PublicUrl::parse(text).expect(text);
            assert_eq!((url.origin(), url.is_https()), (origin, https));
        }
        assert_eq!(PublicUrl::of_address("0.0.0.0:81".parse().expect("an address")).origin(), "http://127.0.0.1:81");
        assert_eq!(PublicUrl::of_address("[::1]:81".parse().expect("an address")).link("/p/x"), "http://[::1]:81/p/x");
    }
}
