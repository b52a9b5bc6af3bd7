package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

const (
	dashboards = root + "/deploy/grafana/dashboards/*.json"
	prometheus = root + "/deploy/prometheus/prometheus.yml"
	ruleFile   = root + "/deploy/prometheus/marsad.rules.yml"
	ruleTests  = root + "/deploy/prometheus/tests/marsad_test.yml"
	operations = root + "/docs/operations.md"
)

// board is what is read of a dashboard.
type board struct {
	file       string
	UID, Title string
	Tags       []string
	Links      []struct {
		Type string
		Tags []string
	}
	Templating struct {
		List []struct{ Name, Type, Query string }
	}
	Panels []panel
}

type panel struct {
	ID                       int
	Type, Title, Description string
	Datasource               struct{ UID string }
	GridPos                  struct{ H, W, X, Y int }
	Targets                  []struct {
		Datasource         struct{ UID string }
		Expr, LegendFormat string
	}
	FieldConfig struct{ Defaults struct{ Unit string } }
}

func readBoards(t *testing.T) (boards []board) {
	t.Helper()
	files, _ := filepath.Glob(dashboards) // the pattern is well formed
	for _, file := range files {
		b := board{file: filepath.Base(file)}
		if err := json.Unmarshal(read(t, file), &b); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		boards = append(boards, b)
	}
	if len(boards) != 4 {
		t.Fatalf("%d dashboards, want 4", len(boards))
	}
	return boards
}

type rule struct {
	Alert, Expr, For string
	Labels           map[string]string
	Annotations      map[string]string
}

func readRules(t *testing.T) (rules []rule) {
	t.Helper()
	var file struct {
		Groups []struct{ Rules []rule }
	}
	if err := yaml.Unmarshal(read(t, ruleFile), &file); err != nil {
		t.Fatal(err)
	}
	for _, group := range file.Groups {
		rules = append(rules, group.Rules...)
	}
	if len(rules) < 10 {
		t.Fatalf("%d rules: they were not found", len(rules))
	}
	return rules
}

// TestDashboards: what a reader needs is there, and dashboards fit together.
func TestDashboards(t *testing.T) {
	uids := map[string]string{}
	for _, b := range readBoards(t) {
		if uids[b.UID] != "" || !strings.HasPrefix(b.UID, "marsad-") || !strings.HasPrefix(b.Title, "Marsad: ") {
			t.Errorf("%s: uid %q, title %q", b.file, b.UID, b.Title)
		}
		uids[b.UID] = b.file
		if !slices.Equal(b.Tags, []string{"marsad"}) || len(b.Links) != 1 || b.Links[0].Type != "dashboards" || !slices.Equal(b.Links[0].Tags, b.Tags) {
			t.Errorf("%s: tags %v, links %+v: want dashboards to link to each other by their tag", b.file, b.Tags, b.Links)
		}
		if v := b.Templating.List; len(v) != 1 || v[0].Name != "datasource" || v[0].Type != "datasource" || v[0].Query != "prometheus" {
			t.Errorf("%s: variables %+v", b.file, v)
		}
		ids, taken := map[int]bool{}, map[[2]int]string{}
		for _, p := range b.Panels {
			if ids[p.ID] {
				t.Errorf("%s: two panels have the ID %d", b.file, p.ID)
			}
			ids[p.ID] = true
			for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
				for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
					if other := taken[[2]int{x, y}]; other != "" || x > 23 {
						t.Fatalf("%s: %q lies over %q, or over the edge", b.file, p.Title, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
			checkPanel(t, b, p)
		}
	}
}

func checkPanel(t *testing.T, b board, p panel) {
	t.Helper()
	if p.Type == "row" {
		return
	}
	if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 {
		t.Errorf("%s, %q: a panel needs a title, a description, a unit and a query", b.file, p.Title)
	}
	for _, target := range p.Targets {
		if target.LegendFormat == "" || target.Datasource.UID != "${datasource}" || p.Datasource.UID != "${datasource}" {
			t.Errorf("%s, %q: a query needs a legend and the data source of the dashboard: %+v", b.file, p.Title, target)
		}
	}
}

// question is a query of a dashboard or a rule, and the labels that its legend
// or its texts show.
type question struct {
	where, expr string
	shown       []string
}

var (
	legendLabel     = regexp.MustCompile(`{{\s*(\w+)\s*}}`)
	annotationLabel = regexp.MustCompile(`\$labels\.(\w+)`)
)

func questions(t *testing.T) (asked []question) {
	t.Helper()
	shown := func(pattern *regexp.Regexp, text string) (names []string) {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
		return names
	}
	for _, b := range readBoards(t) {
		for _, p := range b.Panels {
			for _, target := range p.Targets {
				expr := strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")
				asked = append(asked, question{b.file + ", " + p.Title, expr, shown(legendLabel, target.LegendFormat)})
			}
		}
	}
	for _, r := range readRules(t) {
		text := r.Annotations["summary"] + r.Annotations["description"]
		asked = append(asked, question{"rule " + r.Alert, r.Expr, shown(annotationLabel, text)})
	}
	return asked
}

// TestQueries holds dashboards and rules against an instance that runs: it
// exports what they ask for, with those labels and values, and the dashboards
// show all that is its own.
func TestQueries(t *testing.T) {
	exported := exportedMetrics(t)
	documented := string(read(t, operations))
	shown := map[string]bool{}
	for _, q := range questions(t) {
		expr, err := parser.ParseExpr(q.expr)
		if err != nil {
			t.Errorf("%s: %v", q.where, err)
			continue
		}
		known := []string{"job", "instance", "le"}
		parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
			selector, ok := node.(*parser.VectorSelector)
			if !ok || selector.Name == "up" || selector.Name == "ALERTS" { // Prometheus makes them
				return nil
			}
			m, ok := exported.find(selector.Name)
			if !ok {
				t.Errorf("%s: nothing exports %s", q.where, selector.Name)
				return nil
			}
			known = append(known, m.labels()...)
			if !strings.HasPrefix(q.where, "rule ") {
				shown[m.GetName()] = true
			}
			m.check(t, q, selector, path, documented)
			return nil
		})
		for _, label := range q.shown {
			if !slices.Contains(known, label) {
				t.Errorf("%s shows the label %s, which nothing in it has", q.where, label)
			}
		}
	}
	for name := range exported {
		if strings.HasPrefix(name, "marsad_") && !shown[name] {
			t.Errorf("%s is exported, and no dashboard shows it", name)
		}
	}
}

