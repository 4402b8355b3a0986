//! Codes: what the checker reports.

use super::{Code, Severity};

codes! {
    TYPE_ARGUMENTS = "type-arguments", Error, "a type is given the wrong types in angle brackets",
        doc: "`Map<K, V>` takes two types, and its keys are strings. `Partial<T>` takes one type with fields, `Range<T>` one type of number, `Address<kind>` the name of a kind. No other type takes any.",
        fails: "type Ports = Map<String>\nparam ports: Ports = {}\n", passes: "type Ports = Map<String, Int>\nparam ports: Ports = {}\n";
    TYPE_LITERAL = "type-literal", Error, "an expression stands where a type is wanted",
        doc: "A type may be a literal, `\"dev\" | \"prod\"`: a plain string, a whole number, `true`, `false` or `null`. It cannot depend on values.",
        fails: "param size: 1.5 = 1.5\n", passes: "param size: 1 | 2 = 1\n";
    TYPE_UNION = "type-union", Error, "a union holds something that is no scalar",
        doc: "A union is of scalars and literals, so that a value tells which member it is. Records, lists and maps make fields of their own.",
        fails: "param a: Int | [Int] = 1\n", passes: "param a: Int | String = 1\n";
    TYPE_REFINEMENT = "type-refinement", Error, "a refinement does not fit its type",
        doc: "Numbers are refined by a range, `Int(1..65535)`; texts by `match`, `len` and `format`; lists and maps by `len`. The arguments are plain literals.",
        fails: "param a: Int(len = 1..3) = 1\n", passes: "param a: Int(1..3) = 1\n";
    TYPE_MISMATCH = "type-mismatch", Error, "a value is of another type than its place",
        doc: "Every field, param and argument has a type. A literal adapts where that loses nothing: a whole number where a decimal one, cores or bytes are expected, a single value where a range is. Everything else is written as what it is: text in quotes, numbers without. The message says who expects the type.",
        fails: "app web { image = \"nginx:1.27.0\", user = 101, replicas = \"3\" }\n", passes: "app web { image = \"nginx:1.27.0\", user = 101, replicas = 3 }\n";
    UNIT = "unit", Error, "a number has the unit of something else",
        doc: "`m` is a thousandth of a core, `Mi` are mebibytes, `min` are minutes. An amount of one unit never stands for another, and neither does a number with a unit where a plain one is expected.",
        fails: "app web { image = \"nginx:1.27.0\", user = 101, resources { memory = 400m } }\n", passes: "app web { image = \"nginx:1.27.0\", user = 101, resources { memory = 400Mi } }\n";
    UNIT_MISSING = "unit-missing", Warning, "an amount of memory has no unit",
        doc: "A bare number of bytes is nearly always meant to be something else: `512` is half a kibibyte. Write `512Mi`, or `512k`.",
        fails: "app web { image = \"nginx:1.27.0\", user = 101, resources { memory = 512 } }\n", passes: "app web { image = \"nginx:1.27.0\", user = 101, resources { memory = 512Mi } }\n";
    ENUM_VALUE = "enum-value", Error, "a text is none of the values that are allowed",
        doc: "The field takes one of a few values, which the message lists.",
        fails: "param env: \"dev\" | \"prod\" = \"prd\"\n", passes: "param env: \"dev\" | \"prod\" = \"prod\"\n";
    UNKNOWN_FIELD = "unknown-field", Error, "a field does not exist",
        doc: "The kind or type has no field of that name. The fields of native types are Kubernetes' own, with its spelling; those of a kind are listed by `kdsl explain app`.",
        fails: "app web { image = \"nginx:1.27.0\", user = 101, replica = 3 }\n", passes: "app web { image = \"nginx:1.27.0\", user = 101, replicas = 3 }\n";
    MAYBE_NULL = "maybe-null", Error, "a value that may be null stands where it must not be",
        doc: "`T?` may be `null`. Give a value for that case with `??`, read on with `?.`, or use it only where `x != null` has been asked: behind `and`, in the branch of an `if`.",
        fails: "param user: Int?\nlet next = user + 1\n", passes: "param user: Int?\nlet next = (user ?? 0) + 1\n";
    CONDITION = "condition", Error, "a condition is neither true nor false",
        doc: "`if`, `and`, `or`, `not` and `require` take a Bool. There is no truth in numbers, texts or lists: compare them, `n > 0`, `s != \"\"`, `xs != []`.",
        fails: "let n = 1\nlet a = if n then 1 else 2\n", passes: "let n = 1\nlet a = if n > 0 then 1 else 2\n";
    NOT_ITERABLE = "not-iterable", Error, "`for` walks over something that has no elements",
        doc: "`for` walks lists, maps, records and closed ranges of whole numbers: `for x in [1, 2]`, `for k, v in { a = 1 }`, `for i in 1..3`.",
        fails: "let a = [x for x in \"abc\"]\n", passes: "let a = [x for x in [\"a\", \"b\", \"c\"]]\n";
    COMPARISON = "comparison", Error, "two things are compared that can never be equal, or have no order",
        doc: "Comparing a text with a number, or cores with bytes, is always false, and so is comparing with a value that a param cannot have. `<` and its like order numbers and amounts of one unit, and texts.",
        fails: "param env: \"dev\" | \"prod\" = \"dev\"\nlet prod = env == \"prd\"\n", passes: "param env: \"dev\" | \"prod\" = \"dev\"\nlet prod = env == \"prod\"\n";
    OPERATOR = "operator", Error, "an operator does not work on these types",
        doc: "`+ - * /` work on numbers and amounts of one unit; an amount may be multiplied and divided by a number. Texts are joined by interpolation, `\"${a}${b}\"`, lists and records by spread, `[...a, ...b]`.",
        fails: "let a = \"x\" + \"y\"\n", passes: "let x = \"x\"\nlet a = \"${x}y\"\n";
    INTERPOLATION = "interpolation", Error, "a string holds something that is no text",
        doc: "`${…}` takes texts, numbers, truths and amounts. Give `null` a value with `??`, join lists with `join(xs, \", \")`, and print records with `json.format`.",
        fails: "let xs = [\"a\", \"b\"]\nlet s = \"all: ${xs}\"\n", passes: "let xs = [\"a\", \"b\"]\nlet s = \"all: ${join(xs, \", \")}\"\n";
    LABEL = "label", Error, "a label stands where none can, or is missing where one must be",
        doc: "`field label { … }` writes one entry of a map, or one element of a list whose elements have names: `port http = 8080`, `containers web { … }`. Other fields take none.",
        fails: "app web { image = \"nginx:1.27.0\", user = 101, readiness check { http = \"/\" } }\n", passes: "app web { image = \"nginx:1.27.0\", user = 101, port http = 8080, readiness { http = \"/\" } }\n";
    APPEND = "append", Error, "`+=` is used on something that is no list",
        doc: "`field += [e]` appends to the list that lies below. Maps and records merge with `field { … }`, and scalars are written with `=`.",
        fails: "app web { image = \"nginx:1.27.0\", user = 101, replicas += [1] }\n", passes: "app web { image = \"nginx:1.27.0\", user = 101, args = [\"-v\"] }\nextend app web { args += [\"-q\"] }\n";
    CALL_ARGUMENTS = "call-arguments", Error, "a call has too many or too few arguments, or one that the function does not take",
        doc: "Arguments are given in order or by name, each once, positional ones first. Those without a default must be given.",
        fails: "fn url(host: String, path: String = \"/\") -> String = \"https://${host}${path}\"\nlet a = url()\n", passes: "fn url(host: String, path: String = \"/\") -> String = \"https://${host}${path}\"\nlet a = url(\"example.com\", path = \"/x\")\n";
    FUNCTION_VALUE = "function-value", Error, "a function is used as a value",
        doc: "Functions stand only where they are called, `len(xs)`. `x => …` stands only as an argument of a builtin such as `map` or `filter`.",
        fails: "let f = len\n", passes: "let n = len(\"abc\")\n";
    UNKNOWN_DECLARATION = "unknown-declaration", Error, "no declaration has this kind and name",
        doc: "`app.web` is the declaration `app web { … }`, in this namespace, outside all namespaces, or the only one of that name.",
        fails: "stateful db { image = \"postgres:16.4\", user = 999, port pg = 5432, allow pg = [app.wep] }\n", passes: "app web { image = \"nginx:1.27.0\", user = 101 }\nstateful db { image = \"postgres:16.4\", user = 999, port pg = 5432, allow pg = [app.web] }\n";
}
