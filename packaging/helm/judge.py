"""Lints the chart and renders it with Helm itself, for every way in which it is meant to be installed, and judges what comes out."""

import sys
from pathlib import Path

import helm_python as helm

CHART = Path(__file__).parent / "consentry"

#: TLS ends in the pod, and the ledger is in a folder.
SMALL = {"publicUrl": "https://consent.example.com", "tls": {"secretName": "consent-tls"}}

#: TLS ends in front, the ledger is in PostgreSQL, and everything that can be said is said.
LARGE = {
    "publicUrl": "https://consent.example.com",
    "trustedProxies": ["10.42.0.0/16", "10.43.0.0/16"],
    "replicas": 3,
    "storage": {"databaseSecret": {"name": "consent-database", "key": "url"}},
    "rootKeySecret": {"name": "consent-root", "key": "root.key"},
    "config": {"telemetry": {"format": "json"}, "storage": {"connections": 4}},
    "manifests": {"bank.yaml": "tenants: []\n"},
    "manifestSecret": "consent-manifest",
    "ingress": {"enabled": True, "className": "nginx", "tlsSecret": "consent-edge"},
}

#: What cannot be served is refused before anything is installed.
REFUSED = [
    ({}, "publicUrl"),
    ({"publicUrl": "http://consent.example.com"}, "publicUrl"),
    ({"publicUrl": "https://consent.example.com"}, "tls.secretName"),
    ({**SMALL, "replicas": 2}, "storage.databaseSecret"),
    ({**LARGE, "rootKeySecret": {"name": ""}}, "rootKeySecret"),
]

KINDS = {
    "apps/v1 StatefulSet": {"metadata", "spec"},
    "v1 Service": {"metadata", "spec"},
    "v1 ConfigMap": {"metadata", "data"},
    "networking.k8s.io/v1 Ingress": {"metadata", "spec"},
}


def rendered(values):
    """The objects by kind; each file holds one at most."""
    objects = {}
    with helm.Chart.load(CHART) as chart:
        for path, text in chart.render(values, name="consentry", namespace="consent").items():
            if path.endswith(".txt") or not text.strip():
                continue
            found = helm.values_from_yaml(text)
            kind = f"{found['apiVersion']} {found['kind']}"
            assert kind in KINDS, f"{path}: {kind} is not looked at"
            assert kind not in objects, f"{path}: a second {kind}"
            assert set(found) == {"apiVersion", "kind"} | KINDS[kind], f"{path}: {sorted(found)}"
            objects[kind] = found
    return objects


def judge_container(container, volumes):
    """Nothing runs as root, gains rights, or writes elsewhere than to its own volumes."""
    own = container["securityContext"]
    assert own["allowPrivilegeEscalation"] is False, own
    assert own["readOnlyRootFilesystem"] is True, own
    assert own["capabilities"] == {"drop": ["ALL"]}, own
    mounted = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert set(mounted) <= volumes, f"{set(mounted) - volumes} is no volume"
    assert mounted["data"]["mountPath"] == "/var/lib/consentry"
    for name in set(mounted) - {"data", "scratch"}:
        assert mounted[name]["readOnly"] is True, f"{name} can be written"
    names = [variable["name"] for variable in container["env"]]
    assert len(names) == len(set(names)), f"said twice: {names}"
    for variable in container["env"]:
        is_secret = variable["name"] in ("CONSENTRY__STORAGE__URL", "CONSENTRY__KEYS__ROOT")
        assert ("valueFrom" in variable) == is_secret, variable


def judge(values):
    """What is the same for every installation; gives the objects."""
    report = helm.lint(CHART, values, strict=True, namespace="consent", kube_version="v1.30.0")
    found = [message for message in report["messages"] if message["severity"] >= 2]
    assert not found and not report["errors"], report
    objects = rendered(values)
    stateful = objects["apps/v1 StatefulSet"]["spec"]
    template = stateful["template"]
    pod = template["spec"]
    assert pod["automountServiceAccountToken"] is False
    security = pod["securityContext"]
    assert security["runAsNonRoot"] is True and security["runAsUser"] > 0 and security["fsGroup"] > 0
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    volumes = {volume["name"] for volume in pod["volumes"]}
    claimed = {claim["metadata"]["name"] for claim in stateful.get("volumeClaimTemplates", [])}
    assert not volumes & claimed, "a volume is there twice"
    for container in pod["containers"] + pod.get("initContainers", []):
        judge_container(container, volumes | claimed)
    (server,) = pod["containers"]
    scheme = "HTTPS" if values.get("tls") else "HTTP"
    for probe, path in (("livenessProbe", "/health/live"), ("readinessProbe", "/health/ready")):
        asked = server[probe]["httpGet"]
        assert (asked["path"], asked["port"], asked["scheme"]) == (path, "web", scheme), asked
        assert asked["httpHeaders"] == [{"name": "Host", "value": "consent.example.com"}], asked
    assert server["resources"]["limits"]["memory"], "memory is not bounded"
    labels = template["metadata"]["labels"].items()
    service = objects["v1 Service"]["spec"]
    for selector in (stateful["selector"]["matchLabels"], service["selector"]):
        assert selector.items() <= labels, f"{selector} selects other pods"
    (port,) = service["ports"]
    assert port["targetPort"] in {known["name"] for known in server["ports"]}
    return objects


def main():
    small = judge(SMALL)
    assert set(small) == {"apps/v1 StatefulSet", "v1 Service"}, sorted(small)
    (claim,) = small["apps/v1 StatefulSet"]["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]

    large = judge(LARGE)
    assert set(large) == set(KINDS), sorted(large)
    stateful = large["apps/v1 StatefulSet"]["spec"]
    assert stateful["replicas"] == 3 and "volumeClaimTemplates" not in stateful
    pod = stateful["template"]["spec"]
    (applying,) = pod["initContainers"]
    assert applying["args"] == ["apply", "--file", "/etc/consentry/manifests"]
    assert applying["envFrom"] == [{"secretRef": {"name": "consent-manifest"}}]
    told = {variable["name"]: variable.get("value") for variable in pod["containers"][0]["env"]}
    assert told["CONSENTRY__SERVER__TRUSTED_PROXIES"] == "10.42.0.0/16,10.43.0.0/16"
    assert told["CONSENTRY__STORAGE__CONNECTIONS"] == "4"
    (rule,) = large["networking.k8s.io/v1 Ingress"]["spec"]["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == large["v1 Service"]["metadata"]["name"]
    assert large["v1 ConfigMap"]["data"] == LARGE["manifests"]

    for values, why in REFUSED:
        try:
            rendered(values)
        except helm.HelmError as error:
            assert why in str(error), f"{values}: {error}"
        else:
            raise AssertionError(f"installed, and cannot be served: {values}")
    print(f"the chart holds, said Helm {helm.helm_sdk_version()}")


if __name__ == "__main__":
    sys.exit(main())
