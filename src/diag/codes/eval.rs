//! Codes: what evaluation reports.

use super::{Code, Severity};

codes! {
    PARAM_MISSING = "param-missing", Error, "a param has no value",
        doc: "A param without a default needs a value from outside: `-p name=value`, or a file with `--params`.",
        fails: "param n: Int\n", passes: "param n: Int = 1\n";
    PARAM_VALUE = "param-value", Error, "a value given for a param does not fit",
        doc: "Values of params come from `-p name=value`, from files with `--params`, and from the block behind `base`. They must fit the param's type.",
        fails: "", passes: "param n: Int = 1\n";
    PARAM_UNKNOWN = "param-unknown", Error, "a value is given for a param that is not declared",
        doc: "Only params that the built file or one of its bases declares can be given a value.",
        fails: "", passes: "param n: Int = 1\n";
    NUMBER = "number", Error, "a number cannot be represented",
        doc: "Whole numbers have 64 bits, decimals 28 digits; a suffix is one of the units.",
        fails: "let a = 99999999999999999999\n", passes: "let a = 9\n";
    NOT_A_RECORD = "not-a-record", Error, "something that is no record is spread into one",
        doc: "`...e` in a block merges the entries of the record `e`; `null` merges nothing.",
        fails: "let b = json.parse(\"1\")\nlet a = { ...b }\n", passes: "let b = json.parse(\"{}\")\nlet a = { ...b }\n";
    NULL_ACCESS = "null-access", Error, "a field of null is read",
        doc: "`x.f` where `x` is null. `x?.f` is null then; `x ?? y` gives another value.",
        fails: "let a = json.parse(\"null\")\nlet b = a.c\n", passes: "let a = json.parse(\"null\")\nlet b = a?.c\n";
    KEY_MISSING = "key-missing", Error, "a name is not among those there are",
        doc: "What stands before the dot has no field, key, export or element of this name. `m[\"k\"]` is null for a key that is absent.",
        fails: "config c { data { DB_HOST = \"x\" } }\nlet a = config.c.ref.db_host\n", passes: "config c { data { DB_HOST = \"x\" } }\nlet a = config.c.ref.DB_HOST\n";
    OUT_OF_RANGE = "out-of-range", Error, "a list has no element of this number",
        doc: "Elements are numbered from 0, so the last of a list of three is number 2. `first(xs)` and `last(xs)` name the ends.",
        fails: "let a = [1][1]\n", passes: "let a = [1][0]\n";
    EMPTY_RANGE = "empty-range", Error, "a range ends before it begins",
        doc: "A range is written with its smaller end first, and holds both ends.",
        fails: "let a = 3..1\n", passes: "let a = 1..3\n";
    INHERITED_PLACE = "inherited-place", Error, "`inherited` stands outside the body of a kind",
        doc: "`inherited(\"labels\")` reads a setting of the namespace or file that encloses a declaration, so it stands in the body of a kind.",
        fails: "let a = inherited(\"labels\")\n", passes: "kind k { emit { ConfigMap \"${name}\" { metadata { labels = inherited(\"labels\") ?? {} } } } }\n";
    NAMES_FIRST = "names-first", Error, "which declarations there are depends on a declaration",
        doc: "`if` and `for` around declarations are settled before any declaration is computed, so they read lets and params only.",
        fails: "config a { data { X = \"1\" } }\nif config.a.name == \"a\" { config b { data { X = \"1\" } } }\n", passes: "param more: Bool = true\nif more { config b { data { X = \"1\" } } }\n";
    MISSING_FIELD = "missing-field", Error, "a required field is not written",
        doc: "After all layers and defaults are merged, a field without a default has no value.",
        fails: "app web { }\n", passes: "app web { image = \"nginx:1.27.0\", user = 101 }\n";
    REFINEMENT = "refinement", Error, "a value has the right type but not the right form",
        doc: "Types may be narrowed: `Int(1..65535)`, `String(match = r\"…\")`. The value that flowed in breaks the condition.",
        fails: "param p: Int(1..10) = 11\n", passes: "param p: Int(1..10) = 10\n";
    REQUIREMENT = "requirement", Error, "a kind refuses a declaration",
        doc: "The kind demands something of its fields that this declaration does not keep: a `require` in its body.",
        fails: "kind k { a: Int, require a > 0 else \"a must be positive\" }\nk x { a = 0 }\n", passes: "kind k { a: Int, require a > 0 else \"a must be positive\" }\nk x { a = 1 }\n";
    ADVICE = "advice", Warning, "a kind warns about a declaration",
        doc: "The kind accepts the declaration and says what may go wrong: a `require … else warn` in its body.",
        fails: "kind k { a: Int, require a > 0 else warn \"a is usually positive\" }\nk x { a = 0 }\n", passes: "kind k { a: Int, require a > 0 else warn \"a is usually positive\" }\nk x { a = 1 }\n";
    LIMIT_STEPS = "limit-steps", Error, "a computation takes too many steps",
        doc: "Every program ends, and soon: one declaration or let may take 4 million steps.",
        fails: "let n = count(range(0, 100000000), x => x > 0)\n", passes: "let n = count(range(0, 1000), x => x > 0)\n";
    LIMIT_DEPTH = "limit-depth", Error, "a computation nests too deep",
        doc: "Lets that need lets, calls in calls and kinds in kinds nest 1,200 levels at most.",
        fails: "", passes: "let a = 1\n";
    LIMIT_SIZE = "limit-size", Error, "a program makes too much",
        doc: "A text has at most 4 MiB, a value at most two million parts when it is written out, and a program makes at most 200,000 declarations and as many objects. The API server takes objects of about a mebibyte.",
        fails: "fn twice(s: String) -> String = \"${s}${s}\"\nfn more(s: String) -> String = twice(twice(twice(twice(s))))\nlet text = more(more(more(more(more(more(\"a\"))))))\n", passes: "fn twice(s: String) -> String = \"${s}${s}\"\nlet text = twice(twice(\"a\"))\n";
}
