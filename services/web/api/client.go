package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"marsad/pkg/store"
)

// Client calls the API. Errors that the API gives are *Error.
type Client struct{ http *http.Client }

// NewClient makes a client that sends its requests through transport.
func NewClient(transport http.RoundTripper) *Client {
	return &Client{http: &http.Client{Transport: transport}}
}

// Error is an answer that is no success.
type Error struct {
	Status int
	Detail string
}

func (e *Error) Error() string { return e.Detail }

// do sends in as JSON and reads the answer into out; either may be nil.
func (c *Client) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://marsad/api/v1"+path, body)
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask the running marsad: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return readError(resp)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// readError reads an RFC 9457 problem.
func readError(resp *http.Response) error {
	var problem struct {
		Title, Detail string
		Errors        []struct{ Message, Location string }
	}
	raw, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	_ = json.Unmarshal(raw, &problem)
	e := &Error{Status: resp.StatusCode, Detail: problem.Detail}
	if e.Detail == "" {
		e.Detail = resp.Status
	}
	for _, sub := range problem.Errors {
		e.Detail += ": " + sub.Message
		if sub.Location != "" {
			e.Detail += " (" + sub.Location + ")"
		}
	}
	return e
}

// Submit gives documents to the line and returns where each stands.
func (c *Client) Submit(ctx context.Context, documents []Document) (items []Item, err error) {
	err = c.do(ctx, http.MethodPost, "/documents", documents, &items)
	return items, err
}

// Item says where an item stands. ref is its ID, the beginning of it, or its URL.
func (c *Client) Item(ctx context.Context, ref string) (item Item, err error) {
	err = c.do(ctx, http.MethodGet, "/items/"+url.PathEscape(ref), nil, &item)
	return item, err
}

// Sources lists sources. Parameters are those of GET /sources; nil: all.
func (c *Client) Sources(ctx context.Context, parameters url.Values) (sources []Source, err error) {
	err = c.do(ctx, http.MethodGet, "/sources?"+parameters.Encode(), nil, &sources)
	return sources, err
}

// Source returns one source. ref is its ID, the beginning of it, its URL or its name.
func (c *Client) Source(ctx context.Context, ref string) (source SourceDetail, err error) {
	err = c.do(ctx, http.MethodGet, "/sources/"+url.PathEscape(ref), nil, &source)
	return source, err
}

// AddSources adds sources, or none if one is wrong; those that are there already
// are left as they are.
func (c *Client) AddSources(ctx context.Context, sources []NewSource) (added Added, err error) {
	err = c.do(ctx, http.MethodPost, "/sources", sources, &added)
	return added, err
}

// ImportSources is AddSources that leaves out those that are wrong.
func (c *Client) ImportSources(ctx context.Context, sources []NewSource) (added Added, err error) {
	err = c.do(ctx, http.MethodPost, "/sources?skip=true", sources, &added)
	return added, err
}

// ChangeSource gives a source other settings.
func (c *Client) ChangeSource(ctx context.Context, ref string, change SourceChange) (source Source, err error) {
	err = c.do(ctx, http.MethodPatch, "/sources/"+url.PathEscape(ref), change, &source)
	return source, err
}

// PauseSource stops or resumes polling.
func (c *Client) PauseSource(ctx context.Context, ref string, paused bool) (source Source, err error) {
	verb := "/resume"
	if paused {
		verb = "/pause"
	}
	err = c.do(ctx, http.MethodPost, "/sources/"+url.PathEscape(ref)+verb, nil, &source)
	return source, err
}

// RemoveSource removes a source; what it published stays.
func (c *Client) RemoveSource(ctx context.Context, ref string) error {
	return c.do(ctx, http.MethodDelete, "/sources/"+url.PathEscape(ref), nil, nil)
}

// Search finds articles. Parameters are those of GET /articles.
func (c *Client) Search(ctx context.Context, parameters url.Values) (hits Hits, err error) {
	err = c.do(ctx, http.MethodGet, "/articles?"+parameters.Encode(), nil, &hits)
	return hits, err
}

// Article returns one article. ref is its ID, the beginning of it, or its URL.
func (c *Client) Article(ctx context.Context, ref string) (article Reading, err error) {
	err = c.do(ctx, http.MethodGet, "/articles/"+url.PathEscape(ref), nil, &article)
	return article, err
}

