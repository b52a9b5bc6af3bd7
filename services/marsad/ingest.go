package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/app"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/wait"
	"marsad/services/fetcher"
	"marsad/services/web"
	"marsad/services/web/api"
)

const (
	ingestPoll     = 50 * time.Millisecond // between two looks at a document, at most
	firstPoll      = 4 * time.Millisecond
	maxIngestBytes = 16 << 20 // of one document
)

type ingestOptions struct {
	format    string
	ephemeral bool
	timeout   time.Duration
}

func (c *cli) ingestCommand() *cobra.Command {
	var o ingestOptions
	cmd := &cobra.Command{
		Use: "ingest FILE|URL|-…", Short: "Put documents through the line and say what became of each",
		Long: `Put documents through the whole line, wait, and say what became of each.

A document is a text file (.txt), a page (.html), a feed (.xml, .rss, .atom,
.json; each entry is a document, with the text the feed carries), a web
address, or - for standard input. The exit code is 1 unless all were archived.

Documents go through one after another, in the order given, so that of two
alike the first is the original; pages at web addresses are downloaded
meanwhile, and decided on as they come.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := formats(o.format, "text", "json"); err != nil {
				return err
			}
			return c.ingest(cmd.Context(), args, o)
		},
	}
	cmd.Flags().StringVar(&o.format, "format", "text", "text (a line for each document) or json (an object for each, one after another)")
	cmd.Flags().BoolVar(&o.ephemeral, "ephemeral", false, "keep nothing: work in a temporary folder")
	cmd.Flags().DurationVar(&o.timeout, "timeout", 2*time.Minute, "how long to wait for all of them")
	return cmd
}

// pending is a document whose end is awaited.
type pending struct {
	input string
	id    news.ID
}

func (c *cli) ingest(ctx context.Context, args []string, o ingestOptions) error {
	documents, inputs, failed := c.readDocuments(args)
	if len(documents) == 0 {
		return errSilent
	}
	s, err := c.ingestSession(ctx, o.ephemeral)
	if err != nil {
		return err
	}
	defer s.close()
	waiting, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	line := queue{documents: documents}
	if err := line.addresses(ctx, s); err != nil {
		return err
	}
	for i, input := range inputs {
		if err := line.upTo(ctx, s, i, waiting.Err() != nil); err != nil {
			return err
		}
		archived, err := c.await(waiting, s, pending{input, documents[i].ID}, o)
		if ctx.Err() != nil {
			return errors.New("interrupted: what was submitted goes on when 'marsad run' runs, unless it was --ephemeral")
		}
		if err != nil {
			return err
		}
		if !archived {
			failed++
		}
	}
	if failed > 0 {
		return errSilent
	}
	return nil
}

// queue submits documents so that they are decided on in their order.
type queue struct {
	documents []api.Document
	next      int // the first that may not be submitted yet
}

// addresses submits what is to be downloaded: that takes its time, and has an
// order of its own.
func (q *queue) addresses(ctx context.Context, s *session) error {
	return submit(ctx, s, slices.DeleteFunc(slices.Clone(q.documents), func(d api.Document) bool { return d.Kind != "" }))
}

// upTo submits the document i, of which all before have ended; or, when nobody
// waits any more, all that are left.
func (q *queue) upTo(ctx context.Context, s *session, i int, all bool) error {
	end := i + 1
	if all {
		end = len(q.documents)
	}
	if end <= q.next {
		return nil
	}
	list := slices.DeleteFunc(slices.Clone(q.documents[q.next:end]), func(d api.Document) bool { return d.Kind == "" })
	q.next = end
	return submit(ctx, s, list)
}

// submit gives the documents in, some at a time.
func submit(ctx context.Context, s *session, documents []api.Document) error {
	for len(documents) > 0 {
		n, size := 0, 0
		for n < len(documents) && (n == 0 || size+len(documents[n].Body) <= maxIngestBytes) {
			size += len(documents[n].Body) + len(documents[n].Found.Content) + len(documents[n].Found.Summary)
			n++
		}
		if _, err := s.Submit(ctx, documents[:n]); err != nil {
			return err
		}
		documents = documents[n:]
	}
	return nil
}

// readDocuments reads what can be read, and complains of the rest.
func (c *cli) readDocuments(args []string) (documents []api.Document, inputs []string, failed int) {
	for _, arg := range args {
		entries, err := c.readDocument(arg)
		if err != nil {
			fmt.Fprintf(c.err, "marsad: %s: %v\n", arg, err)
			failed++
			continue
		}
		for _, e := range entries {
			documents, inputs = append(documents, api.DocumentOf(e)), append(inputs, arg)
		}
	}
	return documents, inputs, failed
}

func (c *cli) readDocument(arg string) ([]store.Entry, error) {
	if strings.Contains(arg, "://") {
		entry, err := fetcher.Address(arg)
		return []store.Entry{entry}, err
	}
	in := c.stdin
	if arg != "-" {
		file, err := os.Open(arg)
		if errors.Is(err, os.ErrNotExist) {
			return nil, errors.New("there is no such file")
		}
		if err != nil {
			return nil, reading(err)
		}
		defer file.Close()
		in = file
	}
	body, err := io.ReadAll(io.LimitReader(in, maxIngestBytes+1))
	if err != nil {
		return nil, reading(err)
	}
	if len(body) > maxIngestBytes {
		return nil, fmt.Errorf("larger than %d MiB", maxIngestBytes>>20)
	}
	return fetcher.Documents(arg, body)
}

// reading says why a document cannot be read, without naming it again.
func reading(err error) error { return fmt.Errorf("cannot be read: %w", pathless(err)) }

// pathless is an error without the path that it repeats.
func pathless(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

// ingestSession works through the instance that runs, or runs the line itself,
// without polling.
func (c *cli) ingestSession(ctx context.Context, ephemeral bool) (*session, error) {
	if !ephemeral {
		if s := c.attach(); s != nil {
			return s, nil
		}
		return c.ownLine(ctx, serviceNames, app.Options{LogTo: c.err})
	}
	dir, err := os.MkdirTemp("", "marsad")
	if err != nil {
		return nil, err
	}
	c.config.Data, c.config.Store.DSN, c.config.NATS.URL = dir, "", ""
	s, err := c.ownLine(ctx, serviceNames, app.Options{LogTo: c.err})
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	stop := s.close
	s.close = func() { stop(); os.RemoveAll(dir) }
	return s, nil
}

// ownLine runs services in this process, without polling, until the session is
// closed. What a person gives in goes through on a disk that is nearly full, too:
// waiting for room would be waiting for nothing.
func (c *cli) ownLine(ctx context.Context, names []string, options app.Options) (*session, error) {
	cfg := c.quiet()
	cfg.Disk.MinFreeBytes = 0
	options.Services = append(slices.Clone(names), "web") // it is asked as if it ran
	p, err := c.open(ctx, cfg, options)
	if err != nil {
		return nil, err
	}
	pages, err := web.New(c.config.Web, p)
	if err != nil {
		p.Close()
		return nil, err
	}
	c.config.Fetcher.Poll = false
	services, err := c.services(p, names, pages)
	if err != nil {
		p.Close()
		return nil, err
	}
	running, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- p.Run(running, services) }()
	stop := func() {
		cancel()
		if err := <-done; err != nil {
			fmt.Fprintf(c.err, "marsad: %v\n", err)
		}
		p.Close()
	}
	return &session{Client: api.NewClient(app.Direct(pages)), process: p, close: stop}, nil
}

// await waits until the item ended, prints what became of it, and reports
// whether it was archived.
func (c *cli) await(ctx context.Context, s *session, d pending, o ingestOptions) (bool, error) {
	var item api.Item
	told := false
	for pause := firstPoll; wait.For(ctx, pause); pause = min(2*pause, ingestPoll) {
		var err error
		if item, err = s.Item(ctx, string(d.id)); err != nil && ctx.Err() == nil {
			return false, err
		}
		if postponed(item) && !told {
			told = true
			fmt.Fprintf(c.err, "marsad: %s: waiting%s\n", d.input, openState(item))
		}
		if item.Record != nil {
			return item.Record.Outcome == news.Archived, c.printOutcome(d.input, *item.Record, o.format)
		}
	}
	fmt.Fprintf(c.err, "marsad: %s: %s is not at its end after %v%s; %s\n", d.input, d.id, o.timeout, openState(item), goesOn(s, d.id, o.ephemeral))
	return false, nil
}

// postponed reports whether an item failed and waits for its next try. While a
// fetcher holds it, its reason may be that of an end which is on its way.
func postponed(item api.Item) bool {
	return item.State == news.StateDue && item.LeasedUntil.IsZero() && item.Reason != ""
}

// goesOn says what becomes of an item nobody waits for any more.
func goesOn(s *session, id news.ID, ephemeral bool) string {
	switch where := fmt.Sprintf("'marsad article %s' says where it is", id); {
	case ephemeral:
		return "nothing is kept of it"
	case s.process == nil:
		return "it goes on by itself, " + where
	default:
		return "it goes on when 'marsad run' runs, " + where
	}
}

func openState(item api.Item) string {
	if item.Reason != "" {
		return fmt.Sprintf(" (%s, next try at %s)", item.Reason, item.DueAt.Local().Format(time.TimeOnly))
	}
	return ""
}

// ingested is what ingest prints as JSON.
type ingested struct {
	Input string `json:"input"`
	news.Record
}

func (c *cli) printOutcome(input string, r news.Record, format string) error {
	if format == "json" {
		return c.printJSON(ingested{input, r})
	}
	if r.Article == nil {
		_, err := fmt.Fprintf(c.out, "%-8s  %s  (%s)\n", r.Outcome, r.Reason, input)
		return err
	}
	_, err := fmt.Fprintf(c.out, "%-8s  %s  %s  %d words  %s  story %s  %s  (%s)\n",
		r.Outcome, api.Short(r.ItemID), r.Article.Lang, r.Article.Words, ingestedAs(r), api.Short(r.Story.ID), r.Article.Title, input)
	return err
}

// ingestedAs says what a document was decided to be, and of which article.
func ingestedAs(r news.Record) string {
	switch of := r.Verdict.Of; {
	case of == nil:
		return string(r.Verdict.Kind)
	case *of == r.ItemID:
		return string(r.Verdict.Kind) + " of itself"
	default:
		return string(r.Verdict.Kind) + " of " + api.Short(*of)
	}
}
