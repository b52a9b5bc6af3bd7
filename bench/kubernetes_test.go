package bench

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	k8syaml "sigs.k8s.io/yaml"

	"marsad/pkg/bus"
)

// kustomization is what deploy/kustomization.yaml uses of the format.
type kustomization struct {
	metav1.TypeMeta                     `json:",inline"`
	Namespace                           string   `json:"namespace"`
	Resources                           []string `json:"resources"`
	Images                              []struct{ Name, NewName, NewTag string }
	Patches                             []patch
	ConfigMapGenerator, SecretGenerator []struct {
		Name  string
		Files []string
	}
}

// patch is merged into what its target names.
type patch struct {
	Path   string
	Target struct{ Kind, LabelSelector string }
}

// workload is what runs pods.
type workload struct {
	kind, name string
	selector   *metav1.LabelSelector // of a job: nil
	pod        corev1.PodTemplateSpec
	claims     []corev1.PersistentVolumeClaim
}

// cluster is all that 'kubectl apply -k deploy' makes.
type cluster struct {
	namespace string
	workloads []workload
	services  []corev1.Service
	budgets   []policyv1.PodDisruptionBudget
	policies  []networkingv1.NetworkPolicy
	configs   map[string]map[string]string // data; of files: where they come from
	secrets   map[string][]string          // names of the files in them
	patches   []patch
}

const deploy = root + "/deploy/"

func readCluster(t *testing.T) *cluster {
	t.Helper()
	var k kustomization
	strictly(t, "kustomization.yaml", read(t, deploy+"kustomization.yaml"), &k)
	c := &cluster{namespace: k.Namespace, configs: map[string]map[string]string{}, secrets: map[string][]string{}, patches: k.Patches}
	if len(k.Images) != 1 || k.Images[0].Name != "marsad" {
		t.Errorf("images are %+v", k.Images)
	}
	for _, g := range k.ConfigMapGenerator {
		c.configs[g.Name] = map[string]string{}
		for _, file := range g.Files {
			name, path := named(file)
			c.configs[g.Name][name] = path
			if _, err := os.Stat(deploy + path); err != nil {
				t.Errorf("config map %s: %v", g.Name, err)
			}
		}
	}
	keys := makeKeys(t)
	for _, g := range k.SecretGenerator {
		for _, file := range g.Files {
			if _, err := os.Stat(filepath.Join(keys, strings.TrimPrefix(file, "secrets/"))); err != nil {
				t.Errorf("secret %s: 'marsad keys' does not make it: %v", g.Name, err)
			}
			c.secrets[g.Name] = append(c.secrets[g.Name], filepath.Base(file))
		}
	}
	present, _ := filepath.Glob(deploy + "kubernetes/*.yaml") // the pattern is well formed
	if len(present) != len(k.Resources)+len(k.Patches) {
		t.Errorf("%d manifests, %d resources and %d patches", len(present), len(k.Resources), len(k.Patches))
	}
	for _, resource := range k.Resources {
		for document := range bytes.SplitSeq(read(t, deploy+resource), []byte("\n---\n")) {
			c.add(t, resource, document)
		}
	}
	return c
}

// named takes apart NAME=FILE; without NAME it is the file's own.
func named(file string) (name, path string) {
	if name, path, ok := strings.Cut(file, "="); ok {
		return name, path
	}
	return filepath.Base(file), file
}

func strictly(t *testing.T, where string, raw []byte, into any) {
	t.Helper()
	if err := k8syaml.UnmarshalStrict(raw, into); err != nil {
		t.Fatalf("%s: %v", where, err)
	}
}

