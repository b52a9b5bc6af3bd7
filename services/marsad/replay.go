package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/spf13/cobra"

	"marsad/pkg/app"
	"marsad/pkg/news"
	"marsad/pkg/store"
)

const (
	replayPage     = 250 // articles read at once
	fromClassifier = "classifier"
)

type replayOptions struct {
	from, since, source, format string
	apply, all                  bool
}

func (c *cli) replayCommand() *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use: "replay --from classifier --since TIME", Short: "Classify archived articles again, after a new model or new watches",
		Long: `Classify archived articles again, with the models of this program, its settings and
the watches that were applied, and say what would change. Nothing is changed without
--apply.

  marsad replay --from classifier --since 30d                      what would change?
  marsad replay --from classifier --since 2026-01-01 --source BBC --format json
  marsad replay --from classifier --since 30d --apply              change it

With --apply the articles whose labels would change go through the line again, from
the classifier on, at most ` + strconv.Itoa(replayInLine) + ` at a time; the command waits until they are
archived. Only their labels and their trail change: no text, story, copy or time. No
webhook is called. One that was removed, or revised, meanwhile is left as it is. Where
an instance runs, its classifier labels them: it must be of this version, with these
settings. Interrupting is safe: what was sent goes on, and the same command again does
the rest.

An article changes if it gains or loses a topic, the reason why it has none, a place, an
organisation or a watch, or if one of them says something else: mentions, matches. How
probable a topic is does not count: --all sends all articles, whatever would change.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.validate(); err != nil {
				return err
			}
			return c.replay(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.from, "from", "", "the first `SERVICE` that handles them again: "+fromClassifier)
	flags.StringVar(&o.since, "since", "", "articles published, or found, at or after `TIME`: a date, RFC 3339, or an age as 36h or 30d")
	flags.StringVar(&o.source, "source", "", "only those of `SOURCE`: ID, URL or name")
	flags.BoolVar(&o.apply, "apply", false, "send those that would change through the line again")
	flags.BoolVar(&o.all, "all", false, "with --apply: send all of them")
	flags.StringVar(&o.format, "format", "table", "table or json")
	return cmd
}

func (o replayOptions) validate() error {
	switch {
	case o.from == "":
		return usageError{errors.New("say from where: --from " + fromClassifier)}
	case o.from != fromClassifier:
		return usageError{fmt.Errorf("--from %s: articles can be sent through the line again from the %s only", o.from, fromClassifier)}
	case o.since == "":
		return usageError{errors.New("say how far back: --since 30d, or a date")}
	case o.all && !o.apply:
		return usageError{errors.New("--all goes with --apply")}
	}
	return formats(o.format, "table", "json")
}

func (c *cli) replay(ctx context.Context, o replayOptions) error {
	s, err := c.replaySession(ctx, o.apply)
	if err != nil {
		return err
	}
	defer s.close()
	if err := c.sameVersion(ctx, s); err != nil {
		return err
	}
	labels, err := c.watching(ctx, s)
	if err != nil {
		return err
	}
	r := &replay{s: s, o: o, label: labels.Label, progress: c.progress("articles"), report: newReplayReport(o)}
	if o.apply {
		r.line = newReplayLine(s)
		r.report.Applied = &r.line.outcome
	}
	err = r.run(ctx)
	if ctx.Err() != nil {
		return errors.New("interrupted: what was sent goes on by itself, or when 'marsad run' runs; the same command again does the rest")
	}
	if err != nil {
		return err
	}
	return c.printReplay(r.report, o.format)
}

// replaySession works through the instance that runs. Without one, what is sent is
// handled by the end of a line in this process.
func (c *cli) replaySession(ctx context.Context, apply bool) (*session, error) {
	if !apply {
		return c.connect(ctx, needStore)
	}
	if s := c.attach(); s != nil {
		return s, nil
	}
	return c.ownLine(ctx, []string{"classifier", "archiver"}, app.Options{LogTo: c.err, KeepSchema: true})
}

// sameVersion warns of an instance that may label otherwise.
func (c *cli) sameVersion(ctx context.Context, s *session) error {
	if s.process != nil {
		return nil
	}
	status, err := s.Status(ctx)
	if version, _ := app.Version(); err == nil && status.Version != version {
		fmt.Fprintf(c.err, "marsad: the running instance is of version %s, this program of %s: it may give other labels\n", status.Version, version)
	}
	return err
}

// replay goes through the articles, oldest first.
type replay struct {
	s        *session
	o        replayOptions
	label    func(news.Article) news.Labels
	progress func(done, total int)
	report   *replayReport
	line     *replayLine // nil in a dry run
}

func (r *replay) run(ctx context.Context) error {
	var source news.ID
	if r.o.source != "" {
		found, err := r.s.Source(ctx, r.o.source)
		if err != nil {
			return err
		}
		source = found.ID
	}
	for after, more := int64(0), true; more; {
		page, err := r.s.Archived(ctx, url.Values{"since": {r.o.since}, "after": {strconv.FormatInt(after, 10)}, "limit": {strconv.Itoa(replayPage)}})
		if err != nil {
			return err
		}
		if more = len(page) == replayPage; more {
			after = page[len(page)-1].Seq
		}
		if source != "" {
			page = slices.DeleteFunc(page, func(a store.Archived) bool { return a.Article.SourceID != source })
		}
		if err := r.page(ctx, page); err != nil {
			return err
		}
		if r.progress != nil {
			r.progress(r.report.Articles, 0)
		}
	}
	if r.line != nil {
		if err := r.line.drain(ctx); err != nil {
			return err
		}
	}
	if r.progress != nil && r.report.Articles > 0 {
		r.progress(r.report.Articles, r.report.Articles)
	}
	return ctx.Err()
}

// page labels some articles, counts what changes, and sends what is to be sent.
func (r *replay) page(ctx context.Context, page []store.Archived) error {
	labels := labelAll(page, r.label)
	var send []awaited
	for i, a := range page {
		changes := differences(a.Labels, labels[i])
		r.report.add(a.Article, changes)
		if len(changes) > 0 || r.o.all {
			send = append(send, awaited{ref: a.Ref, labels: labels[i]})
		}
	}
	if r.line == nil || len(send) == 0 {
		return ctx.Err()
	}
	return r.line.send(ctx, send)
}

// labelAll labels articles on all processors.
func labelAll(page []store.Archived, label func(news.Article) news.Labels) []news.Labels {
	labels := make([]news.Labels, len(page))
	var workers sync.WaitGroup
	n := max(runtime.GOMAXPROCS(0), 1)
	for first := range n {
		workers.Go(func() {
			for i := first; i < len(page); i += n {
				labels[i] = label(page[i].Article)
			}
		})
	}
	workers.Wait()
	return labels
}
