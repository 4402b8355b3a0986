//! Codes: what the lexer and the parser report.

use super::{Code, Severity};

codes! {
    SYNTAX = "syntax", Error, "the text does not follow the grammar",
        doc: "kdsl could not read this entry. The message says what stood there and what would fit; the entries around it were still read and checked.",
        fails: "app a { image }\n", passes: "app a { image = \"nginx:1.27.0\", user = 101 }\n";

    UNBALANCED_BRACKET = "unbalanced-bracket", Error, "a bracket is not closed, or nothing is open where one closes",
        doc: "Every `{`, `[` and `(` needs its closing bracket. Where they do not balance, kdsl takes the indentation as the witness of what was meant: the message points at the innermost bracket that is left open, and the entries around it are still read.",
        fails: "let a = max(1, 2\n", passes: "let a = max(1, 2)\n";

    UNTERMINATED_STRING = "unterminated-string", Error, "a string does not end",
        doc: "A string in one pair of quotes, with the interpolations in it, ends on the line on which it starts. Text of several lines stands between `\"\"\"` and `\"\"\"`.",
        fails: "let a = \"shop\n", passes: "let a = \"shop\"\n";

    RESERVED_WORD = "reserved-word", Error, "a reserved word stands where a name belongs",
        doc: "`true false null if then else for in and or not let` are words of the language. As a key they need quotes (`\"for\" = \"5m\"`), behind a dot they are free (`rule.for`), and they are no names for anything else. All other words can be keys.",
        fails: "let rule = { alert = \"Down\", for = \"5m\" }\n", passes: "let rule = { alert = \"Down\", \"for\" = \"5m\" }\n";

    FOREIGN_SYNTAX = "foreign-syntax", Error, "another language writes it so",
        doc: "The message says how kdsl writes it: `and`, `or` and `not`; `=` between a key and its value; `//` before a comment; double quotes around text; a newline or a comma between entries; `[a, b]` for a list.",
        fails: "let both = true && false\n", passes: "let both = true and false\n";

    MISSING_COMMA = "missing-comma", Error, "two entries or elements on one line without a comma between them",
        doc: "Entries end at a newline or a comma, elements of a list and arguments at a comma.",
        fails: "let ports = [80 443]\n", passes: "let ports = [80, 443]\n";

    EMPTY_ENTRY = "empty-entry", Error, "a comma without an entry before it",
        doc: "A comma ends an entry or an element. One at the very end of a block or a list is welcome; two in a row, or one at the start, are not.",
        fails: "let a = { x = 1,, y = 2 }\n", passes: "let a = { x = 1, y = 2 }\n";

    MISSING_VALUE = "missing-value", Error, "a value is missing",
        doc: "Something that needs a value has none: `=` at the end of an entry, an operator without its right side, an empty interpolation. The line below belongs to the value only where it is indented deeper than the entry.",
        fails: "let a = 1 +\n", passes: "let a = 1 + 2\n";

    CHAINED_OPERATOR = "chained-operator", Error, "comparisons and ranges cannot be chained",
        doc: "`a < b < c` would compare true or false with `c`, and a range has two ends. Compare twice and join with `and`.",
        fails: "let ok = 1 < 2 < 3\n", passes: "let ok = 1 < 2 and 2 < 3\n";

    MALFORMED_NUMBER = "malformed-number", Error, "a number is written in a form that kdsl does not have",
        doc: "A number is digits, at most one point with digits on both sides, and a unit directly behind: `8080`, `0.5`, `200m`, `1.5Gi`, `30%`. Versions such as `1.2.3` are text.",
        fails: "let big = 1_000\n", passes: "let big = 1000\n";

    NUMBER_TOO_LONG = "number-too-long", Error, "a number has more digits than kdsl can hold exactly",
        doc: "Numbers are exact decimals of at most 28 digits. What only looks like a number, an account's identifier for instance, is text.",
        fails: "let a = 100000000000000000000000000000000\n", passes: "let a = \"100000000000000000000000000000000\"\n";

    UNKNOWN_ESCAPE = "unknown-escape", Error, "a backslash before a character that is no escape",
        doc: "Escapes are `\\n \\t \\\" \\\\ \\$` and `\\u{…}` with a character's number in hexadecimal. In a raw string, `r\"…\"`, a backslash is itself: that is the form for patterns.",
        fails: "let digits = \"^\\d+$\"\n", passes: "let digits = r\"^\\d+$\"\n";

    MISPLACED = "misplaced", Error, "a statement stands where it has no meaning",
        doc: "Declarations stand at top level, in namespaces, in `emit` and in tests, never in the block of an instance; `assert` and `expect` stand in tests; `column` in a `crd`.",
        fails: "assert true\n", passes: "test \"true is true\" { assert true }\n";

    NESTED_TOO_DEEP = "nested-too-deep", Error, "brackets or operators nest too deep",
        doc: "At most 128 brackets may stand open at once, and an expression may be 256 levels high. Give a part of it a name with `let`.",
        fails: "let a = ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))\n", passes: "let a = ((1))\n";
}
