package bench

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pemistahl/lingua-go"

	"marsad/pkg/text"
	"marsad/pkg/text/langmodel/score"
	"marsad/pkg/text/langmodel/sib200"
)

// teller tells languages.
type teller struct {
	name       string
	guess      score.Guess
	languages  []string // it can tell; nil: all that are asked
	modelBytes int64
}

// BenchmarkLanguage tells the same sentences (split dev of SIB-200) with Marsad
// and with lingua, which has all its languages to choose from. One operation is
// one sentence. Accuracies are averages over languages: %whole and %4words over
// those targets that lingua knows, %all and %all4words over all targets.
func BenchmarkLanguage(b *testing.B) {
	path := os.Getenv("MARSAD_SIB200")
	if path == "" {
		const reason = "BenchmarkLanguage is skipped: MARSAD_SIB200 names no file sib200*.jsonl.gz to compare on"
		fmt.Fprintln(os.Stderr, reason) // without -v nobody would see the other one
		b.Skip(reason)
	}
	sentences := readTargets(b, path)
	peer := linguaTeller(b)
	for _, t := range []teller{{name: "marsad", guess: text.Language, modelBytes: int64(text.LanguageModelBytes())}, peer} {
		known, all := accuracy(b, sentences, t.guess, peer.languages)
		b.Run(t.name, func(b *testing.B) {
			size, n := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				s := sentences[n%len(sentences)].Text
				t.guess(s)
				size += len(s)
				n++
			}
			b.SetBytes(int64(size / n))
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "sentences/s")
			b.ReportMetric(100*known.Whole, "%whole")
			b.ReportMetric(100*known.Start, "%4words")
			b.ReportMetric(100*all.Whole, "%all")
			b.ReportMetric(100*all.Start, "%all4words")
			b.ReportMetric(float64(t.modelBytes), "model-bytes")
		})
	}
}

func readTargets(b *testing.B, path string) []sib200.Sentence {
	b.Helper()
	all, err := sib200.Read(path)
	if err != nil {
		b.Fatal(err)
	}
	targets := slices.DeleteFunc(sib200.Split(all, "dev"), func(s sib200.Sentence) bool { return !slices.Contains(sib200.Targets, s.Code) })
	if len(targets) == 0 {
		b.Fatalf("%s: no sentences of split dev in the languages that matter most", path)
	}
	return targets
}

// accuracy scores a teller over the languages of a list, and over all.
func accuracy(b *testing.B, sentences []sib200.Sentence, guess score.Guess, languages []string) (known, all score.Average) {
	b.Helper()
	listed := slices.DeleteFunc(slices.Clone(sentences), func(s sib200.Sentence) bool {
		return !slices.Contains(languages, sib200.Language(s.Code))
	})
	for _, run := range []struct {
		sentences []sib200.Sentence
		to        *score.Average
	}{{listed, &known}, {sentences, &all}} {
		report, err := score.Run(b.Context(), run.sentences, guess, score.Options{})
		if err != nil {
			b.Fatal(err)
		}
		*run.to = report.Targets
	}
	return known, all
}

func linguaTeller(b *testing.B) teller {
	b.Helper()
	detector := lingua.NewLanguageDetectorBuilder().FromAllLanguages().WithPreloadedLanguageModels().Build()
	t := teller{name: "lingua", modelBytes: linguaBytes(b)}
	for _, l := range lingua.AllLanguages() {
		t.languages = append(t.languages, strings.ToLower(l.IsoCode639_1().String()))
	}
	t.guess = func(s string) (string, float64) {
		l, ok := detector.DetectLanguageOf(s)
		if !ok {
			return text.Unknown, 0
		}
		return strings.ToLower(l.IsoCode639_1().String()), 1
	}
	return t
}

// linguaBytes is the size of the models that lingua embeds.
func linguaBytes(b *testing.B) (size int64) {
	b.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/pemistahl/lingua-go").Output()
	if err != nil {
		b.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(dir)), "language-models"), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}