// metrics are those of an instance, by name.
type metrics map[string]*dto.MetricFamily

type family struct{ *dto.MetricFamily }

// find knows the series that a histogram or summary consists of.
func (m metrics) find(name string) (family, bool) {
	if f, ok := m[name]; ok {
		return family{f}, f.GetType() != dto.MetricType_HISTOGRAM // there is no series of its name
	}
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		if base, ok := strings.CutSuffix(name, suffix); ok && m[base] != nil {
			return family{m[base]}, true
		}
	}
	return family{}, false
}

func (f family) labels() (names []string) {
	for _, metric := range f.Metric {
		for _, label := range metric.Label {
			names = append(names, label.GetName())
		}
	}
	return names
}

// has reports whether a series has that value of the label.
func (f family) has(name, value string) bool {
	for _, metric := range f.GetMetric() { // none of a family that is not there yet
		for _, label := range metric.Label {
			if label.GetName() == name && label.GetValue() == value {
				return true
			}
		}
	}
	return false
}

// check holds the labels of a selector, and those it is aggregated by, against
// what is exported. A value that is not must stand in the metric's row of docs/operations.md.
func (f family) check(t *testing.T, q question, selector *parser.VectorSelector, path []parser.Node, documented string) {
	t.Helper()
	known := append([]string{"job", "instance", "le"}, f.labels()...)
	for _, matcher := range selector.LabelMatchers {
		if matcher.Name == labels.MetricName || matcher.Name == "job" {
			continue
		}
		if !slices.Contains(known, matcher.Name) {
			t.Errorf("%s: %s has no label %s", q.where, selector.Name, matcher.Name)
			continue
		}
		for value := range strings.SplitSeq(matcher.Value, "|") {
			row := regexp.MustCompile("(?m)^\\| `" + f.GetName() + "`.*\\b" + regexp.QuoteMeta(value) + "\\b")
			if value != "" && !f.has(matcher.Name, value) && !row.MatchString(documented) {
				t.Errorf("%s: %s has no %s=%q", q.where, selector.Name, matcher.Name, value)
			}
		}
	}
	for _, node := range path {
		if aggregate, ok := node.(*parser.AggregateExpr); ok {
			for _, label := range aggregate.Grouping {
				if !slices.Contains(known, label) {
					t.Errorf("%s: %s is aggregated by %s, which it does not have", q.where, selector.Name, label)
				}
			}
		}
	}
}

