"""A real API server, and what it says to objects that are made or sent in the place of others."""
import copy, glob, http.client, json, re, ssl, threading, time
import yaml

from .schema import KINDS, ROOT


class Server:
    """The server of a kubeconfig, asked from several threads."""

    def __init__(self, path):
        config = yaml.safe_load(open(path))
        self.host, self.port = config["clusters"][0]["cluster"]["server"].split("//")[1].split(":")
        self.token = config["users"][0]["user"]["token"]
        self.tls = ssl.create_default_context(cafile=config["clusters"][0]["cluster"].get("certificate-authority"))
        self.own = threading.local()
        version = self.send("GET", "/version", None)[1]
        self.binary = f"1.{version['minor']}"
        self.release = f"1.{version.get('emulationMinor', version['minor'])}"
        self.served = set()
        for kind in self.discover():
            self.served.add(kind)

    def send(self, method, path, body):
        content = "application/merge-patch+json" if method == "PATCH" else "application/json"
        for attempt in range(3):
            try:
                if getattr(self.own, "link", None) is None:
                    self.own.link = http.client.HTTPSConnection(self.host, int(self.port), context=self.tls, timeout=60)
                self.own.link.request(method, path, body, {"Authorization": "Bearer " + self.token, "Content-Type": content})
                answer = self.own.link.getresponse()
                text = answer.read()
                try:
                    return answer.status, json.loads(text), answer.headers.get_all("Warning") or []
                except ValueError:
                    return answer.status, {"message": text.decode(errors="replace")[:500]}, []
            except (http.client.HTTPException, OSError):
                self.own.link = None
        raise SystemExit(f"the server at {self.host}:{self.port} does not answer")

    def discover(self):
        for group in [{"groupVersion": "v1"}] + [v for g in self.send("GET", "/apis", None)[1]["groups"] for v in g["versions"]]:
            name = group["groupVersion"]
            resources = self.send("GET", f"/api/{name}" if name == "v1" else f"/apis/{name}", None)[1].get("resources", [])
            for resource in resources:
                if "/" not in resource["name"] and "create" in resource["verbs"]:
                    yield name, resource["kind"]

    def collection(self, obj):
        """Where the API has the objects of its kind; None where no namespace can be called so."""
        kind = KINDS[obj["apiVersion"], obj["kind"]]
        base = ("/apis/" if "/" in obj["apiVersion"] else "/api/") + obj["apiVersion"]
        if not kind.get("namespaced"):
            return f"{base}/{kind['plural']}"
        meta = obj.get("metadata") if isinstance(obj.get("metadata"), dict) else {}
        namespace = meta.get("namespace") or "default"
        if not (isinstance(namespace, str) and re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", namespace)):
            return None
        self.room(namespace)
        return f"{base}/namespaces/{namespace}/{kind['plural']}"

    def judge(self, obj):
        """The server's answer to the creation of an object, or None where it says nothing about the object itself."""
        place = self.collection(obj)
        return place and self.read(*self.send("POST", f"{place}?dryRun=All&fieldValidation=Strict", json.dumps(obj)))

    def read(self, status, answer, warnings):
        if status in (200, 201):
            return {"ok": True, "warnings": warnings, "answer": answer}
        # What is there already, who may do it, and what the cluster or another object forbids are no faults of the object.
        if status not in (400, 422) or re.search("this cluster|containing namespace|serviceAccountName is not set", answer.get("message", "")):
            return None
        causes = (answer.get("details") or {}).get("causes") or []
        return {"ok": False, "fields": {c.get("field") or "" for c in causes}, "message": answer.get("message", "")}

    def install(self, definition):
        """Makes the kinds of a definition, and waits until they are served."""
        self.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", json.dumps(definition))
        spec = definition["spec"]
        for version in spec["versions"]:
            for _ in range(100):
                if self.send("GET", f"/apis/{spec['group']}/{version['name']}/{spec['names']['plural']}", None)[0] == 200:
                    break
                time.sleep(0.1)
            self.served.add((f"{spec['group']}/{version['name']}", spec["names"]["kind"]))

    def updated(self, base, news):
        """The object that the server makes of a manifest, and its answers to others in its place; None where it makes none."""
        place = self.collection(base)
        status, made, _ = self.send("POST", place, json.dumps(base))
        if status != 201:
            return None
        place += "/" + base["metadata"]["name"]
        answers = [self.read(*self.put(place, made, new)) for new in news]
        self.send("PATCH", place, '{"metadata":{"finalizers":null}}')
        self.send("DELETE", f"{place}?gracePeriodSeconds=0", None)
        return made, answers

    def put(self, place, made, new):
        sent = copy.deepcopy(new)
        if sent["kind"] == "Job":
            bring_along(made, sent)
        for _ in range(20):
            sent["metadata"]["resourceVersion"] = made["metadata"]["resourceVersion"]
            answer = self.send("PUT", f"{place}?dryRun=All&fieldValidation=Strict", json.dumps(sent))
            if answer[0] != 409:
                break
            # Someone of the server's own, the one who serves definitions say, has written meanwhile.
            made = self.send("GET", place, None)[1]
        return answer

    rooms, lock = {"default", "kube-system"}, threading.Lock()

    def room(self, namespace):
        with self.lock:
            if namespace not in self.rooms:
                self.send("POST", "/api/v1/namespaces", json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}))
                self.rooms.add(namespace)


def bring_along(made, sent):
    """The selector that the server made up for a Job, with its labels: whoever puts a Job in the place of another brings them along."""
    spec, template = sent.get("spec"), None
    if isinstance(spec, dict) and spec.get("selector") is None and not spec.get("manualSelector"):
        spec["selector"], template = made["spec"]["selector"], spec.get("template")
    if isinstance(template, dict):
        meta = template.get("metadata") or {}
        own = {k: v for k, v in made["spec"]["template"]["metadata"].get("labels", {}).items() if k.split("/")[-1] in ("controller-uid", "job-name")}
        if isinstance(meta, dict) and isinstance(meta.get("labels") or {}, dict):
            template["metadata"] = meta | {"labels": (meta.get("labels") or {}) | own}


def definitions():
    for path in sorted(glob.glob(f"{ROOT}/examples/crds/*.yaml")) + [f"{ROOT}/tests/cluster/definitions.yaml"]:
        yield from filter(None, yaml.safe_load_all(open(path)))


def ask_all(server, objects):
    """The server's answers, by several threads at once."""
    answers, numbers = [None] * len(objects), iter(range(len(objects)))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            answers[number] = server.judge(objects[number])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
