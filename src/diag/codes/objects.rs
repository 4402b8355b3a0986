//! Codes: what the check of finished objects against their schema reports.

use super::{Code, Severity};

codes! {
    NOT_SERVED = "not-served", Error, "no current release of Kubernetes serves this version of the kind",
        doc: "API versions come and go. The newest release that kdsl knows does not serve this one any more; another version of the kind is usually served instead.",
        fails: "import \"k8s/resource.k8s.io/v1alpha3\" as old\nold.DeviceClass gpu { spec { } }\n", passes: "DeviceClass gpu { spec { } }\n";
    OBJECT_NAME = "object-name", Error, "a name or key has a form that the API server refuses",
        doc: "Names of objects are DNS names: lower-case letters, digits, `-` and `.`. Keys of labels and annotations are `[prefix/]name`, values of labels have 63 characters at most; keys of a ConfigMap or Secret are names of files.",
        fails: "ConfigMap Upper { data { A = \"1\" } }\n", passes: "ConfigMap upper { data { A = \"1\" } }\n";
    NUMBER_SIZE = "number-size", Error, "a number does not fit the field",
        doc: "Most whole numbers of the Kubernetes API have 32 bits: from -2147483648 to 2147483647.",
        fails: "let big = 3000000000\nDeployment web { spec { replicas = big, selector { matchLabels { app = \"web\" } }, template { metadata { labels { app = \"web\" } }, spec { containers web { image = \"nginx:1.27.0\" } } } } }\n",
        passes: "let big = 3\nDeployment web { spec { replicas = big, selector { matchLabels { app = \"web\" } }, template { metadata { labels { app = \"web\" } }, spec { containers web { image = \"nginx:1.27.0\" } } } } }\n";
    DUPLICATE_ELEMENT = "duplicate-element", Error, "two elements of a list have the same key",
        doc: "The API server merges some lists by a key of their elements, as containers by `name`, ports by `containerPort` and `protocol`. Server-side apply refuses two elements under one key.",
        fails: "Pod p { spec { containers web { image = \"nginx:1.27.0\", ports a = 80, ports b = 80 } } }\n", passes: "Pod p { spec { containers web { image = \"nginx:1.27.0\", ports a = 80, ports b = 81 } } }\n";
    ENCODING = "encoding", Error, "a text cannot be decoded",
        doc: "Data of a Secret and `binaryData` of a ConfigMap are bytes in base64; times are written as RFC 3339 has them. The API server decodes both before it looks at anything else.",
        fails: "Secret s { data { password = \"not base64!\" } }\n", passes: "Secret s { data { password = base64(\"pw\") } }\n";
    NOT_IN_RELEASE = "not-in-release", Error, "a release of Kubernetes does not have the field",
        doc: "Fields come and go with releases of Kubernetes. One of the releases that the object is meant for (`--kube-version`, the newest unless said otherwise) does not have this one and refuses the object, or silently drops the field.",
        fails: "", passes: "Pod p { spec { containers web { image = \"nginx:1.27.0\" } } }\n";
    FIELD_DROPPED = "field-dropped", Warning, "a release of Kubernetes drops the field",
        doc: "A field that waits behind a feature gate is read and then dropped, without a word, while the gate is off: the object is accepted, and lacks what the field says. It is kept where a cluster turns the gate on.",
        fails: "Lease leader { spec { strategy = \"OldestEmulationVersion\" } }\n", passes: "Lease leader { spec { holderIdentity = \"web-0\" } }\n";
    WAIVER = "waiver", Error, "a waiver cannot hold",
        doc: "`waive rule = \"why\"` sets a rule aside for what a declaration, a namespace or a file makes. It names a rule that may be waived and says why; with `{ reason = \"…\", until = \"2027-01-31\" }` it ends after that day.",
        fails: "waive pods-have-names = \"we like it so\"\n", passes: "rule named on Pod p { require p.metadata.name != \"a\" else warn \"no\" }\nPod a { waive named = \"a test\", spec { containers web { image = \"nginx:1.27.0\" } } }\n";
    WAIVER_UNUSED = "waiver-unused", Warning, "a waiver does nothing",
        doc: "Nothing that the waiver holds for breaks the rule. A waiver that is left behind would hide the next thing that does.",
        fails: "rule named on Pod p { require p.metadata.name != \"a\" else warn \"no\" }\nwaive named = \"a test\"\n", passes: "rule named on Pod p { require p.metadata.name != \"a\" else warn \"no\" }\n";
    WAIVER_ENDED = "waiver-ended", Warning, "the last day of a waiver has passed",
        doc: "The waiver was agreed on until a day that has passed, so the rule holds again.",
        fails: "", passes: "rule named on Pod p { require p.metadata.name != \"a\" else warn \"no\" }\n";
}
