//! The functions of CEL as the API server knows them, with the types of their overloads.
//!
//! The table is text, one line a function (or several that have the same overloads); it is read when a function is first looked up.
//! `string.(int) -> string` is called on a string; capital letters stand for any type, the same one wherever the letter stands.

use super::types::{Bindings, CelType};
use rustc_hash::FxHashMap;
use std::sync::{Arc, LazyLock};

/// One way to call a function.
#[derive(Debug)]
pub struct Overload {
    /// Whether the first of `args` stands before the dot.
    pub member: bool,
    pub args: Vec<CelType>,
    pub result: CelType,
    /// How many type parameters it has: the variables 0, 1, …
    params: u32,
}

impl Overload {
    /// The argument and result types with fresh variables in place of the parameters.
    pub fn instance(&self, bindings: &mut Bindings) -> (Vec<CelType>, CelType) {
        if self.params == 0 {
            return (self.args.clone(), self.result.clone());
        }
        let vars: Vec<CelType> = (0..self.params).map(|_| bindings.fresh()).collect();
        (self.args.iter().map(|ty| replace(ty, &vars)).collect(), replace(&self.result, &vars))
    }
}

/// The overloads of a function; `None` where there is no such function.
pub fn function(name: &str) -> Option<&'static [Overload]> {
    TABLE.get(name).map(|overloads| overloads.as_slice())
}

/// The names of all functions that are called on a value, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied().filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// A name that denotes a type: `int`, `net.IP`.
pub fn is_type_name(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "bool",
        "bytes",
        "double",
        "duration",
        "int",
        "list",
        "map",
        "null_type",
        "string",
        "timestamp",
        "type",
        "uint",
        "optional_type",
        "google.protobuf.Duration",
        "google.protobuf.Timestamp",
        "net.IP",
        "net.CIDR",
    ];
    NAMES.contains(&name)
}

static TABLE: LazyLock<FxHashMap<&'static str, Vec<Overload>>> = LazyLock::new(|| {
    let mut table = FxHashMap::default();
    for line in SIGNATURES.lines().filter(|line| !line.trim().is_empty()) {
        let Some((names, overloads)) = line.split_once(" = ") else { continue };
        for name in names.split_whitespace() {
            let list: &mut Vec<Overload> = table.entry(name).or_default();
            list.extend(overloads.split(';').filter_map(overload));
        }
    }
    table
});

/// `string.(int, int) -> string`
fn overload(text: &'static str) -> Option<Overload> {
    let (call, result) = text.split_once("->")?;
    let (target, args) = call.trim().strip_suffix(')')?.split_once('(')?;
    let target = target.trim().strip_suffix('.');
    let mut args: Vec<CelType> = split(args).into_iter().map(ty).collect();
    if let Some(target) = target {
        args.insert(0, ty(target));
    }
    let result = ty(result.trim());
    let params = args.iter().chain([&result]).map(params_in).max().unwrap_or(0);
    Some(Overload { member: target.is_some(), args, result, params })
}