func (c *cluster) add(t *testing.T, where string, raw []byte) {
	t.Helper()
	var is metav1.TypeMeta
	if err := k8syaml.Unmarshal(raw, &is); err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	switch is.APIVersion + " " + is.Kind {
	case "v1 Namespace":
		var n corev1.Namespace
		strictly(t, where, raw, &n)
		if n.Name != c.namespace {
			t.Errorf("namespaces %s and %s", n.Name, c.namespace)
		}
	case "v1 ConfigMap":
		var m corev1.ConfigMap
		strictly(t, where, raw, &m)
		c.configs[m.Name] = m.Data
	case "v1 Service":
		var s corev1.Service
		strictly(t, where, raw, &s)
		c.services = append(c.services, s)
	case "apps/v1 Deployment":
		var d appsv1.Deployment
		strictly(t, where, c.patched(t, raw), &d)
		c.workloads = append(c.workloads, workload{is.Kind, d.Name, d.Spec.Selector, d.Spec.Template, nil})
	case "apps/v1 StatefulSet":
		var s appsv1.StatefulSet
		strictly(t, where, raw, &s)
		c.workloads = append(c.workloads, workload{is.Kind, s.Name, s.Spec.Selector, s.Spec.Template, s.Spec.VolumeClaimTemplates})
		if s.Spec.ServiceName != s.Name {
			t.Errorf("%s: the service is %s", s.Name, s.Spec.ServiceName)
		}
	case "batch/v1 Job":
		var j batchv1.Job
		strictly(t, where, raw, &j)
		c.workloads = append(c.workloads, workload{is.Kind, j.Name, nil, j.Spec.Template, nil})
	case "policy/v1 PodDisruptionBudget":
		var b policyv1.PodDisruptionBudget
		strictly(t, where, raw, &b)
		c.budgets = append(c.budgets, b)
	case "networking.k8s.io/v1 NetworkPolicy":
		var p networkingv1.NetworkPolicy
		strictly(t, where, raw, &p)
		c.policies = append(c.policies, p)
	default:
		t.Errorf("%s: nobody expected a %s %s", where, is.APIVersion, is.Kind)
	}
}

// patched is a manifest with the patches whose target it is.
func (c *cluster) patched(t *testing.T, raw []byte) []byte {
	t.Helper()
	var is metav1.PartialObjectMetadata
	if err := k8syaml.Unmarshal(raw, &is); err != nil {
		t.Fatal(err)
	}
	for _, p := range c.patches {
		selector, err := labels.Parse(p.Target.LabelSelector)
		if err != nil {
			t.Fatal(err)
		}
		if p.Target.Kind != is.Kind || !selector.Matches(labels.Set(is.Labels)) {
			continue
		}
		var manifest, more map[string]any
		if err := errors.Join(k8syaml.Unmarshal(raw, &manifest), k8syaml.Unmarshal(read(t, deploy+p.Path), &more)); err != nil {
			t.Fatalf("%s: %v", p.Path, err)
		}
		delete(more, "metadata") // the target says which is meant
		if raw, err = k8syaml.Marshal(merge(manifest, more)); err != nil {
			t.Fatal(err)
		}
	}
	return raw
}

// merge does what kustomize does with as much as the patches use: objects are
// merged, and so are the elements of lists that have the same name; else the patch wins.
func merge(a, b any) any {
	switch b := b.(type) {
	case map[string]any:
		if a, ok := a.(map[string]any); ok {
			for key, value := range b {
				a[key] = merge(a[key], value)
			}
			return a
		}
	case []any:
		if a, ok := a.([]any); ok {
			for _, element := range b {
				name := element.(map[string]any)["name"]
				i := slices.IndexFunc(a, func(e any) bool { return e.(map[string]any)["name"] == name })
				if i < 0 {
					a = append(a, element)
				} else {
					a[i] = merge(a[i], element)
				}
			}
			return a
		}
	}
	return b
}

// TestKubernetes: the manifests are well formed, fit together, and run what there is.
func TestKubernetes(t *testing.T) {
	c := readCluster(t)
	keys := makeKeys(t)
	var running []string
	for _, w := range c.workloads {
		t.Run(w.kind+" "+w.name, func(t *testing.T) {
			c.checkPod(t, w)
			container := w.pod.Spec.Containers[0]
			switch container.Image {
			case "marsad":
				if service := c.checkMarsad(t, w, keys); service != "" {
					running = append(running, service)
				}
			case "postgres:17":
			default:
				checkNATSImage(t, container.Image)
			}
		})
	}
	slices.Sort(running)
	if !slices.Equal(running, bus.Services()) {
		t.Errorf("services %v, want %v", running, bus.Services())
	}
	for _, s := range c.services {
		c.checkService(t, s)
	}
	for _, b := range c.budgets {
		if len(c.selected(t, b.Spec.Selector)) != 1 {
			t.Errorf("the budget %s is for %v", b.Name, c.selected(t, b.Spec.Selector))
		}
	}
	if len(c.budgets) != len(bus.Services())+1 {
		t.Errorf("%d budgets: want one of each service, and one of the bus", len(c.budgets))
	}
}

// selected names the workloads whose pods a selector matches.
func (c *cluster) selected(t *testing.T, by *metav1.LabelSelector) (names []string) {
	t.Helper()
	selector, err := metav1.LabelSelectorAsSelector(by)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range c.workloads {
		if selector.Matches(labels.Set(w.pod.Labels)) {
			names = append(names, w.name)
		}
	}
	return names
}

