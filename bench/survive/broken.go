package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"marsad/pkg/survive"
)

// defect is a way to build the program wrong.
type defect struct {
	name, file string
	right      string // a piece of the file
	wrong      string // and what stands there instead
	more       string // and at the end of the file
	layout     func(*survive.Rig) error
	faults     []survive.Fault // that must bring it to light
	symptom    string          // what must be said then
}

var defects = []defect{
	{
		name: "ack before publish", file: "pkg/stage/handle.go",
		right:   "\ts.process(ctx, group)\n",
		wrong:   "\ts.process(ctx, group)\n\tfor _, d := range group {\n\t\t_ = d.msg.DoubleAck(ctx)\n\t}\n",
		layout:  (*survive.Rig).Single,
		faults:  survive.Repeat(2, survive.CrashAt("cleaner", "after_process")),
		symptom: "in_line",
	},
	{
		name: "decision outside the transaction", file: "services/deduplicator/service.go",
		right: "\t\tp.crash.At(bus.Deduplicator.Name, stage.BeforeCommit)\n\t\treturn nil\n\t})\n",
		wrong: `		return errDecided // nothing is kept
	})
	if errors.Is(err, errDecided) {
		err = nil
		go func() {
			time.Sleep(time.Second)
			_ = p.store.Decide(context.Background(), p.lease, func(tx store.DecisionTx) error {
				d := decider{DecisionTx: tx, memory: newMemory(p.memory.window, p.memory.stories), now: p.now()}
				for i, c := range in {
					if _, err := d.decide(c.Ref, subjects[i]); err != nil {
						return err
					}
				}
				return nil
			})
		}()
	}
`,
		layout:  (*survive.Rig).Single,
		more:    "\nvar errDecided = errors.New(\"decided\")\n",
		faults:  survive.Repeat(6, survive.CrashAt("archiver", "before_process")),
		symptom: "Group is",
	},
	{
		name: "attempts by delivery count", file: "pkg/stage/handle.go",
		right:   "\t\tstarts, err := s.env.Attempts.RecordStart(ctx, s.Name(), d.in.Header().Key())\n",
		wrong:   "\t\tmeta, err := d.msg.Metadata()\n\t\tstarts := int(meta.NumDelivered)\n",
		layout:  (*survive.Rig).Split,
		faults:  []survive.Fault{survive.Storm("cleaner")},
		symptom: "dead attempts_exhausted",
	},
}

// broken builds the program wrong in ways that lose or double something, and
// fails if that goes unnoticed, or if the right program does not pass the same.
func broken(ctx context.Context, o *options) error {
	for i, d := range defects { // short names: paths of sockets are
		if err := o.notices(ctx, d, fmt.Sprint(i+1), d.layout); err != nil {
			return err
		}
	}
	return nil
}

// notices does a defect's faults to the right program, which must pass, and to
// one with the defect, which must not.
func (o *options) notices(ctx context.Context, d defect, name string, layout func(*survive.Rig) error) error {
	binary, err := o.buildWrong(ctx, d)
	if err != nil {
		return err
	}
	c := survive.Campaign{Layout: layout, Clean: []string{o.binary}, Faults: d.faults, Patience: 20 * time.Second}
	c.Name = "right" + name
	if err := o.survives(ctx, c, 0); err != nil {
		return err
	}
	wrong := *o
	wrong.binary = binary
	c.Name = "wrong" + name
	start := time.Now()
	err = wrong.survives(ctx, c, 0)
	if err == nil {
		return fmt.Errorf("a build with %q went unnoticed", d.name)
	}
	if !errors.Is(err, survive.ErrBroken) || !strings.Contains(err.Error(), d.symptom) {
		return fmt.Errorf("a build with %q was noticed for another reason: %w", d.name, err)
	}
	fmt.Fprintf(o.out, "caught after %v: a build with %q: %s\n", time.Since(start).Round(time.Second), d.name, around(err.Error(), d.symptom))
	return nil
}

// buildWrong builds the program with a file replaced (go help build, -overlay).
func (o *options) buildWrong(ctx context.Context, d defect) (string, error) {
	file, err := filepath.Abs(filepath.Join(o.root, d.file))
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), d.right); n != 1 {
		return "", fmt.Errorf("%s has %d places where %q could be built wrong", d.file, n, d.name)
	}
	name := "marsad-" + slug(d.name)
	replacement, overlay := filepath.Join(o.dir, name+".go"), filepath.Join(o.dir, name+".json")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{file: replacement}})
	if err != nil {
		return "", err
	}
	err = errors.Join(
		os.WriteFile(replacement, []byte(strings.Replace(string(source), d.right, d.wrong, 1)+d.more), 0o600),
		os.WriteFile(overlay, list, 0o600))
	if err != nil {
		return "", err
	}
	return o.build(ctx, name, "-overlay", overlay)
}

// around is the line of text in which words stand.
func around(text, words string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, words) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

func slug(name string) string { return strings.Join(slices.Collect(strings.FieldsSeq(name)), "-") }
