package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"marsad/pkg/news"
	"marsad/pkg/weburl"
	"marsad/services/cleaner"
	"marsad/services/fetcher"
	"marsad/services/fetcher/feed"
	"marsad/services/fetcher/feed/safehtml"
	"marsad/services/fetcher/schedule"
	"marsad/services/web/api"
)

// maxPages bounds how many pages a check downloads.
const maxPages = 50

func (c *cli) sourcesCheck() *cobra.Command {
	var said optionFlags
	var format string
	var pages int
	cmd := &cobra.Command{
		Use: "check URL|SOURCE", Short: "Poll a feed once and show what it would bring; nothing is kept", Args: cobra.ExactArgs(1),
		Long: `Poll a feed or news sitemap once and show what it would bring; nothing is kept. This process polls, with its own
configuration. Of a SOURCE its settings count; its headers and cookies are secret, and must be given again.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			if pages < 0 || pages > maxPages {
				return usageError{fmt.Errorf("--pages %d: between 0 and %d", pages, maxPages)}
			}
			source, err := c.toCheck(cmd.Context(), args[0], &said, cmd.Flags())
			if err != nil {
				return err
			}
			return c.check(cmd.Context(), source, pages, format)
		},
	}
	said.register(cmd.Flags())
	cmd.Flags().IntVar(&pages, "pages", 0, "also download so many of its `PAGES`, and clean them")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// toCheck is the source that ref names, or one at the address that it is, with
// the options that were said.
func (c *cli) toCheck(ctx context.Context, ref string, said *optionFlags, flags *pflag.FlagSet) (source news.Source, err error) {
	address, authorization := api.Credentials(ref)
	if strings.Contains(address, "://") {
		if source.URL, err = weburl.Normal(address); err != nil {
			return source, fmt.Errorf("%q is %w", address, err)
		}
		source.Kind = news.KindFeed
		if authorization != "" {
			source.Options.Headers = map[string]string{"Authorization": authorization}
		}
	} else if source, err = c.sourceToCheck(ctx, ref); err != nil {
		return source, err
	}
	if source.Options, err = said.of(source.Options, flags); err != nil {
		return source, err
	}
	if strings.Contains(source.Options.Proxy, ":xxxxx@") {
		return source, fmt.Errorf("%s is asked through a proxy whose password is not known here: give its address with --proxy, or --proxy '' to ask directly", source.Name)
	}
	return source, nil
}

// sourceToCheck is a source that is watched, without what the API does not tell of it.
func (c *cli) sourceToCheck(ctx context.Context, ref string) (source news.Source, err error) {
	err = c.withSession(ctx, needStore, func(s *session) error {
		detail, err := s.Source(ctx, ref)
		source = detail.Source.Source
		return err
	})
	if err != nil {
		return source, err
	}
	if source.Kind == news.KindManual {
		return source, fmt.Errorf("%s is no feed: its documents are given by hand", source.Name)
	}
	options := &source.Options
	if len(options.Headers) > 0 || options.Cookies != "" {
		fmt.Fprintln(c.err, "its secrets are not sent: --header and --cookie give them again")
		options.Headers, options.Cookies = nil, ""
	}
	source.Validators = news.Validators{} // the whole feed is asked for
	return source, nil
}

// check polls a source and shows what came.
func (c *cli) check(ctx context.Context, source news.Source, pages int, format string) error {
	checked, reason, err := fetcher.Check(ctx, c.config.Fetcher, source)
	if err != nil {
		hint := here(reason)
		if reason == fetcher.ReasonWebPage {
			hint = fmt.Sprintf("; 'marsad sources discover %s' looks for its feeds", source.URL)
		}
		return fmt.Errorf("%s cannot be read as a feed (%s): %w%s", source.URL, reason, err, hint)
	}
	samples, err := fetcher.Samples(ctx, c.config.Fetcher, source, checked.Entries[:min(pages, len(checked.Entries))], c.progress("pages"))
	if err != nil {
		return err
	}
	out := checkOf(checked, source, samples)
	if format == "json" {
		return c.printJSON(out)
	}
	return out.print(c.out)
}

// here says whose configuration forbade an address: the instance's may be another.
func here(reason string) string {
	if reason == fetcher.ReasonBlockedAddress {
		return ", in the configuration of this command (--config)"
	}
	return ""
}

// checkJSON is the form of 'sources check --format json'.
type checkJSON struct {
	URL        string           `json:"url"` // after redirects
	MovedTo    string           `json:"moved_to,omitempty"`
	Format     feed.Format      `json:"format"`
	Charset    string           `json:"charset"`
	Title      string           `json:"title"`
	Lang       string           `json:"lang"`
	Status     int              `json:"status"`
	Bytes      int64            `json:"bytes"`
	Validators news.Validators  `json:"validators"`
	FreshFor   float64          `json:"fresh_seconds"`
	Wait       float64          `json:"ttl_seconds"`
	Hubs       []string         `json:"hubs,omitempty"`
	Repairs    []feed.Repair    `json:"repairs,omitempty"`
	PerDay     float64          `json:"per_day"`
	NextPoll   time.Time        `json:"next_poll"`
	Items      []checkedItem    `json:"items"`
	Pages      []checkedArticle `json:"pages,omitempty"`
}

type checkedItem struct {
	URL       string        `json:"url"`
	Title     string        `json:"title"`
	Published *time.Time    `json:"published"`
	DateMark  news.DateMark `json:"date_mark,omitempty"`
	Text      int           `json:"text"` // characters that the feed carries
}

// checkedArticle is what the pipeline would make of a page.
type checkedArticle struct {
	URL          string            `json:"url"`
	Title        string            `json:"title"`
	Text         int               `json:"text"` // characters
	Words        int               `json:"words"`
	Lang         string            `json:"lang"`
	Completeness news.Completeness `json:"completeness,omitempty"`
	Reason       string            `json:"reason,omitempty"`   // why there is no page, or no article
	AllRead      bool              `json:"all_read,omitempty"` // no selector of keep matched
}

func checkOf(checked fetcher.Checked, source news.Source, samples []fetcher.Sample) checkJSON {
	out := checkJSON{
		URL: checked.URL, MovedTo: checked.MovedTo, Format: checked.Format, Charset: checked.Charset, Title: checked.Title, Lang: checked.Lang,
		Status: checked.Status, Bytes: checked.Bytes, Validators: checked.Validators, FreshFor: checked.Fresh.Seconds(), Wait: checked.Wait.Seconds(),
		Hubs: checked.Hubs, Repairs: checked.Repairs, PerDay: perDay(checked.Habit, time.Now()), NextPoll: checked.NextPoll.UTC().Truncate(time.Second),
		Items: []checkedItem{},
	}
	for _, e := range checked.Entries {
		out.Items = append(out.Items, checkedItem{e.URL, e.Title, cmp.Or(e.Published, e.Updated), e.DateMark, utf8.RuneCountInString(safehtml.Text(e.Body()))})
	}
	selection := cleaner.Selection{Keep: source.Options.Keep, Drop: source.Options.Drop}
	for _, sample := range samples {
		out.Pages = append(out.Pages, cleaned(sample, selection))
	}
	return out
}

func cleaned(sample fetcher.Sample, selection cleaner.Selection) checkedArticle {
	out := checkedArticle{URL: sample.Page.URL, Reason: sample.Reason}
	out.AllRead = len(selection.Keep) > 0 && sample.Page.Kind == news.PageHTML && !selection.Keeps(sample.Page)
	article, err := selection.Clean(sample.Page)
	if err != nil {
		if out.Reason == "" {
			out.Reason = cleaner.Reason(err)
		}
		return out
	}
	out.Title, out.Words, out.Lang, out.Completeness = article.Title, article.Words, article.Lang, article.Completeness
	out.Text = utf8.RuneCountInString(article.Text)
	return out
}

// perDay is how many articles a day a habit makes expected; 0: nothing is known.
func perDay(habit []byte, now time.Time) (articles float64) {
	h := schedule.Decode(habit)
	if h == (schedule.Habit{}) {
		return 0
	}
	const step = 5 * time.Minute // the rhythm's own
	for at := time.Duration(0); at < 24*time.Hour; at += step {
		articles += h.Rate(now.Add(at)) * step.Hours()
	}
	return articles
}

func (k checkJSON) print(out io.Writer) error {
	fmt.Fprintf(out, "%s: %s\n", shown(k.Title, 80), counted(len(k.Items), "entry", "entries"))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, shown(value, 300)) // it is a stranger's
		}
	}
	line("kind", strings.TrimSuffix(fmt.Sprintf("%s, %s", k.Format, k.Charset), ", "))
	line("language", k.Lang)
	line("answer", fmt.Sprintf("%d, %d bytes, from %s", k.Status, k.Bytes, k.URL))
	line("moved for good to", k.MovedTo)
	line("validators", strings.TrimSpace(k.Validators.ETag+" "+k.Validators.LastModified))
	line("caches keep it", seconds(k.FreshFor))
	line("asks for polls every", seconds(k.Wait))
	line("hubs", strings.Join(k.Hubs, " "))
	line("repaired", joined(k.Repairs))
	line("next poll", fmt.Sprintf("in %v; %s", time.Until(k.NextPoll).Round(time.Second), expected(k.PerDay)))
	fmt.Fprintln(w, "\npublished\ttext\ttitle\taddress")
	for _, item := range k.Items {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", item.date(), item.Text, shown(item.Title, 80), shown(item.URL, 300))
	}
	if len(k.Pages) > 0 {
		fmt.Fprintln(w, "\npage\twords\ttitle\taddress")
	}
	for _, page := range k.Pages {
		state := page.Reason
		if state == "" {
			state = string(page.Completeness)
		}
		if page.AllRead {
			state += " (--keep matched nothing: all was read)"
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", state, page.Words, orDash(shown(page.Title, 80)), page.URL)
	}
	return w.Flush()
}

func (i checkedItem) date() string {
	switch {
	case i.Published == nil:
		return "no date"
	case i.DateMark != "":
		return i.Published.Local().Format("2006-01-02 15:04") + " (" + string(i.DateMark) + ")"
	}
	return i.Published.Local().Format("2006-01-02 15:04")
}

// seconds is a number of them as a duration; nothing of none.
func seconds(n float64) string {
	if n <= 0 {
		return ""
	}
	return time.Duration(n * float64(time.Second)).Round(time.Second).String()
}

func joined[S ~string](list []S) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

// expected says how much a source is expected to publish.
func expected(perDay float64) string {
	switch {
	case perDay == 0:
		return "nothing is known of its habit yet"
	case perDay < 1:
		return fmt.Sprintf("about %.1f articles a week are expected", 7*perDay)
	}
	return fmt.Sprintf("about %.0f articles a day are expected", perDay)
}