// checkPod: what it refers to is there, and it may do no more than it must.
func (c *cluster) checkPod(t *testing.T, w workload) {
	t.Helper()
	if w.selector != nil && !slices.Equal(c.selected(t, w.selector), []string{w.name}) {
		t.Errorf("it selects the pods of %v", c.selected(t, w.selector))
	}
	spec := w.pod.Spec
	confined := spec.SecurityContext
	if !*confined.RunAsNonRoot || confined.SeccompProfile == nil || *spec.AutomountServiceAccountToken {
		t.Errorf("the pod may do more than it must: %+v", confined)
	}
	volumes := map[string]bool{}
	for _, claim := range w.claims {
		volumes[claim.Name] = true
	}
	for _, v := range spec.Volumes {
		volumes[v.Name] = true
		c.checkVolume(t, v.VolumeSource)
	}
	for _, container := range spec.Containers {
		own := container.SecurityContext
		if *own.AllowPrivilegeEscalation || !*own.ReadOnlyRootFilesystem || !slices.Contains(own.Capabilities.Drop, "ALL") {
			t.Errorf("the container may do more than it must: %+v", own)
		}
		if container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
			t.Errorf("resources are %+v", container.Resources)
		}
		for _, mount := range container.VolumeMounts {
			if !volumes[mount.Name] {
				t.Errorf("there is no volume %s", mount.Name)
			}
		}
		checkProbes(t, w, container)
	}
}

func (c *cluster) checkVolume(t *testing.T, v corev1.VolumeSource) {
	t.Helper()
	if v.ConfigMap != nil && c.configs[v.ConfigMap.Name] == nil {
		t.Errorf("there is no config map %s", v.ConfigMap.Name)
	}
	if v.Secret != nil && c.secrets[v.Secret.SecretName] == nil {
		t.Errorf("there is no secret %s", v.Secret.SecretName)
	}
	if v.Projected == nil {
		return
	}
	for _, source := range v.Projected.Sources {
		switch {
		case source.ConfigMap != nil && c.configs[source.ConfigMap.Name] == nil:
			t.Errorf("there is no config map %s", source.ConfigMap.Name)
		case source.Secret != nil:
			for _, item := range source.Secret.Items {
				if !slices.Contains(c.secrets[source.Secret.Name], item.Key) {
					t.Errorf("there is no %s in the secret %s", item.Key, source.Secret.Name)
				}
			}
		}
	}
}

// answered are the paths that a probe may ask for.
var answered = map[string][]string{
	"marsad": {"/healthz", "/readyz"},
	"nats":   {"/healthz?js-server-only=true", "/healthz?js-enabled-only=true"},
}

func checkProbes(t *testing.T, w workload, container corev1.Container) {
	t.Helper()
	if w.kind == "Job" {
		return
	}
	for name, probe := range map[string]*corev1.Probe{"startup": container.StartupProbe, "readiness": container.ReadinessProbe, "liveness": container.LivenessProbe} {
		if probe == nil {
			t.Errorf("there is no %s probe", name)
			continue
		}
		var port intstr.IntOrString
		switch {
		case probe.HTTPGet != nil:
			port = probe.HTTPGet.Port
			if !slices.Contains(answered[container.Name], probe.HTTPGet.Path) {
				t.Errorf("the %s probe asks for %s", name, probe.HTTPGet.Path)
			}
		case probe.TCPSocket != nil:
			port = probe.TCPSocket.Port
		default:
			continue
		}
		if portOf(container, port) == 0 {
			t.Errorf("the %s probe is for the port %s", name, port.String())
		}
	}
	if container.Name == "marsad" && container.ReadinessProbe.HTTPGet.Path != "/readyz" || container.Name == "marsad" && container.LivenessProbe.HTTPGet.Path != "/healthz" {
		t.Error("readiness asks for /readyz, and liveness for /healthz")
	}
}

// portOf is the number of a container's port; 0: it has none of that name.
func portOf(container corev1.Container, port intstr.IntOrString) int32 {
	for _, p := range container.Ports {
		if p.Name == port.StrVal {
			return p.ContainerPort
		}
	}
	return 0
}

