package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/bus"
	"marsad/pkg/news"
	"marsad/pkg/stage/stagetest"
	"marsad/pkg/store"
	"marsad/services/archiver"
	"marsad/services/classifier"
	"marsad/services/web"
	"marsad/services/web/api"
)

// replayed is what replay prints, but for its text.
func replayed(t *testing.T, config string, args ...string) (report replayReport) {
	t.Helper()
	code, out, errs := marsad(t, append([]string{"--config", config, "replay", "--from", "classifier", "--since", "3650d", "--format", "json"}, args...)...)
	if code != 0 {
		t.Fatalf("%v: exit %d: %s%s", args, code, out, errs)
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return report
}

// ingestTexts archives n articles; from the sixth on, like the first ones but longer.
func ingestTexts(t *testing.T, config string, n int) {
	t.Helper()
	subjects := []string{"زيارة وفد مصري إلى المغرب", "موسم الحصاد في تونس", "معرض الساعات في فرنسا", "جسر جديد في الأردن", "مهرجان الزيتون"}
	var paths []string
	for i := range n {
		subject := subjects[i%len(subjects)]
		text := subject + "\n\nتحدث المشاركون عن " + subject + " وقالوا إن العمل يستمر حتى نهاية الموسم المقبل بعد أن اجتمعوا ثلاث مرات."
		if i >= len(subjects) {
			text += "\n\nملحق رقم " + strings.Repeat("نص ", i)
		}
		path := filepath.Join(t.TempDir(), "a.txt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	if code, out, errs := marsad(t, append([]string{"--config", config, "ingest"}, paths...)...); code != 0 {
		t.Fatalf("ingest: %s%s", out, errs)
	}
}

// withStore runs f on the store of the data folder, which nobody else uses.
func withStore(t *testing.T, data string, f func(store.Store)) {
	t.Helper()
	cfg := app.DefaultConfig()
	cfg.Data = data
	p, err := app.Open(t.Context(), cfg, app.Options{LogTo: io.Discard, StoreOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	f(p.Store)
}

// archivedArticles are all articles, by ID.
func archivedArticles(t *testing.T, data string) (all []store.Archived) {
	t.Helper()
	withStore(t, data, func(s store.Store) {
		var err error
		if all, err = s.ArchivedSince(t.Context(), time.Time{}, 0, 500); err != nil {
			t.Fatal(err)
		}
	})
	return all
}

// spoil gives articles labels that no classifier gives.
func spoil(t *testing.T, data string, articles ...store.Archived) {
	t.Helper()
	withStore(t, data, func(s store.Store) {
		for _, a := range articles {
			labels := news.Labels{Topics: []news.Topic{{Code: "99000000", Label: "nonsense", P: 1}}, Watches: []news.Watch{{ID: "gone", Score: 1}}}
			_, err := s.End(t.Context(), []store.Ending{{
				Ref: a.Ref, Outcome: news.Archived, At: time.Now(), Article: &a.Article, Verdict: &a.Verdict, Story: a.Story, Labels: labels, Trail: a.Trail,
			}})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func services(trail []news.Step) (names []string) {
	for _, step := range trail {
		names = append(names, step.Service)
	}
	return names
}

// TestReplaySame: with the same classifier nothing would change, and a replay of all
// leaves every article as it was but for its generation and the end of its trail.
func TestReplaySame(t *testing.T) {
	config, data := writeConfig(t, "")
	ingestTexts(t, config, 7)
	before := archivedArticles(t, data)
	if r := replayed(t, config); r.Articles != 7 || r.Unchanged != 7 || r.Changed != 0 || r.Applied != nil || len(r.Labels) != 0 {
		t.Errorf("a dry run: %+v", r)
	}
	for generation := 1; generation <= 2; generation++ {
		if r := replayed(t, config, "--apply", "--all"); r.Changed != 0 || r.Applied == nil || *r.Applied != (replayOutcome{Sent: 7, Archived: 7}) {
			t.Errorf("a replay of all: %+v, %+v", r, r.Applied)
		}
		after := archivedArticles(t, data)
		for i, a := range after {
			want := before[i]
			want.Generation = generation
			if got := strings.Join(services(a.Trail), " "); got != "fetcher cleaner deduplicator replay classifier archiver" {
				t.Errorf("generation %d: the trail is %s", generation, got)
			}
			want.Trail, a.Trail = nil, nil
			if diff := cmp.Diff(want, a); diff != "" {
				t.Errorf("generation %d (-before +after):\n%s", generation, diff)
			}
		}
	}
	if report := audit(t, config); !report.Holds || report.Total.Archived != 7 {
		t.Errorf("audit %+v", report)
	}
	if code, out, errs := marsad(t, "--config", config, "search", "موسم"); code != 0 || !strings.Contains(out, "الحصاد") {
		t.Errorf("search: %s%s", out, errs)
	}
}

// TestReplay: what would change is said, and changed with --apply only.
func TestReplay(t *testing.T) {
	config, data := writeConfig(t, "")
	ingestTexts(t, config, 5)
	before := archivedArticles(t, data)
	spoil(t, data, before[1], before[3])

	want := []labelChanges{
		{Kind: "topic", ID: "99000000", Name: "nonsense", Removed: 2}, {Kind: "watch", ID: "gone", Removed: 2},
	}
	dry := replayed(t, config)
	var got []labelChanges
	for _, l := range dry.Labels {
		if l.Kind == "topic" && l.ID == "99000000" || l.Kind == "watch" {
			got = append(got, l)
		}
	}
	if dry.Articles != 5 || dry.Changed != 2 || dry.Unchanged != 3 || len(dry.Examples) != 2 || dry.Examples[0].ID != before[1].Item || !cmp.Equal(want, got) {
		t.Errorf("a dry run: %+v", dry)
	}
	if again := replayed(t, config); !cmp.Equal(again.Labels, dry.Labels) {
		t.Errorf("the dry run changed something: %+v", again)
	}
	if r := replayed(t, config, "--source", "manual"); r.Changed != 2 {
		t.Errorf("of the source: %+v", r)
	}
	code, out, errs := marsad(t, "--config", config, "replay", "--from", "classifier", "--since", "1d")
	if code != 0 || !strings.Contains(out, "99000000") || !strings.Contains(out, "-watch gone") || !strings.Contains(out, "5 articles: 3 unchanged, 2 would change") || !strings.Contains(errs, "--apply") {
		t.Errorf("as a table:\n%s%s", out, errs)
	}

	code, out, errs = marsad(t, "--config", config, "replay", "--from", "classifier", "--since", "1d", "--apply")
	if code != 0 || !strings.Contains(out, "3 unchanged, 2 changed\n2 sent, 2 archived again") {
		t.Errorf("applied:\n%s%s", out, errs)
	}
	for i, a := range archivedArticles(t, data) {
		if diff := cmp.Diff(before[i].Labels, a.Labels); diff != "" {
			t.Errorf("labels (-want +got):\n%s", diff)
		}
	}
	if r := replayed(t, config, "--apply"); r.Changed != 0 || r.Applied.Sent != 0 {
		t.Errorf("once more: %+v", r)
	}
	if report := audit(t, config); !report.Holds {
		t.Errorf("audit %+v", report)
	}
}

func TestReplayUsage(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"--since 1d", "--from classifier"},
		{"--from cleaner --since 1d", "from the classifier only"},
		{"--from classifier", "--since 30d"},
		{"--from classifier --since 1d --all", "--all goes with --apply"},
		{"--from classifier --since 1d --format xml", "--format xml"},
	} {
		code, _, errs := marsad(t, append([]string{"--data", t.TempDir(), "replay"}, strings.Fields(test.args)...)...)
		if code != exitUsage || !strings.Contains(errs, test.want) {
			t.Errorf("%s: exit %d: %s", test.args, code, errs)
		}
	}
	for _, apply := range []string{"--apply=false", "--apply"} {
		if code, _, errs := marsad(t, "--data", t.TempDir(), "replay", "--from", "classifier", "--since", "1d", apply); code != exitFailed || !strings.Contains(errs, "there is no data") {
			t.Errorf("without data: exit %d: %s", code, errs)
		}
	}
	config, _ := writeConfig(t, "")
	ingestTexts(t, config, 1)
	for args, want := range map[string]string{"--since never": "never", "--since 1d --source nobody": "nobody"} {
		if code, _, errs := marsad(t, append([]string{"--config", config, "replay", "--from", "classifier"}, strings.Fields(args)...)...); code != exitFailed || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d: %s", args, code, errs)
		}
	}
}

// TestReplayThroughInstance: the instance that runs labels them, and counts no
// article twice. Interrupted while the classifier is away, the replay is done by the
// next.
func TestReplayThroughInstance(t *testing.T) {
	config, data := writeConfig(t, "")
	ingestTexts(t, config, 4)
	before := archivedArticles(t, data)
	spoil(t, data, before...)
	addr := freeAddr(t)
	p := start(t, config, addr, "archiver", "web")

	ctx, cancel := context.WithCancel(t.Context())
	interrupted := make(chan string)
	go func() {
		var out, errs bytes.Buffer
		code := run(ctx, []string{"--config", config, "replay", "--from", "classifier", "--since", "1d", "--apply"}, nil, strings.NewReader(""), &out, &errs)
		if code != exitFailed {
			t.Errorf("interrupted: exit %d", code)
		}
		interrupted <- errs.String()
	}()
	stagetest.Eventually(t, "sent", func() bool { return metric(t, addr, `marsad_stage_pending{stage="classifier"}`) == "4" })
	cancel()
	if errs := <-interrupted; !strings.Contains(errs, "interrupted: ") {
		t.Errorf("interrupted: %s", errs)
	}
	if report := audit(t, config); !report.Holds || report.Total.Open != 0 {
		t.Errorf("audit while they are in the line: %+v", report)
	}
	if code, out, errs := marsad(t, "--config", config, "article", "remove", string(before[0].Item)); code != 0 {
		t.Fatal(out, errs)
	}
	stop(t, p)

	p = start(t, config, addr)
	r := replayed(t, config, "--apply")
	if r.Articles != 3 || r.Applied.Lost+r.Applied.Otherwise != 0 {
		t.Errorf("the rest: %+v, %+v", r, r.Applied)
	}
	stagetest.Eventually(t, "all come out", func() bool { return metric(t, addr, `marsad_stage_pending{stage="archiver"}`) == "0" })
	if r := replayed(t, config); r.Articles != 3 || r.Changed != 0 {
		t.Errorf("after it: %+v", r)
	}
	for _, m := range []struct{ name, want string }{
		{`marsad_items_ended_total{outcome="archived"}`, "0"}, {`marsad_duplicates_total{verdict="original"}`, "0"},
		{`marsad_item_latency_seconds_count{from="found",to="archived"}`, "0"},
	} {
		if got := metric(t, addr, m.name); got != m.want {
			t.Errorf("%s is %s, want %s", m.name, got, m.want)
		}
	}
	if got := metric(t, addr, "marsad_articles_replayed_total"); got < "3" { // one may be sent twice, just as it ends
		t.Errorf("%s articles were replayed", got)
	}
	if report := audit(t, config); !report.Holds || report.Total.Archived != 3 || report.Total.Dropped != 1 {
		t.Errorf("audit %+v", report)
	}
	stop(t, p)
	for _, a := range archivedArticles(t, data) {
		if a.Generation != 1 || a.Item == before[0].Item {
			t.Errorf("%+v", a.Ref)
		}
	}
}

// replayOn makes a process with an article, and a replay of it with a classifier of
// its own.
func replayOn(t *testing.T, label func(news.Article) news.Labels) (*app.Process, *replay) {
	t.Helper()
	p := apptest.Open(t)
	pages, err := web.New(web.DefaultConfig(), p)
	if err != nil {
		t.Fatal(err)
	}
	a := &news.Article{ID: news.NewID("a"), Title: "زيارة إلى المغرب", Text: "نص", Lang: "ar", SourceID: news.ManualSource}
	if _, err := p.Store.Submit(t.Context(), time.Now(), []store.Entry{{ID: a.ID}}); err != nil {
		t.Fatal(err)
	}
	ending := store.Ending{Ref: news.Ref{Item: a.ID, Revision: 1}, Outcome: news.Archived, At: time.Now(), Article: a, Verdict: &news.Verdict{Kind: news.Original}, Story: a.ID}
	if _, err := p.Store.End(t.Context(), []store.Ending{ending}); err != nil {
		t.Fatal(err)
	}
	s := &session{Client: api.NewClient(app.Direct(pages))}
	o := replayOptions{from: fromClassifier, since: "1d", apply: true}
	return p, &replay{s: s, o: o, label: label, report: newReplayReport(o), line: newReplayLine(s)}
}

func nonsense(news.Article) news.Labels {
	return news.Labels{Topics: []news.Topic{{Code: "99000000", Label: "nonsense", P: 1}}}
}

// TestReplayOtherwise: an instance that gives other labels than the command is found out.
func TestReplayOtherwise(t *testing.T) {
	p, r := replayOn(t, nonsense)
	labels, err := classifier.New(classifier.DefaultConfig(), p)
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, labels)
	apptest.Run(t, archiver.New(archiver.DefaultConfig(), p))
	if err := r.run(t.Context()); err != nil || r.line.outcome != (replayOutcome{Sent: 1, Otherwise: 1}) {
		t.Errorf("%+v, %v", r.line.outcome, err)
	}
	var out, errs bytes.Buffer
	r.report.Applied = &r.line.outcome
	c := &cli{out: &out, err: &errs}
	if err := c.printReplay(r.report, "table"); !errors.Is(err, errSilent) || !strings.Contains(errs.String(), "1 article got other labels than this program gives") {
		t.Errorf("%v: %s", err, errs.String())
	}
}

// TestReplayLost: what leaves the line without being archived is sent once more, and
// then given up.
func TestReplayLost(t *testing.T) {
	p, r := replayOn(t, nonsense)
	line := stagetest.On(t, p.Bus)
	eaten := make(chan int)
	go func() {
		generation := line.Next(bus.Classifier).Header().Generation
		eaten <- generation + line.Next(bus.Classifier).Header().Generation
	}()
	if err := r.run(t.Context()); err != nil || r.line.outcome != (replayOutcome{Sent: 1, Lost: 1}) {
		t.Errorf("%+v, %v", r.line.outcome, err)
	}
	if sum := <-eaten; sum != 2 {
		t.Errorf("the sum of two generations of 1 is %d", sum)
	}
	if got := r.line.outcome.String(); got != "1 sent, 1 lost" {
		t.Errorf("in words: %s", got)
	}
}
