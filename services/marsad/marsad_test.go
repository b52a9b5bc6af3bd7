package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"go.uber.org/goleak"

	"marsad/pkg/app/apptest"
	"marsad/pkg/stage/stagetest"
	"marsad/pkg/store/postgres/throwaway"
	"marsad/services/web"
)

// actAsMain makes the test binary be marsad: so tests have real processes.
const actAsMain = "TEST_ACT_AS_MARSAD"

func TestMain(m *testing.M) {
	if os.Getenv(actAsMain) != "" {
		os.Unsetenv(actAsMain)
		main()
		return
	}
	goleak.VerifyTestMain(tests{m})
}

// tests are those of this package; PostgreSQL ends with them, before leaks are looked for.
type tests struct{ *testing.M }

func (ts tests) Run() int { return throwaway.Main(ts.M) }

// marsad runs a command in this process.
func marsad(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, nil, strings.NewReader("نص من الدخل القياسي عن معرض الساعات.\n\nوجمع المعرض ثلاثين ساعة من خشب الزيتون."), &out, &err)
	return code, out.String(), err.String()
}

// process is a marsad that runs as a process of its own.
type process struct {
	cmd  *exec.Cmd
	log  *bytes.Buffer
	addr string
}

// start runs "marsad run" on the data folder and waits until it is ready.
func start(t *testing.T, config, addr string, services ...string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{log: new(bytes.Buffer), addr: addr}
	p.cmd = exec.Command(exe, append([]string{"--config", config, "--http", addr, "run", "--no-starter"}, services...)...)
	p.cmd.Env = append(os.Environ(), actAsMain+"=1")
	p.cmd.Stderr = p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("log of the process:\n%s", p.log)
		}
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		resp, err := http.Get("http://" + addr + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return p
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("never ready:\n%s", p.log)
		}
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.cmd.Wait()
}

// freeAddr is a loopback address that nobody listens on right now.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// site is a publisher on loopback with a feed of n pages. Every third item has
// no page but text in its feed, every tenth has neither.
type site struct {
	*httptest.Server
	n int
}

func newSite(t *testing.T, n int) *site {
	w := &site{n: n}
	w.Server = httptest.NewServer(w)
	t.Cleanup(w.Close)
	return w
}

func (w *site) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	var i int
	switch r.URL.Path {
	case "/feed.xml":
		fmt.Fprint(out, `<rss version="2.0"><channel><title>عالم</title>`)
		for i := range w.n {
			text := ""
			if i%3 == 0 && i%10 != 0 {
				text = "نص الخلاصة للخبر رقم " + fmt.Sprint(i)
			}
			fmt.Fprintf(out, `<item><title>خبر رقم %d</title><link>%s/p/%d</link><description>%s</description></item>`, i, w.URL, i, text)
		}
		fmt.Fprint(out, `</channel></rss>`)
	default:
		if _, err := fmt.Sscanf(r.URL.Path, "/p/%d", &i); err != nil || i%3 == 0 || i%10 == 0 {
			http.NotFound(out, r)
			return
		}
		fmt.Fprintf(out, `<html lang="ar"><head><title>خبر رقم %d</title></head><body><article><h1>خبر رقم %d</h1>
			<p>هذه الفقرة الأولى من الخبر رقم %d وتتحدث عن موسم الحصاد في سهول المغرب هذا العام.</p>
			<p>وقال المزارعون إن محصول القمح في الحقل %d تحسن بعد أمطار الربيع الوفيرة.</p></article></body></html>`, i, i, i, i)
	}
}

// expected is how many items of the site end archived.
func (w *site) expected() (archived, dropped int) {
	for i := range w.n {
		if i%10 == 0 {
			dropped++
		} else {
			archived++
		}
	}
	return archived, dropped
}

