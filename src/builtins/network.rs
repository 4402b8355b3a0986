//! Builtins on IP addresses and blocks of them.

use super::args::{Args, Given, boolean, misfit, shown, text};
use super::{Arg, Builtin, Fault, Host, Param, Sig, computed};
use crate::diag::codes::{BAD_CIDR, NUMBER_RANGE};
use crate::value::{Address, Value};
use ecow::EcoString;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use ustr::Ustr;

const BLOCK: Sig = Sig::OneOf(&[Sig::String, Sig::Address]);

pub const FAMILY: &[Builtin] = &[
    Builtin {
        name: "cidr",
        params: &[Param::required("block", Sig::String)],
        ret: Sig::Address,
        doc: "A block of IP addresses as a peer, for `allow` and other network policies.",
        example: r#"cidr("10.0.0.0/8").name == "10.0.0.0/8""#,
        run: |_, args| {
            let block: EcoString = block_at(args, 0)?.to_string().into();
            let (kind, name) = (Ustr::from("cidr"), Ustr::from(&block));
            computed(Value::Address(Arc::new(Address { kind, namespace: None, name, cidr: Some(block) })))
        },
    },
    Builtin {
        name: "cidrContains",
        params: &[Param::required("block", BLOCK), Param::required("what", BLOCK)],
        ret: Sig::Bool,
        doc: "Whether the block holds an IP address, or the whole of another block.",
        example: r#"cidrContains("10.0.0.0/8", "10.1.2.3") and not cidrContains("10.0.0.0/16", "10.0.0.0/8")"#,
        run: |_, args| {
            let block = block_at(args, 0)?;
            match written(args, 1)?.parse::<IpAddr>() {
                Ok(ip) => boolean(block.contains(&ip)),
                Err(_) => boolean(block.contains(&block_at(args, 1)?)),
            }
        },
    },
    Builtin {
        name: "cidrHost",
        params: &[Param::required("block", BLOCK), Param::required("n", Sig::Int)],
        ret: Sig::String,
        doc: "The `n`th IP address of the block, counted from 0, the address of the block itself; a negative `n` counts from the last address.",
        example: r#"cidrHost("10.96.0.0/12", 10) == "10.96.0.10" and cidrHost("10.0.0.0/24", -1) == "10.0.0.255""#,
        run: host_address,
    },
];

fn written(args: &[Arg], arg: usize) -> Result<&str, Fault> {
    match &args.node(arg)?.value {
        Value::Str(s) => Ok(s),
        Value::Address(address) => match &address.cidr {
            Some(block) => Ok(block),
            None => Err(Fault::at(arg, &BAD_CIDR, format!("{}.{} is no block of IP addresses", address.kind, address.name))
                .with_help("a block is written as `cidr(\"10.0.0.0/8\")` or as a string")),
        },
        other => Err(misfit(arg, "a block of IP addresses such as \"10.0.0.0/8\"", other)),
    }
}

/// The block at an argument; bits behind the prefix must be zero, as Kubernetes wants them.
fn block_at(args: &[Arg], arg: usize) -> Result<IpNet, Fault> {
    let written = written(args, arg)?;
    let fault = || Fault::at(arg, &BAD_CIDR, format!("{} is no block of IP addresses", shown(written)));
    match parse_block(written) {
        Some(block) if block.addr() == block.network() => Ok(block),
        Some(block) => {
            let message = format!("{} has bits behind its prefix of {} bits", shown(written), block.prefix_len());
            Err(Fault::at(arg, &BAD_CIDR, message).with_help(format!("the block that holds this address is \"{}\"", block.trunc())))
        }
        None => Err(match (written.parse::<IpAddr>(), written.split_once('/')) {
            (Ok(IpAddr::V4(_)), _) => fault().with_help(format!("a block of this one address is \"{written}/32\"")),
            (Ok(IpAddr::V6(_)), _) => fault().with_help(format!("a block of this one address is \"{written}/128\"")),
            (Err(_), Some((ip, _))) => match ip.parse::<IpAddr>() {
                Ok(IpAddr::V4(_)) => fault().with_help("the prefix of an IPv4 block is a number from 0 to 32"),
                Ok(IpAddr::V6(_)) => fault().with_help("the prefix of an IPv6 block is a number from 0 to 128"),
                Err(_) => fault().with_help(format!("{} before the `/` is no IP address", shown(ip))),
            },
            (Err(_), None) => fault().with_help("a block is an IP address, a `/` and the length of the prefix: \"10.0.0.0/8\""),
        }),
    }
}

/// A block as the API server reads it: without the leading zeros that other readers take for octal numbers.
fn parse_block(written: &str) -> Option<IpNet> {
    let (ip, prefix) = written.split_once('/')?;
    let digits = prefix.bytes().all(|b| b.is_ascii_digit()) && (prefix == "0" || !prefix.starts_with('0'));
    IpNet::new(ip.parse().ok()?, prefix.parse().ok().filter(|_| digits)?).ok()
}

fn host_address(_: &mut dyn Host, args: &[Arg]) -> Given {
    let (block, n) = (block_at(args, 0)?, args.int(1)?);
    // The distance from the first or last address fits where it needs no more bits than the prefix leaves.
    let free_bits = u32::from(block.max_prefix_len() - block.prefix_len());
    let distance = if n < 0 { u128::from(n.unsigned_abs()) - 1 } else { u128::from(n.unsigned_abs()) };
    if distance.checked_shr(free_bits).is_some_and(|rest| rest > 0) {
        let size = 1u128.checked_shl(free_bits).map_or_else(|| "2^128".to_owned(), |size| size.to_string());
        return Err(Fault::at(1, &NUMBER_RANGE, format!("{block} has no address number {n}"))
            .with_help(format!("it has {size} addresses: the first is number 0, the last is number -1")));
    }
    let number = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits(),
    };
    let found = if n < 0 { number(block.broadcast()) - distance } else { number(block.network()) + distance };
    match block {
        IpNet::V4(_) => text(Ipv4Addr::from_bits(found as u32).to_string()),
        IpNet::V6(_) => text(Ipv6Addr::from_bits(found).to_string()),
    }
}
