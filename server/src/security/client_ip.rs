//! Where a request comes from, for limits and logs.
//!
//! Invariant: `X-Forwarded-For` is believed only as far as configured proxies wrote it: read from the right, the first
//! address that is not one of them is the client. Without a configured proxy the header does not exist for us.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use ipnet::IpNet;

/// The client's address; a handler takes it as `Extension<ClientIp>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    /// What limits count by: an IPv4 address, or the first 64 bits of an IPv6 address, since one subscriber has them all.
    pub fn network(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V4(ip) => IpAddr::V4(ip),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from(u128::from(ip) & !u128::from(u64::MAX))),
        }
    }
}

impl fmt::Display for ClientIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The other end of the connection. In a test without a connection: nowhere, which is not loopback.
pub fn peer(request: &Request) -> SocketAddr {
    let info = request.extensions().get::<ConnectInfo<SocketAddr>>();
    info.map_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0), |ConnectInfo(address)| *address)
}

/// The client behind `peer`, seen through the proxies that are trusted.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer.to_canonical();
    if !is_proxy(client, trusted) {
        return client;
    }
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        // Text that is no address was not written by a proxy of ours: what stands left of it proves nothing.
        let Some(ip) = address(hop) else { break };
        client = ip;
        if !is_proxy(client, trusted) {
            break;
        }
    }
    client
}

/// Whether an address is one of the trusted proxies'. An IPv4 address written as IPv6 counts as IPv4.
pub fn is_proxy(ip: IpAddr, trusted: &[IpNet]) -> bool {
    let ip = ip.to_canonical();
    trusted.iter().any(|net| net.contains(&ip))
}

/// Whether the request was made on this very machine and not passed on by a proxy that runs on it.
pub fn is_local(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let passed_on = ["x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-host"];
    peer.ip().to_canonical().is_loopback() && passed_on.iter().all(|name| !headers.contains_key(*name))
}

/// One hop: an address, perhaps with a port or in brackets.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let ip = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))?;
    Some(IpAddr::to_canonical(&ip))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::config::network;

    fn found(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).expect("a header value"));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| network(net).expect("a network")).collect();
        client(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn the_header_counts_only_from_a_configured_proxy() {
        assert_eq!(found("203.0.113.9", &["198.51.100.1"], &[]), "203.0.113.9");
        assert_eq!(found("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(found("10.0.0.2", &["198.51.100.1"], &["10.0.0.0/8"]), "198.51.100.1");
    }

    #[test]
    fn what_a_client_wrote_itself_is_not_believed() {
        let trusted = ["10.0.0.0/8", "::1"];
        assert_eq!(found("10.0.0.2", &["127.0.0.1, 198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(found("10.0.0.2", &["1.1.1.1", "198.51.100.1, 10.0.0.3"], &trusted), "198.51.100.1");
        assert_eq!(found("10.0.0.2", &["1.1.1.1, junk"], &trusted), "10.0.0.2");
        assert_eq!(found("::1", &["[2001:db8::7]:443"], &trusted), "2001:db8::7");
        assert_eq!(found("10.0.0.2", &["198.51.100.1:5000"], &trusted), "198.51.100.1");
        assert_eq!(found("10.0.0.2", &[], &trusted), "10.0.0.2");
    }

    #[test]
    fn local_means_not_passed_on() {
        let here: SocketAddr = "127.0.0.1:5000".parse().expect("an address");
        let mut headers = HeaderMap::new();
        assert!(is_local(here, &headers));
        assert!(!is_local("203.0.113.9:1".parse().expect("an address"), &headers));
        headers.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.9"));
        assert!(!is_local(here, &headers));
    }

    #[test]
    fn limits_count_by_subscriber() {
        let network = |text: &str| ClientIp(text.parse().expect("an address")).network().to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.9");
    }

    #[test]
    fn networks_hold_their_addresses() {
        for (net, ip, inside) in [
            ("10.0.0.0/8", "10.200.1.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("127.0.0.1", "127.0.0.2", false),
        ] {
            let ip: IpAddr = ip.parse().expect("an address");
            assert_eq!(is_proxy(ip, &[network(net).expect(net)]), inside, "{net} {ip}");
        }
    }
}