func writeConfig(t *testing.T, extra string) (config, data string) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "d")
	config = filepath.Join(t.TempDir(), "marsad.yaml")
	content := fmt.Sprintf("data: %s\nfetcher:\n  host_delay: 0s\n  poll_every: 1s\n  allow_networks: [127.0.0.0/8]\n%snats:\n  limits:\n    ack_wait: 2s\n", data, extra)
	if err := os.WriteFile(config, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return config, data
}

// TestEachServiceAlone: any service runs by itself, with the bus inside.
func TestEachServiceAlone(t *testing.T) {
	for _, name := range serviceNames {
		t.Run(name, func(t *testing.T) {
			config, _ := writeConfig(t, "")
			start(t, config, freeAddr(t), name)
		})
	}
}

type auditReport struct {
	Holds bool
	Total struct{ Found, Archived, Dropped, Dead, Open int }
}

func audit(t *testing.T, config string) auditReport {
	t.Helper()
	_, out, errs := marsad(t, "--config", config, "audit", "--format", "json")
	var report auditReport
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("audit: %v\n%s%s", err, out, errs)
	}
	return report
}

// awaitEnd waits until all items of the site have ended.
func awaitEnd(t *testing.T, config string, w *site) auditReport {
	t.Helper()
	var report auditReport
	stagetest.Eventually(t, "all at its end", func() bool {
		report = audit(t, config)
		return report.Total.Found == w.n && report.Total.Open == 0
	})
	return report
}

// pages is how many items of a site have a page.
func pages(n int) (count int) {
	for i := range n {
		if i%3 != 0 && i%10 != 0 {
			count++
		}
	}
	return count
}

// stop ends a process as an operator would.
func stop(t *testing.T, p *process) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("stopped with %v:\n%s", err, p.log)
	}
}

// TestBacklogIsNotEmittedAgain: with the cleaner away, items wait in its stream
// for longer than reconcile_after, and are left there.
func TestBacklogIsNotEmittedAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for three times reconcile_after")
	}
	w := newSite(t, 50)
	config, _ := writeConfig(t, "  reconcile_after: 5s\n")
	addr := freeAddr(t)
	p := start(t, config, addr, "fetcher", "deduplicator", "classifier", "archiver", "web")
	if code, _, errs := marsad(t, "--config", config, "sources", "add", w.URL+"/feed.xml"); code != 0 {
		t.Fatal(errs)
	}
	time.Sleep(15 * time.Second) // three times reconcile_after is what this is about
	if got := metric(t, addr, "marsad_items_reconciled_total"); got != "0" {
		t.Errorf("%s items were emitted again", got)
	}
	if report := audit(t, config); !report.Holds || report.Total.Open == 0 {
		t.Errorf("audit under a backlog: %+v", report)
	}
	stop(t, p)
	start(t, config, addr)
	if report := awaitEnd(t, config, w); !report.Holds {
		t.Errorf("audit %+v", report)
	}
}

func metric(t *testing.T, addr, name string) string {
	t.Helper()
	resp, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindSubmatch(body); m != nil {
		return string(m[1])
	}
	return "missing"
}

// TestIngestWithoutRoom: a line that runs for one document does not wait for room on the disk.
func TestIngestWithoutRoom(t *testing.T) {
	config, _ := writeConfig(t, fmt.Sprintf("disk:\n  min_free_bytes: %d\n", 1<<62))
	for _, args := range [][]string{{"--ephemeral", "-"}, {"-"}} {
		code, out, errs := marsad(t, append([]string{"--config", config, "ingest"}, args...)...)
		if code != 0 || !strings.HasPrefix(out, "archived") {
			t.Errorf("ingest %v: exit %d: %s%s", args, code, out, errs)
		}
	}
}