// Diff compares two articles. Parameters are those of GET /articles/{ref}/diff.
func (c *Client) Diff(ctx context.Context, ref string, parameters url.Values) (diff Diff, err error) {
	err = c.do(ctx, http.MethodGet, "/articles/"+url.PathEscape(ref)+"/diff?"+parameters.Encode(), nil, &diff)
	return diff, err
}

// Stories lists stories. Parameters are those of GET /stories.
func (c *Client) Stories(ctx context.Context, parameters url.Values) (stories Stories, err error) {
	err = c.do(ctx, http.MethodGet, "/stories?"+parameters.Encode(), nil, &stories)
	return stories, err
}

// Story returns one story. ref is its ID or the beginning of it.
func (c *Client) Story(ctx context.Context, ref string) (story StoryReading, err error) {
	err = c.do(ctx, http.MethodGet, "/stories/"+url.PathEscape(ref), nil, &story)
	return story, err
}

// RemoveArticle takes an article down for good.
func (c *Client) RemoveArticle(ctx context.Context, ref string) (removed Removed, err error) {
	err = c.do(ctx, http.MethodDelete, "/articles/"+url.PathEscape(ref), nil, &removed)
	return removed, err
}

// DeadLetters lists dead letters, newest first, without payloads.
func (c *Client) DeadLetters(ctx context.Context, limit int) (letters []store.DeadLetter, err error) {
	err = c.do(ctx, http.MethodGet, "/dead?limit="+strconv.Itoa(limit), nil, &letters)
	return letters, err
}

// DeadLetter returns one dead letter, whole.
func (c *Client) DeadLetter(ctx context.Context, id string) (letter store.DeadLetter, err error) {
	err = c.do(ctx, http.MethodGet, "/dead/"+url.PathEscape(id), nil, &letter)
	return letter, err
}

// RetryDeadLetter puts an item back in line.
func (c *Client) RetryDeadLetter(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodPost, "/dead/"+url.PathEscape(id)+"/retry", nil, nil)
}

// DropDeadLetter ends an item as dropped.
func (c *Client) DropDeadLetter(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/dead/"+url.PathEscape(id), nil, nil)
}

// Audit proves that every item ended once or is open.
func (c *Client) Audit(ctx context.Context) (report AuditReport, err error) {
	err = c.do(ctx, http.MethodGet, "/audit", nil, &report)
	return report, err
}

// Status is the system at a glance.
func (c *Client) Status(ctx context.Context) (status Status, err error) {
	err = c.do(ctx, http.MethodGet, "/status", nil, &status)
	return status, err
}

// Watches returns a version of the file of watches; 0 stands for the newest.
func (c *Client) Watches(ctx context.Context, version int) (set Watches, err error) {
	err = c.do(ctx, http.MethodGet, "/watches?version="+strconv.Itoa(version), nil, &set)
	return set, err
}

// WatchVersions lists the versions of the file of watches.
func (c *Client) WatchVersions(ctx context.Context) (versions WatchVersions, err error) {
	err = c.do(ctx, http.MethodGet, "/watches/versions", nil, &versions)
	return versions, err
}

// ApplyWatches makes a file of watches the newest version.
func (c *Client) ApplyWatches(ctx context.Context, set NewWatches) (applied AppliedWatches, err error) {
	err = c.do(ctx, http.MethodPut, "/watches", set, &applied)
	return applied, err
}

// Archived lists whole articles, oldest first. Parameters are those of GET /archived.
func (c *Client) Archived(ctx context.Context, parameters url.Values) (list []store.Archived, err error) {
	err = c.do(ctx, http.MethodGet, "/archived?"+parameters.Encode(), nil, &list)
	return list, err
}

// Replay sends archived articles through the line again, at most MaxReplay.
func (c *Client) Replay(ctx context.Context, replay Replay) (list []Replayed, err error) {
	err = c.do(ctx, http.MethodPost, "/replay", replay, &list)
	return list, err
}

// Replayed says where articles stand that were sent again, at most MaxReplay.
func (c *Client) Replayed(ctx context.Context, awaited Awaited) (list []Replayed, err error) {
	err = c.do(ctx, http.MethodPost, "/replay/await", awaited, &list)
	return list, err
}