/// The parts of a list of types, at its commas outside `<…>`.
fn split(text: &'static str) -> Vec<&'static str> {
    let (mut depth, mut from, mut parts) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

fn ty(text: &'static str) -> CelType {
    if let Some((name, inner)) = text.strip_suffix('>').and_then(|text| text.split_once('<')) {
        let inner: Vec<CelType> = split(inner).into_iter().map(ty).collect();
        return match (name, inner.as_slice()) {
            ("list", [elem]) => CelType::list(elem.clone()),
            ("optional", [inner]) => CelType::optional(inner.clone()),
            ("map", [key, value]) => CelType::map(key.clone(), value.clone()),
            _ => CelType::Error,
        };
    }
    match text {
        "dyn" => CelType::Dyn,
        "null" => CelType::Null,
        "bool" => CelType::Bool,
        "int" => CelType::Int,
        "uint" => CelType::Uint,
        "double" => CelType::Double,
        "string" => CelType::String,
        "bytes" => CelType::Bytes,
        "duration" => CelType::Duration,
        "timestamp" => CelType::Timestamp,
        "type" => CelType::Type,
        "A" => CelType::Var(0),
        "B" => CelType::Var(1),
        opaque => CelType::Opaque(opaque),
    }
}

fn params_in(ty: &CelType) -> u32 {
    match ty {
        CelType::Var(n) => n + 1,
        CelType::List(inner) | CelType::Optional(inner) => params_in(inner),
        CelType::Map(entry) => params_in(&entry.0).max(params_in(&entry.1)),
        CelType::Error | CelType::Dyn | CelType::Null | CelType::Bool | CelType::Int | CelType::Uint => 0,
        CelType::Double | CelType::String | CelType::Bytes | CelType::Duration | CelType::Timestamp => 0,
        CelType::Type | CelType::Object(_) | CelType::Opaque(_) => 0,
    }
}

fn replace(ty: &CelType, vars: &[CelType]) -> CelType {
    match ty {
        CelType::Var(n) => vars.get(*n as usize).cloned().unwrap_or(CelType::Dyn),
        CelType::List(inner) => CelType::list(replace(inner, vars)),
        CelType::Optional(inner) => CelType::Optional(Arc::new(replace(inner, vars))),
        CelType::Map(entry) => CelType::map(replace(&entry.0, vars), replace(&entry.1, vars)),
        CelType::Error | CelType::Dyn | CelType::Null | CelType::Bool | CelType::Int | CelType::Uint => ty.clone(),
        CelType::Double | CelType::String | CelType::Bytes | CelType::Duration | CelType::Timestamp => ty.clone(),
        CelType::Type | CelType::Object(_) | CelType::Opaque(_) => ty.clone(),
    }
}

const SIGNATURES: &str = "
_?_:_ = (bool, A, A) -> A
_&&_ _||_ = (bool, bool) -> bool
!_ = (bool) -> bool
_==_ _!=_ = (A, A) -> bool
_+_ = (bytes, bytes) -> bytes; (double, double) -> double; (duration, duration) -> duration; (duration, timestamp) -> timestamp; (timestamp, duration) -> timestamp; (int, int) -> int; (list<A>, list<A>) -> list<A>; (string, string) -> string; (uint, uint) -> uint
_-_ = (double, double) -> double; (duration, duration) -> duration; (int, int) -> int; (timestamp, duration) -> timestamp; (timestamp, timestamp) -> duration; (uint, uint) -> uint
_*_ _/_ = (double, double) -> double; (int, int) -> int; (uint, uint) -> uint
_%_ = (int, int) -> int; (uint, uint) -> uint
-_ = (double) -> double; (int) -> int
_<_ _<=_ _>_ _>=_ = (bool, bool) -> bool; (int, int) -> bool; (int, double) -> bool; (int, uint) -> bool; (uint, uint) -> bool; (uint, double) -> bool; (uint, int) -> bool; (double, double) -> bool; (double, int) -> bool; (double, uint) -> bool; (string, string) -> bool; (bytes, bytes) -> bool; (timestamp, timestamp) -> bool; (duration, duration) -> bool
_[_] = (list<A>, int) -> A; (map<A, B>, A) -> B; (optional<list<A>>, int) -> optional<A>; (optional<map<A, B>>, A) -> optional<B>
_[?_] = (list<A>, int) -> optional<A>; (optional<list<A>>, int) -> optional<A>; (map<A, B>, A) -> optional<B>; (optional<map<A, B>>, A) -> optional<B>
@in _in_ in = (A, list<A>) -> bool; (A, map<A, B>) -> bool
size = (bytes) -> int; bytes.() -> int; (list<A>) -> int; list<A>.() -> int; (map<A, B>) -> int; map<A, B>.() -> int; (string) -> int; string.() -> int
type = (A) -> type
bool = (bool) -> bool; (string) -> bool
bytes = (bytes) -> bytes; (string) -> bytes
double = (double) -> double; (int) -> double; (string) -> double; (uint) -> double
duration = (duration) -> duration; (string) -> duration
dyn = (A) -> dyn
int = (int) -> int; (double) -> int; (duration) -> int; (string) -> int; (timestamp) -> int; (uint) -> int
uint = (uint) -> uint; (double) -> uint; (int) -> uint; (string) -> uint
string = (string) -> string; (bool) -> string; (bytes) -> string; (double) -> string; (duration) -> string; (int) -> string; (timestamp) -> string; (uint) -> string; (net.IP) -> string; (net.CIDR) -> string
timestamp = (timestamp) -> timestamp; (int) -> timestamp; (string) -> timestamp
contains endsWith startsWith = string.(string) -> bool
matches = (string, string) -> bool; string.(string) -> bool
getFullYear getMonth getDayOfYear getDayOfMonth getDate getDayOfWeek = timestamp.() -> int; timestamp.(string) -> int
getHours getMinutes getSeconds getMilliseconds = timestamp.() -> int; timestamp.(string) -> int; duration.() -> int
charAt = string.(int) -> string
indexOf lastIndexOf = string.(string) -> int; string.(string, int) -> int; list<A>.(A) -> int
lowerAscii upperAscii trim = string.() -> string
replace = string.(string, string) -> string; string.(string, string, int) -> string
split = string.(string) -> list<string>; string.(string, int) -> list<string>
substring = string.(int) -> string; string.(int, int) -> string
format = string.(list<dyn>) -> string
strings.quote = (string) -> string
join = list<string>.() -> string; list<string>.(string) -> string
slice = list<A>.(int, int) -> list<A>
flatten = list<list<A>>.() -> list<A>; list<dyn>.(int) -> list<dyn>
sort = list<int>.() -> list<int>; list<uint>.() -> list<uint>; list<double>.() -> list<double>; list<bool>.() -> list<bool>; list<duration>.() -> list<duration>; list<timestamp>.() -> list<timestamp>; list<string>.() -> list<string>; list<bytes>.() -> list<bytes>
lists.range = (int) -> list<int>
reverse distinct = list<A>.() -> list<A>
first last = list<A>.() -> optional<A>
isSorted = list<int>.() -> bool; list<uint>.() -> bool; list<double>.() -> bool; list<bool>.() -> bool; list<duration>.() -> bool; list<timestamp>.() -> bool; list<string>.() -> bool; list<bytes>.() -> bool
sum = list<int>.() -> int; list<uint>.() -> uint; list<double>.() -> double; list<duration>.() -> duration
max min = list<int>.() -> int; list<uint>.() -> uint; list<double>.() -> double; list<bool>.() -> bool; list<duration>.() -> duration; list<timestamp>.() -> timestamp; list<string>.() -> string; list<bytes>.() -> bytes
sets.contains sets.equivalent sets.intersects = (list<A>, list<A>) -> bool
optional.of optional.ofNonZeroValue = (A) -> optional<A>
optional.none = () -> optional<A>
optional.unwrap = (list<optional<A>>) -> list<A>
unwrapOpt = list<optional<A>>.() -> list<A>
value = optional<A>.() -> A
hasValue = optional<A>.() -> bool
or = optional<A>.(optional<A>) -> optional<A>
orValue = optional<A>.(A) -> A
find = string.(string) -> string
findAll = string.(string) -> list<string>; string.(string, int) -> list<string>
url = (string) -> kubernetes.URL
isURL = (string) -> bool
getScheme getHost getHostname getPort getEscapedPath = kubernetes.URL.() -> string
getQuery = kubernetes.URL.() -> map<string, list<string>>
quantity = (string) -> kubernetes.Quantity
isQuantity = (string) -> bool
sign = (kubernetes.Quantity) -> int
asInteger = kubernetes.Quantity.() -> int
asApproximateFloat = kubernetes.Quantity.() -> double
isInteger = kubernetes.Quantity.() -> bool
add sub = kubernetes.Quantity.(kubernetes.Quantity) -> kubernetes.Quantity; kubernetes.Quantity.(int) -> kubernetes.Quantity
isGreaterThan isLessThan = kubernetes.Quantity.(kubernetes.Quantity) -> bool; kubernetes.Semver.(kubernetes.Semver) -> bool
compareTo = kubernetes.Quantity.(kubernetes.Quantity) -> int; kubernetes.Semver.(kubernetes.Semver) -> int
semver = (string) -> kubernetes.Semver; (string, bool) -> kubernetes.Semver
isSemver = (string) -> bool; (string, bool) -> bool
major minor patch = kubernetes.Semver.() -> int
ip = (string) -> net.IP; net.CIDR.() -> net.IP
isIP ip.isCanonical = (string) -> bool
family = net.IP.() -> int
isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast = net.IP.() -> bool
cidr = (string) -> net.CIDR
isCIDR = (string) -> bool
containsIP = net.CIDR.(string) -> bool; net.CIDR.(net.IP) -> bool
containsCIDR = net.CIDR.(string) -> bool; net.CIDR.(net.CIDR) -> bool
prefixLength = net.CIDR.() -> int
masked = net.CIDR.() -> net.CIDR
format.named = (string) -> optional<kubernetes.NamedFormat>
validate = kubernetes.NamedFormat.(string) -> optional<list<string>>
format.dns1123Label format.dns1123Subdomain format.dns1035Label format.qualifiedName format.dns1123LabelPrefix format.dns1123SubdomainPrefix format.dns1035LabelPrefix format.labelValue format.uri format.uuid format.byte format.date format.datetime = () -> kubernetes.NamedFormat
path = kubernetes.authorization.Authorizer.(string) -> kubernetes.authorization.PathCheck
group = kubernetes.authorization.Authorizer.(string) -> kubernetes.authorization.GroupCheck
serviceAccount = kubernetes.authorization.Authorizer.(string, string) -> kubernetes.authorization.Authorizer
resource = kubernetes.authorization.GroupCheck.(string) -> kubernetes.authorization.ResourceCheck
subresource namespace name fieldSelector labelSelector = kubernetes.authorization.ResourceCheck.(string) -> kubernetes.authorization.ResourceCheck
check = kubernetes.authorization.PathCheck.(string) -> kubernetes.authorization.Decision; kubernetes.authorization.ResourceCheck.(string) -> kubernetes.authorization.Decision
errored allowed = kubernetes.authorization.Decision.() -> bool
error reason = kubernetes.authorization.Decision.() -> string
jsonpatch.escapeKey = (string) -> string
includes = dyn.(dyn) -> bool
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        for line in SIGNATURES.lines().filter(|line| !line.is_empty()) {
            let (names, overloads) = line.split_once(" = ").expect(line);
            for name in names.split_whitespace() {
                let read = function(name).expect(name);
                assert!(read.len() >= overloads.split(';').count(), "{line}");
                for overload in read {
                    assert!(overload.args.iter().chain([&overload.result]).all(|ty| *ty != CelType::Error), "{line}");
                }
            }
        }
    }
}