// TestIngest puts one document of each kind through the whole line.
func TestIngest(t *testing.T) {
	w := newSite(t, 3)
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	txt := file("a.txt", "عنوان عن الموانئ المغربية\n\nافتتح الميناء الجديد في طنجة أمام السفن.\n\nوحضر الحفل وفد من مصر.")
	html := file("b.html", `<html lang="fr"><head><title>Le port rouvre</title></head><body><article><h1>Le port rouvre</h1><p>Le port de la ville a rouvert ce matin après des mois de travaux, selon la mairie.</p><p>Les pêcheurs attendaient cette réouverture depuis l'été dernier.</p></article></body></html>`)
	feed := file("c.xml", `<rss version="2.0"><channel><title>f</title><item><title>First entry of the feed</title><link>https://n.example/1</link><description>The council of the town met on Monday and agreed on a new library.</description></item><item><title>Second entry</title><link>https://n.example/2</link><description>A bridge was opened over the river, and many people walked across it.</description></item></channel></rss>`)
	config, _ := writeConfig(t, "")

	code, out, errs := marsad(t, "--config", config, "ingest", "--ephemeral", "--format", "json", txt, html, feed, w.URL+"/p/1", "-")
	if code != 0 {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	got := records(t, out)
	if len(got) != 6 {
		t.Fatalf("%d records, want 6:\n%s", len(got), out)
	}
	for _, r := range got {
		if r.Outcome != "archived" || r.Article.ID == "" || r.Article.Title == "" || r.Article.Text == "" || r.Verdict.Kind != "original" ||
			r.Story.Articles != 1 || len(r.Trail) != 5 || r.Topics == nil || r.Places == nil || r.Organisations == nil || r.Watches == nil {
			t.Errorf("%s: %+v", r.Input, r)
		}
	}
	if a := got[0].Article; a.Lang != "ar" || a.Direction != "rtl" || a.Published != nil {
		t.Errorf("text: %+v", a)
	}
	codes := map[string]bool{}
	for _, p := range got[0].Places {
		codes[p.Code] = true
	}
	if !codes["MA"] || !codes["EG"] {
		t.Errorf("places = %v", got[0].Places)
	}
	if a := got[1].Article; a.Lang != "fr" || a.Direction != "ltr" || a.Completeness != "full" {
		t.Errorf("page: %+v", a)
	}
	if a := got[2].Article; a.URL != "https://n.example/1" || a.Completeness != "feed" {
		t.Errorf("entry of a feed: %+v", a)
	}
}

type record struct {
	Input, Outcome, Reason string
	Article                struct {
		ID, URL, Title, Lang, Direction, Completeness, Text string
		Published                                           *time.Time
	}
	Verdict                               struct{ Kind string }
	Story                                 struct{ Articles int }
	Places                                []struct{ Code string }
	Topics, Organisations, Watches, Trail []any
}

func records(t *testing.T, out string) (list []record) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
		var r record
		if err := d.Decode(&r); err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		list = append(list, r)
	}
	return list
}