// exportedMetrics runs an instance until it has met what makes metrics appear:
// articles, drops, a source that fails, an audit.
func exportedMetrics(t *testing.T) metrics {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(serveNews))
	t.Cleanup(site.Close)
	data := filepath.Join(t.TempDir(), "d")
	url := startMarsad(t, data, "MARSAD_FETCHER__ALLOW_NETWORKS=127.0.0.0/8", "MARSAD_FETCHER__HOST_DELAY=0s", "MARSAD_FETCHER__POLL_EVERY=1s", "MARSAD_DISK__MIN_FREE_BYTES=0")
	marsad(t, nil, "--data", data, "sources", "add", "--no-check", site.URL+"/feed.xml")
	marsad(t, nil, "--data", data, "sources", "add", "--no-check", site.URL+"/broken.xml")
	marsad(t, nil, "--data", data, "audit")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		m := scrape(t, url)
		if (family{m["marsad_articles_total"]}).has("lang", "en") && (family{m["marsad_drops_total"]}).has("reason", "not_found") &&
			(family{m["marsad_polls_total"]}).has("outcome", "error") && (family{m["marsad_http_requests_total"]}).has("code", "304") {
			return m
		}
		if time.Now().After(deadline) {
			t.Fatalf("the instance has not exported what was waited for: %v", m)
		}
	}
}

func serveNews(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/feed.xml":
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>t</title><item><title>The bridge</title><link>http://%[1]s/bridge</link></item>
			<item><title>Gone</title><link>http://%[1]s/gone</link></item></channel></rss>`, r.Host)
	case "/bridge":
		fmt.Fprint(w, `<html lang="en"><head><title>The bridge is open</title></head><body><article><h1>The bridge is open</h1>
			<p>The bridge over the river was opened this morning after two years of work, and many people of the town walked across it.</p>
			<p>The mayor said that the old ferry will go on for another year, because farmers on the far bank asked for it.</p></article></body></html>`)
	default:
		http.NotFound(w, r)
	}
}

// startMarsad runs an instance with all services until the test ends, and
// returns its URL.
func startMarsad(t *testing.T, data string, env ...string) (url string) {
	t.Helper()
	return startServices(t, data, env)
}

// startServices runs an instance with the services named.
func startServices(t *testing.T, data string, env []string, services ...string) (url string) {
	t.Helper()
	cmd := exec.Command(binary, append([]string{"--data", data, "--http", "127.0.0.1:0", "run", "--no-starter"}, services...)...)
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	ended := make(chan struct{})
	var log strings.Builder // until ended
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			log.WriteString(lines.Text() + "\n")
			if m := regexp.MustCompile(`msg="marsad is running" url=(\S+)/ `).FindStringSubmatch(lines.Text()); m != nil {
				said <- m[1]
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended
		<-ended
		if err := cmd.Wait(); err != nil {
			t.Errorf("the instance ended with %v", err)
		}
		if t.Failed() {
			t.Logf("the instance %v said:\n%s", services, log.String())
		}
	})
	select {
	case url = <-said:
	case <-ended:
		t.Fatal("the instance ended at once")
	case <-time.After(20 * time.Second):
		t.Fatal("the instance does not say where it listens")
	}
	return url
}

func scrape(t *testing.T, url string) metrics {
	t.Helper()
	resp, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parse := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parse.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// TestRunbooks: every alert says how bad it is, what it means, and points to a
// section of docs/operations.md that is there; every such section is of an alert.
func TestRunbooks(t *testing.T) {
	_, alerts, ok := strings.Cut(string(read(t, operations)), "\n## Alerts\n")
	if !ok {
		t.Fatal("docs/operations.md has no section Alerts")
	}
	alerts, _, _ = strings.Cut(alerts, "\n## ")
	sections := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^### (\w+)$`).FindAllStringSubmatch(alerts, -1) {
		sections[m[1]] = true
	}
	for _, r := range readRules(t) {
		if !slices.Contains([]string{"critical", "warning", "info"}, r.Labels["severity"]) || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s: a severity, a summary and a description are needed: %v %v", r.Alert, r.Labels, r.Annotations)
		}
		if want := "docs/operations.md#" + strings.ToLower(r.Alert); r.Annotations["runbook"] != want {
			t.Errorf("%s: the runbook is %q, want %q", r.Alert, r.Annotations["runbook"], want)
		}
		if !sections[r.Alert] {
			t.Errorf("docs/operations.md has no section %s", r.Alert)
		}
		delete(sections, r.Alert)
	}
	for name := range sections {
		t.Errorf("docs/operations.md has a section %s, and there is no such alert", name)
	}
}

// TestRules lets promtool check the configuration and run the tests of the rules.
func TestRules(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		const reason = "promtool is not installed (Debian: prometheus): the alert rules are not tested"
		if os.Getenv("CI") == "true" {
			t.Fatal(reason)
		}
		fmt.Fprintln(os.Stderr, "TestRules is skipped: "+reason) // without -v nobody would see the other one
		t.Skip(reason)
	}
	for _, args := range [][]string{{"check", "config", prometheus}, {"check", "rules", ruleFile}, {"test", "rules", ruleTests}} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	if !strings.Contains(string(read(t, prometheus)), "- "+filepath.Base(ruleFile)+"\n") {
		t.Errorf("%s does not load the rules", prometheus)
	}
}
