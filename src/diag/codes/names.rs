//! Codes: what loading and resolution report: files, names, imports, layers, cycles, duplicates.

use super::{Code, Severity};

codes! {
    FILE_UNREADABLE = "file-unreadable", Error, "a file cannot be read",
        doc: "A file that is built, or that `base`, `import` or `read(…)` names, is missing, is not a regular file, is not UTF-8, or lies outside the project's folder. Paths are relative to the file that names them.",
        fails: "base \"./missing.kdsl\"\n", passes: "config settings { data { THEME = \"dark\" } }\n";
    FILE_TOO_LARGE = "file-too-large", Error, "the project's files together are larger than 4 GiB",
        doc: "kdsl numbers every byte of a project with 32 bits. Split the project.",
        fails: "", passes: "let a = 1\n";
    IMPORT_PATH = "import-path", Error, "the path of an import is not plain text",
        doc: "Which files belong to a project is known before anything is evaluated, so the path of `base` and `import` cannot hold `${…}`.",
        fails: "import \"./${\"x\"}.kdsl\"\n", passes: "import \"k8s/autoscaling/v1\" as hpa1\n";
    SECOND_BASE = "second-base", Error, "a file has two bases",
        doc: "A file extends one other file. Two bases would have no order; chain them instead: let one take the other as its base.",
        fails: "", passes: "let a = 1\n";
    BASE_LOOP = "base-loop", Error, "a file is its own base",
        doc: "`base` takes all of another file; a file that takes itself, directly or through others, has no beginning.",
        fails: "base \"./main.kdsl\"\n", passes: "let a = 1\n";
    UNKNOWN_NAME = "unknown-name", Error, "a name is not declared",
        doc: "An expression names something that is no let, param, loop variable, import or declaration in sight. A bare word is always a reference: text needs quotes.",
        fails: "let a = b\n", passes: "let b = 1\nlet a = b\n";
    UNKNOWN_KIND = "unknown-kind", Error, "a kind is not known",
        doc: "The word before a label names a kind of the standard library (`app`), of Kubernetes (`Deployment`), of this file or of an import.",
        fails: "ap web { image = \"nginx:1.27.0\" }\n", passes: "app web { image = \"nginx:1.27.0\", user = 101 }\n";
    UNKNOWN_TYPE = "unknown-type", Error, "a type is not known",
        doc: "Types are those of the language (`Int`, `Cpu`, …), of the standard library (`Port`, `Image`, …), of Kubernetes (`PodSpec`, …), of this file and of imports.",
        fails: "param n: Itn = 1\n", passes: "param n: Int = 1\n";
    UNKNOWN_FUNCTION = "unknown-function", Error, "a function is not known",
        doc: "Functions are the builtins and those declared with `fn` in this file, in its base or in an import.",
        fails: "let a = lenn(\"x\")\n", passes: "let a = len(\"x\")\n";
    UNKNOWN_MODULE = "unknown-module", Error, "the word before the dot is no import",
        doc: "`policies.webapp` needs `import \"./policies.kdsl\" as policies`.",
        fails: "nope.webapp shop { }\n", passes: "import \"k8s/autoscaling/v1\" as hpa1\n";
    DUPLICATE_NAME = "duplicate-name", Error, "a name is declared twice",
        doc: "Lets, params, functions, types and kinds each have one declaration a file.",
        fails: "let a = 1\nlet a = 2\n", passes: "let a = 1\nlet b = 2\n";
    DUPLICATE_DECLARATION = "duplicate-declaration", Error, "a kind, namespace and name are declared twice",
        doc: "Two declarations of one kind in one namespace with one name would be one object in the cluster. To change a declaration from elsewhere use `extend`.",
        fails: "config a { data { A = \"1\" } }\nconfig a { data { A = \"2\" } }\n", passes: "config a { data { A = \"1\" } }\nconfig b { data { A = \"2\" } }\n";
    DUPLICATE_OBJECT = "duplicate-object", Error, "two declarations make the same object",
        doc: "A cluster holds one object of a kind, namespace and name. Two declarations that emit the same one would overwrite each other.",
        fails: "config a { data { A = \"1\" } }\nConfigMap a { data { A = \"1\" } }\n", passes: "config a { data { A = \"1\" } }\nConfigMap b { data { A = \"1\" } }\n";
    DOUBLE_WRITE = "double-write", Error, "a field is written twice in one block",
        doc: "Two writes of one field in one layer contradict each other. Where one is meant to win, write it in an `extend` block, or use `if … then … else …`.",
        fails: "app a { image = \"nginx:1.27.0\", user = 101, replicas = 1, replicas = 2 }\n", passes: "app a { image = \"nginx:1.27.0\", user = 101, replicas = 2 }\n";
    EXTEND_TARGET = "extend-target", Error, "`extend` or `remove` names nothing that is there",
        doc: "`extend` changes a declaration or an emitted object, `remove` drops an object; both name one that exists.",
        fails: "extend app web { replicas = 2 }\n", passes: "app web { image = \"nginx:1.27.0\", user = 101 }\nextend app web { replicas = 2 }\n";
    AMBIGUOUS_NAME = "ambiguous-name", Error, "several declarations have this name",
        doc: "A declaration in another namespace is found by its bare name only when one has it. Write the full name: `namespace.shop.app.web`.",
        fails: "namespace a { config c { data { A = \"1\" } } }\nnamespace b { config c { data { A = \"1\" } } }\nextend config c { data { B = \"2\" } }\n",
        passes: "namespace a { config c { data { A = \"1\" } } }\nextend config c { data { B = \"2\" } }\n";
    CYCLE = "cycle", Error, "a definition needs itself",
        doc: "A let, a field, a function, a type or a kind that needs its own value has none. The message shows the way round.",
        fails: "let a = b\nlet b = a\n", passes: "let a = 1\nlet b = a\n";
}