// TestBadInput: each mistake gets one clear line and the right exit code.
func TestBadInput(t *testing.T) {
	w := newSite(t, 1)
	config, data := writeConfig(t, "")
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	ingest := []string{"--config", config, "ingest", "--ephemeral"}
	for name, tc := range map[string]struct {
		args []string
		code int
		want string // in what is printed
	}{
		"no such command":       {[]string{"fly"}, 2, "unknown command"},
		"no such flag":          {[]string{"search", "--far"}, 2, "unknown flag"},
		"missing argument":      {[]string{"ingest"}, 2, "at least 1 arg"},
		"unknown service":       {[]string{"run", "dreamer"}, 2, "dreamer"},
		"unknown format":        {[]string{"--data", data, "search", "x", "--format", "pdf"}, 2, "pdf"},
		"missing file":          {append(ingest, filepath.Join(dir, "none.txt")), 1, "there is no such file"},
		"a folder":              {append(ingest, file("folder.d", "")[:len(dir)]), 1, "directory"},
		"unknown extension":     {append(ingest, file("a.docx", "x")), 1, `unknown extension ".docx"`},
		"empty document":        {append(ingest, file("empty.txt", " \n")), 1, "dropped   empty"},
		"feed that is HTML":     {append(ingest, file("page.xml", "<html><body>no feed</body></html>")), 1, "not a feed"},
		"URL without a page":    {append(ingest, w.URL+"/p/0"), 1, "dropped   not_found"},
		"not a URL":             {append(ingest, "http://"), 1, "not an http or https address"},
		"unknown key":           {[]string{"--config", file("bad.yaml", "data: x\nfetcher:\n  pol_every: 1s\n"), "config", "check"}, 1, "pol_every"},
		"wrong value":           {[]string{"--config", file("bad2.yaml", "fetcher:\n  concurrency: 0\n"), "config", "check"}, 1, "fetcher.concurrency"},
		"missing config":        {[]string{"--config", "/nowhere.yaml", "config", "check"}, 1, "does not exist"},
		"port in use":           {[]string{"--data", filepath.Join(dir, "d1"), "--http", busy.Addr().String(), "run", "--no-starter"}, 1, "is in use"},
		"audit of no data":      {[]string{"--data", filepath.Join(dir, "typo"), "audit"}, 1, "there is no data in"},
		"empty feed":            {append(ingest, file("none.xml", `<rss version="2.0"><channel><title>x</title></channel></rss>`)), 1, "no entries"},
		"secret in a source":    {[]string{"--data", data, "sources", "add", "http://u:secret@n.invalid/"}, 1, "http://n.invalid/ cannot be asked (dns)"},
		"a private address":     {[]string{"--data", data, "sources", "check", "http://127.0.0.1:1/feed"}, 1, "in the configuration of this command (--config)"},
		"age that is none":      {[]string{"--data", sources(t, w), "search", "x", "--since", "7xd"}, 1, "since"},
		"no data":               {[]string{"--data", filepath.Join(dir, "none"), "search", "x"}, 1, "there is no data in"},
		"backup of no data":     {[]string{"--data", filepath.Join(dir, "none"), "backup", filepath.Join(dir, "b.db")}, 1, "there is no data in"},
		"backup over a file":    {[]string{"--data", sources(t, w), "backup", file("b.db", "x")}, 1, "exists already"},
		"backup to no name":     {[]string{"--data", sources(t, w), "backup", ""}, 2, "a file is needed"},
		"never waited for":      {append(ingest, "--log-level", "error", "--timeout", "1ns", "-"), 1, "nothing is kept of it"},
		"prefix of no letter":   {[]string{"--data", sources(t, w), "dead", "show", "7BCE"}, 1, "no dead letter"},
		"prefix too short":      {[]string{"--data", sources(t, w), "dead", "retry", "7b"}, 1, "at least 4 digits"},
		"unknown backend":       {[]string{"--store", "mysql://x", "config", "check"}, 1, "store.dsn"},
		"duration of no unit":   {[]string{"--config", file("unit.yaml", "fetcher:\n  host_delay: 2\n"), "config", "check"}, 1, "'fetcher.host_delay' a unit is needed, as in 2s"},
		"ports out of range":    {[]string{"--config", file("ports.yaml", "fetcher:\n  allow_ports: [0, 99999]\n"), "config", "check"}, 1, "fetcher.allow_ports[1]"},
		"newer data":            {[]string{"--data", newerData(t), "search", "x"}, 1, "newer marsad"},
		"unknown store":         {[]string{"--store", "oracle://x", "--data", filepath.Join(dir, "d2"), "status"}, 1, "oracle"},
		"no bus":                {[]string{"--nats", "nats://127.0.0.1:1", "--data", filepath.Join(dir, "d3"), "run"}, 1, "NATS"},
		"no OPML":               {[]string{"--data", data, "sources", "import", file("x.opml", "hello")}, 1, "OPML"},
		"source without web":    {[]string{"--data", data, "sources", "add", "ftp://x"}, 1, "not an http or https address"},
		"unknown source":        {[]string{"--data", sources(t, w), "sources", "show", "nobody"}, 1, "no source"},
		"unknown article":       {[]string{"--data", sources(t, w), "article", "00000000000000000000000000000000"}, 1, "there is no article"},
		"unknown dead letter":   {[]string{"--data", sources(t, w), "dead", "drop", "00000000000000000000000000000000"}, 1, "no dead letter"},
		"only excluded words":   {[]string{"--data", sources(t, w), "search", "--", "-x"}, 1, "only excludes"},
		"since that is no time": {[]string{"--data", sources(t, w), "search", "x", "--since", "yesterday"}, 1, "since"},
		"labelled data missing": {[]string{"eval", "extract", filepath.Join(dir, "nowhere")}, 1, "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := marsad(t, tc.args...)
			if code != tc.code || !strings.Contains(out+errs, tc.want) {
				t.Errorf("exit %d, want %d with %q:\n%s%s", code, tc.code, tc.want, out, errs)
			}
			if n := strings.Count(out+errs, "\n"); n != 1 || strings.Contains(errs, "goroutine ") {
				t.Errorf("%d lines, want one:\n%s%s", n, out, errs)
			}
		})
	}
}

