//! IP addresses and blocks of them, as the API server judges them.
//!
//! Older fields were read by a parser that takes leading zeros (`010.0.0.1`) and IPv4 in the clothes of IPv6 (`::ffff:10.0.0.1`). Since
//! 1.36 the server refuses both there too, and blocks with bits behind their prefix; the loose forms are those of older releases.

use std::borrow::Cow;
use std::net::IpAddr;

/// An address without leading zeros that is no mapped IPv4 one.
pub fn ip(text: &str) -> Result<(), String> {
    strict(text).map(drop)
}

/// An address as older releases read it.
pub fn loose_ip(text: &str) -> Result<(), String> {
    plain(text).parse::<IpAddr>().map(drop).map_err(|_| no_address())
}

/// An address in the one form in which it is printed.
pub fn canonical_ip(text: &str) -> Result<(), String> {
    let printed = strict(text)?.to_string();
    if printed == text { Ok(()) } else { Err(format!("is not in its shortest form, `{printed}`")) }
}

/// A block of addresses that begins at its first one.
pub fn cidr(text: &str) -> Result<(), String> {
    let net = block(text)?;
    let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
    strict(address)?;
    if prefix.len() > 1 && prefix.starts_with('0') {
        return Err("has a leading zero in the length of its prefix".into());
    }
    if net.addr() != net.network() {
        return Err(format!("has bits set behind its prefix: the block is `{}`", net.trunc()));
    }
    Ok(())
}

/// A block of addresses as older releases read it.
pub fn loose_cidr(text: &str) -> Result<(), String> {
    block(text).map(drop)
}

/// A block in the one form in which it is printed.
pub fn canonical_cidr(text: &str) -> Result<(), String> {
    cidr(text)?;
    match block(text)?.to_string() {
        printed if printed == text => Ok(()),
        printed => Err(format!("is not in its shortest form, `{printed}`")),
    }
}

/// An address behind which something can be found: of no range that never leaves a machine or a link.
pub fn endpoint_ip(text: &str) -> Result<(), String> {
    let address = plain(text).parse::<IpAddr>().map_err(|_| no_address())?.to_canonical();
    let (local, multicast) = match address {
        IpAddr::V4(v4) => (v4.is_link_local(), v4.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(v6) => (v6.segments()[0] & 0xffc0 == 0xfe80, v6.segments()[0] & 0xff0f == 0xff02),
    };
    match address {
        a if a.is_unspecified() => Err("is the address of no machine".into()),
        a if a.is_loopback() => Err("is a loopback address, at which a machine finds only itself".into()),
        _ if local => Err("is a link-local address, which nothing beyond its link reaches".into()),
        _ if multicast => Err("is a link-local multicast address, which nothing beyond its link reaches".into()),
        _ => Ok(()),
    }
}

fn strict(text: &str) -> Result<IpAddr, String> {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_some() => {
            Err(format!("is an IPv4 address written as IPv6: write `{}`", IpAddr::V6(v6).to_canonical()))
        }
        Ok(address) => Ok(address),
        Err(_) if loose_ip(text).is_ok() => Err(format!("has leading zeros: write `{}`", plain(text))),
        Err(_) => Err(no_address()),
    }
}

fn block(text: &str) -> Result<ipnet::IpNet, String> {
    let error = || "is no block of addresses such as 10.0.0.0/8".to_string();
    let (address, prefix) = text.split_once('/').ok_or_else(error)?;
    let digits = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit());
    let length = prefix.parse::<u8>().ok().filter(|_| digits).ok_or_else(error)?;
    let address = plain(address).parse::<IpAddr>().map_err(|_| error())?;
    ipnet::IpNet::new(address, length).map_err(|_| error())
}

/// The text with the leading zeros of its decimal parts taken away.
fn plain(text: &str) -> Cow<'_, str> {
    let (head, decimals) = match text.rfind(':') {
        Some(colon) if text.contains('.') => text.split_at(colon + 1),
        Some(_) => return Cow::Borrowed(text),
        None => ("", text),
    };
    let part = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_string(),
        rest => rest.to_string(),
    };
    Cow::Owned(format!("{head}{}", decimals.split('.').map(part).collect::<Vec<_>>().join(".")))
}

fn no_address() -> String {
    "is no IP address such as 10.0.0.1 or 2001:db8::1".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_blocks_are_judged_as_the_server_does() {
        for good in ["10.0.0.1", "2001:db8::1", "::1", "0.0.0.0"] {
            assert_eq!((ip(good), loose_ip(good), canonical_ip(good)), (Ok(()), Ok(()), Ok(())), "{good}");
        }
        for old in ["010.0.0.1", "::ffff:10.0.0.1", "::ffff:10.00.0.1"] {
            assert!(ip(old).is_err() && loose_ip(old).is_ok(), "{old}");
        }
        for bad in ["", "10.0.0", "10.0.0.256", "a.b.c.d", "10.0.0.1/8", "10..0.1", "fe80::1%eth0", "1:2"] {
            assert!(ip(bad).is_err() && loose_ip(bad).is_err(), "{bad}");
        }
        assert!(canonical_ip("2001:DB8::1").is_err() && ip("2001:DB8::1").is_ok());
        for good in ["10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "10.0.0.1/32", "::/0"] {
            assert_eq!((cidr(good), loose_cidr(good)), (Ok(()), Ok(())), "{good}");
        }
        for old in ["10.0.0.1/8", "010.0.0.0/8", "10.0.0.0/08"] {
            assert!(cidr(old).is_err() && loose_cidr(old).is_ok(), "{old}");
        }
        for bad in ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "/8", "2001:db8::/129"] {
            assert!(cidr(bad).is_err() && loose_cidr(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn endpoints_are_reached_from_elsewhere() {
        for nowhere in ["0.0.0.0", "::", "127.0.0.1", "::1", "169.254.1.1", "fe80::1", "224.0.0.5", "ff02::1", "x"] {
            assert!(endpoint_ip(nowhere).is_err(), "{nowhere}");
        }
        assert_eq!((endpoint_ip("10.0.0.1"), endpoint_ip("224.0.1.1"), endpoint_ip("2001:db8::1")), (Ok(()), Ok(()), Ok(())));
        assert!(canonical_cidr("10.0.0.0/8").is_ok() && canonical_cidr("2001:DB8::/32").is_err());
    }
}
