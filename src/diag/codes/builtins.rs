//! Codes: what the functions of the language report about their arguments.

use super::{Code, Severity};

codes! {
    BAD_ARGUMENT = "bad-argument", Error, "a function cannot use this argument",
        doc: "The argument has the right type, but not a value that the function can work with: an empty separator, bounds in the wrong order, a text that is no number. The message says which.",
        fails: "let parts = split(\"a,b\", \"\")\n", passes: "let parts = split(\"a,b\", \",\")\n";
    EMPTY_LIST = "empty-list", Error, "an empty list has no element to choose",
        doc: "`min`, `max`, `first` and `last` choose one of the elements, and an empty list has none. Give a further argument that counts then: `max(xs, 0)`, `first(xs, \"none\")`.",
        fails: "let most = max([])\n", passes: "let most = max([], 0)\n";
    NUMBER_RANGE = "number-range", Error, "a number is too large",
        doc: "An Int has 64 bits and a Float 28 decimal digits; a block of IP addresses has as many as its prefix leaves. kdsl never wraps around and never loses digits unasked: what does not fit is an error.",
        fails: "let n = int(\"9223372036854775808\")\n", passes: "let n = int(\"9223372036854775807\")\n";
    NOT_COMPARABLE = "not-comparable", Error, "two values have no order",
        doc: "Numbers, quantities of one unit, and strings have an order among themselves. To sort records, say by what: `sort(xs, x => x.name)`.",
        fails: "let xs = sort([1, \"a\"])\n", passes: "let xs = sort([2, 1])\n";
    VALUE_TOO_DEEP = "value-too-deep", Error, "a value is nested too deep",
        doc: "Lists and records stand in each other up to 200 levels deep. Kubernetes' own objects are rarely nested deeper than 20 levels.",
        fails: "fn a(x: [Any]) -> [Any] = [[[[[[[[[[x]]]]]]]]]]\nfn b(x: [Any]) -> [Any] = a(a(a(a(a(a(a(a(a(a(x))))))))))\nlet h = hash(b(b(b([]))))\n",
        passes: "fn a(x: [Any]) -> [Any] = [[[[[[[[[[x]]]]]]]]]]\nlet h = hash(a(a([])))\n";
    BAD_PATTERN = "bad-pattern", Error, "a text is no regular expression",
        doc: "Regular expressions have RE2's syntax, as in Kubernetes: no look-around and no back-references, so that matching always ends in time. In a raw string, `r\"\\.\"`, a backslash needs no second one.",
        fails: "let fits = matches(\"web\", \"(\")\n", passes: "let fits = matches(\"web\", \"^[a-z]+$\")\n";
    BAD_DATA = "bad-data", Error, "a text cannot be decoded",
        doc: "The text is no base64, JSON or YAML, or it is, but holds what would be lost silently: a key that is written twice, a number that does not fit, a tag, a second document.",
        fails: "let conf = json.parse(\"{\")\n", passes: "let conf = json.parse(\"{}\")\n";
    NOT_DATA = "not-data", Error, "a value has no form in JSON or YAML",
        doc: "References are filled in by the cluster, and addresses and ranges are values of kdsl: none of them can be written as text. Write a part of them instead, such as `.name`, `.host` or `.lo`.",
        fails: "let conf = json.format({ password = secretRef(\"db\", \"password\") })\n", passes: "let conf = json.format({ user = \"shop\" })\n";
    NOT_UTF8 = "not-utf8", Error, "bytes are not UTF-8 text",
        doc: "A String holds text. Carry other bytes in base64, with `readBase64`, in `binaryData` of a ConfigMap or `data` of a Secret.",
        fails: "let s = base64Decode(\"/w==\")\n", passes: "let s = base64Decode(\"YQ==\")\n";
    BAD_VERSION = "bad-version", Error, "a text is no semantic version",
        doc: "A semantic version has three numbers and perhaps a pre-release part: `1.4.2`, `2.0.0-rc.1`. A `v` before it does not matter.",
        fails: "let v = semver(\"1.4\")\n", passes: "let v = semver(\"1.4.0\")\n";
    BAD_IMAGE = "bad-image", Error, "a text is no image reference",
        doc: "An image is a name, which may start with a registry, then perhaps `:tag`, then perhaps `@sha256:…`, as the OCI distribution specification has it.",
        fails: "let t = imageTag(\"Nginx:1.27.0\")\n", passes: "let t = imageTag(\"nginx:1.27.0\")\n";
    BAD_CIDR = "bad-cidr", Error, "a text is no block of IP addresses",
        doc: "A block is an IP address, a `/` and the number of bits that all its addresses share, with zeros behind them: `10.0.0.0/8`, `2001:db8::/32`.",
        fails: "let peer = cidr(\"10.0.0.5/8\")\n", passes: "let peer = cidr(\"10.0.0.0/8\")\n";
    BAD_QUANTITY = "bad-quantity", Error, "a text is no quantity or duration",
        doc: "A quantity or duration is a number with a suffix behind it and nothing between: cores `200m`, `0.5`; bytes `64Mi`, `1G`; durations `500ms`, `10s`, `5min`, `1h`, `2d`.",
        fails: "let c = cpu(\"200 m\")\n", passes: "let c = cpu(\"200m\")\n";
    BAD_REFERENCE = "bad-reference", Error, "a reference names nothing that an environment variable can read",
        doc: "An environment variable reads a key of a Secret or ConfigMap, some fields of its pod, or a request or limit of its container; the API server takes no others.",
        fails: "let ip = fieldRef(\"status.podIp\")\n", passes: "let ip = fieldRef(\"status.podIP\")\n";
}