// newerData is a data folder that a later version wrote.
func newerData(t *testing.T) string {
	t.Helper()
	dir := sources(t, nil)
	db, err := sql.Open("sqlite", filepath.Join(dir, "marsad.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("insert into goose_db_version (version_id, is_applied) values (9999, 1)"); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sources is a data folder with a source in it.
func sources(t *testing.T, w *site) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "d")
	url := "http://127.0.0.1:9/feed.xml"
	if w != nil {
		url = w.URL + "/feed.xml"
	}
	if code, _, errs := marsad(t, "--data", dir, "sources", "add", "--no-check", url); code != 0 {
		t.Fatal(errs)
	}
	return dir
}

func TestSourcesCommands(t *testing.T) {
	w := newSite(t, 5)
	config, _ := writeConfig(t, "")
	list := filepath.Join(t.TempDir(), "list.opml") // its language is none
	opml := `<opml version="2.0" xmlns:m="urn:marsad"><body><outline text="odd" xmlUrl="https://odd.example/feed" language="arabic" m:country="ma"/></body></opml>`
	if err := os.WriteFile(list, []byte(opml), 0o600); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		args []string
		want string
	}{
		{[]string{"sources", "check", w.URL + "/feed.xml"}, "عالم: 5 entries"},
		{[]string{"sources", "add", w.URL + "/feed.xml", "--name", "عالم", "--publisher", "العالم", "--lang", "ar", "--country", "ma", "--tag", "تجربة", "--every", "5m"}, "1 source added"},
		{[]string{"sources", "add", w.URL + "/feed.xml"}, "0 sources added, 1 was there already"},
		{[]string{"sources", "list"}, "عالم"},
		{[]string{"sources", "show", "عالم"}, "العالم"},
		{[]string{"sources", "pause", "عالم"}, "is paused"},
		{[]string{"sources", "list", "--format", "json"}, `"health": "paused"`},
		{[]string{"sources", "resume", w.URL + "/feed.xml"}, "is polled again"},
		{[]string{"sources", "export"}, `marsad`},
		{[]string{"sources", "remove", "عالم"}, "is removed"},
		{[]string{"sources", "import", list}, "1 source added"},
		{[]string{"sources", "show", "odd"}, "language, country   MA"},
		{[]string{"sources", "remove", "odd"}, "is removed"},
		{[]string{"sources", "list", "--format", "json"}, "[]"},
		{[]string{"status"}, "no instance on this data folder"},
		{[]string{"dead", "list"}, "there are no dead letters"},
		{[]string{"audit"}, "the audit holds"},
		{[]string{"migrate"}, "up to date"},
		{[]string{"version"}, "marsad "},
		{[]string{"config", "check"}, "in order"},
		{[]string{"completion", "bash"}, "bash completion"},
	}
	for _, step := range steps {
		code, out, errs := marsad(t, append([]string{"--config", config}, step.args...)...)
		if code != 0 || !strings.Contains(out, step.want) {
			t.Errorf("%v: exit %d, want %q in:\n%s%s", step.args, code, step.want, out, errs)
		}
	}
}