// checkMarsad holds the program to what a pod gives it, and returns the service
// that it runs.
func (c *cluster) checkMarsad(t *testing.T, w workload, keys string) (service string) {
	t.Helper()
	container := w.pod.Spec.Containers[0]
	image := readDockerfile(t, deploy+"docker/Dockerfile")
	env, given := slices.Clone(image.env), c.secretsOf(w)
	set := func(name, value string) {
		if secret, ok := strings.CutPrefix(value, inside); ok && !slices.Contains(given, secret) {
			t.Errorf("%s is %s, and the pod is given %v", name, value, given)
		}
		env = append(env, name+"="+strings.ReplaceAll(value, inside, keys+"/"))
	}
	for _, from := range container.EnvFrom {
		data, ok := c.configs[from.ConfigMapRef.Name]
		if !ok {
			t.Errorf("there is no config map %s", from.ConfigMapRef.Name)
		}
		for _, name := range slices.Sorted(maps.Keys(data)) {
			set(name, data[name])
		}
	}
	for _, variable := range container.Env {
		set(variable.Name, variable.Value)
	}
	args := slices.Clone(container.Args)
	if file := c.configs["marsad-settings"]["marsad.yaml"]; args[1] == "/etc/marsad/marsad.yaml" {
		args[1] = deploy + file
	}
	global, command := splitCommand(t, args)
	s := effective(t, global, env)
	user := userOf(command)
	checkUser(t, w.name, user, s)
	if s.HTTP.Addr != "0.0.0.0:8080" || s.Data != "/data" || s.NATS.URL != "nats://nats:4222" {
		t.Errorf("settings are %+v", s)
	}
	if command[0] == "migrate" {
		if s.NATS.Limits.Replicas != 3 {
			t.Errorf("streams are on %d servers", s.NATS.Limits.Replicas)
		}
		return ""
	}
	if port := portOf(container, intstr.FromString("http")); port != 8080 || w.name != user {
		t.Errorf("%s runs %s on port %d", w.name, user, port)
	}
	return user
}

func (c *cluster) secretsOf(w workload) (files []string) {
	for _, v := range w.pod.Spec.Volumes {
		if v.Secret != nil {
			files = append(files, c.secrets[v.Secret.SecretName]...)
		}
	}
	return files
}

// checkService: it leads to pods, and to ports that they have.
func (c *cluster) checkService(t *testing.T, s corev1.Service) {
	t.Helper()
	names := c.selected(t, &metav1.LabelSelector{MatchLabels: s.Spec.Selector})
	if !slices.Equal(names, []string{s.Name}) {
		t.Errorf("the service %s leads to %v", s.Name, names)
		return
	}
	for _, w := range c.workloads {
		for _, port := range s.Spec.Ports {
			if w.name == s.Name && portOf(w.pod.Spec.Containers[0], port.TargetPort) != port.Port {
				t.Errorf("the service %s leads port %d to %s", s.Name, port.Port, port.TargetPort.String())
			}
		}
	}
}

// TestKubernetesNetwork: nothing passes by default; only fetchers go out; every
// pod of the program reaches bus and store.
func TestKubernetesNetwork(t *testing.T) {
	c := readCluster(t)
	var out []string // who may go where no pod is
	deniesAll := false
	reach := map[string]bool{}
	for _, p := range c.policies {
		from := c.selected(t, &p.Spec.PodSelector)
		if len(from) == 0 {
			t.Errorf("the policy %s is for nobody", p.Name)
		}
		deniesAll = deniesAll || len(from) == len(c.workloads) && len(p.Spec.PolicyTypes) == 2 && len(p.Spec.Egress)+len(p.Spec.Ingress) == 0
		for _, rule := range p.Spec.Egress {
			if len(rule.To) == 0 {
				t.Errorf("the policy %s lets pods go anywhere", p.Name)
			}
			for _, to := range rule.To {
				if to.IPBlock != nil {
					out = append(out, from...)
				}
				if to.PodSelector != nil {
					for _, name := range c.selected(t, to.PodSelector) {
						for _, who := range from {
							reach[who+" to "+name] = true
						}
					}
				}
			}
		}
	}
	slices.Sort(out)
	if out = slices.Compact(out); !slices.Equal(out, []string{"fetcher"}) || !deniesAll {
		t.Errorf("out go %v; nothing passes by default: %v", out, deniesAll)
	}
	for _, who := range append(bus.Services(), "migrate") {
		if !reach[who+" to nats"] || !reach[who+" to postgres"] {
			t.Errorf("%s does not reach bus and store", who)
		}
	}
	if !reach["nats to nats"] || reach["nats to postgres"] {
		t.Error("NATS servers reach each other, and nothing else")
	}
}