// TestCommandsThroughARunningInstance: commands find it through its data folder.
func TestCommandsThroughARunningInstance(t *testing.T) {
	w := newSite(t, 20)
	config, data := writeConfig(t, "")
	addr := freeAddr(t)
	start(t, config, addr)
	if code, _, errs := marsad(t, "--config", config, "sources", "add", w.URL+"/feed.xml"); code != 0 {
		t.Fatal(errs)
	}
	if report := awaitEnd(t, config, w); !report.Holds {
		t.Errorf("audit %+v", report)
	}
	if code, out, errs := marsad(t, "--config", config, "ingest", "--format", "json", "-"); code != 0 || records(t, out)[0].Outcome != "archived" {
		t.Errorf("ingest: exit %d\n%s%s", code, out, errs)
	}
	if code, out, errs := marsad(t, "--config", config, "--http", addr, "healthcheck"); code != 0 || out != "ready\n" {
		t.Errorf("healthcheck: exit %d %s%s", code, out, errs)
	}
	if code, out, _ := marsad(t, "--config", config, "status"); code != 0 || !strings.Contains(out, "running, ready") {
		t.Errorf("status: %s", out)
	}
	code, _, errs := marsad(t, "--data", data, "--http", "127.0.0.1:0", "run", "--no-starter")
	if code != 1 || !strings.Contains(errs, "another marsad is running") {
		t.Errorf("second instance: exit %d, %s", code, errs)
	}
	resp, err := http.Post("http://"+addr+"/api/v1/sources", "application/json", strings.NewReader(`[{"url":"http://x.example/"}]`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("a write over TCP without a token: %s", resp.Status)
	}
}

// TestMetricsAreDocumented keeps docs/operations.md equal to what is exported.
func TestMetricsAreDocumented(t *testing.T) {
	p := apptest.Open(t)
	c := &cli{config: defaultConfig()}
	pages, err := web.New(c.config.Web, p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.services(p, serviceNames, pages); err != nil {
		t.Fatal(err)
	}
	exported := described(p.Registry)
	doc, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(marsad_[a-z_]+)`").FindAllSubmatch(doc, -1) {
		documented[string(m[1])] = true
	}
	for name := range exported {
		if !documented[name] {
			t.Errorf("%s is exported and not documented", name)
		}
	}
	for name := range documented {
		if !exported[name] {
			t.Errorf("%s is documented and not exported", name)
		}
	}
}

var descName = regexp.MustCompile(`fqName: "(marsad_[a-z_]+)"`)

func described(reg *prometheus.Registry) map[string]bool {
	ch := make(chan *prometheus.Desc)
	var describing sync.WaitGroup
	describing.Go(func() { reg.Describe(ch); close(ch) })
	names := map[string]bool{}
	for desc := range ch {
		if m := descName.FindStringSubmatch(desc.String()); m != nil {
			names[m[1]] = true
		}
	}
	describing.Wait()
	return names
}

// TestHelp: every command says what it does, and its flags what they mean.
func TestHelp(t *testing.T) {
	root := (&cli{}).root()
	for _, path := range []string{"run", "ingest", "sources", "search", "article", "watches", "audit", "dead", "status", "eval", "backup", "migrate", "config", "healthcheck", "version"} {
		i := slices.IndexFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == path })
		if i < 0 || root.Commands()[i].Short == "" {
			t.Errorf("%s: no such command, or it does not say what it does", path)
		}
	}
	if code, out, _ := marsad(t, "--help"); code != 0 || !strings.Contains(out, "marsad sources add") {
		t.Errorf("help: exit %d\n%s", code, out)
	}
}
