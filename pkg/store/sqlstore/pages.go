package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// packedPage is a page with its body and payload compressed, outside the transaction.
type packedPage struct {
	news.Page
	found, body []byte
}

func packPage(page news.Page) *packedPage {
	return &packedPage{Page: page, found: pack([]byte(encodeFound(page.Found))), body: pack(page.Body)}
}

// savePage stores the page of a revision of item n; nil stores nothing.
func savePage(tx *Tx, n int64, revision int, page *packedPage) error {
	if page == nil {
		return nil
	}
	return tx.Run(`
		INSERT INTO pages (item, revision, kind, url, content_type, fetched_at, found, body, etag, last_modified)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (item, revision) DO UPDATE SET kind = excluded.kind, url = excluded.url, content_type = excluded.content_type,
			fetched_at = excluded.fetched_at, found = excluded.found, body = excluded.body,
			etag = excluded.etag, last_modified = excluded.last_modified`,
		n, revision, page.Kind, page.URL, page.ContentType, micros(page.FetchedAt), page.found, page.body,
		page.Validators.ETag, page.Validators.LastModified)
}

// SavePage implements store.Ledger.
func (s *Store) SavePage(ctx context.Context, page news.Page, reason string, slot store.Slot) error {
	packed := packPage(page)
	return s.update(ctx, "save_page", func(tx *Tx) error {
		var n int64
		var removed bool
		err := read(tx.Query, []any{&n, &removed},
			`SELECT n, EXISTS (SELECT 1 FROM tombstones t WHERE t.item = i.id) FROM items i WHERE id = ?`, page.Item)
		if err != nil {
			return fmt.Errorf("item %s: %w", page.Item, notFound(err))
		}
		if removed {
			return giveUpSlot(tx, slot, page.Item)
		}
		if err := savePage(tx, n, page.Revision, packed); err != nil {
			return err
		}
		err = tx.Run(`UPDATE items SET has_page = 1, reason = iif(state = 'due', ?3, reason) WHERE n = ?1 AND revision = ?2`, n, page.Revision, reason)
		if err != nil {
			return err
		}
		return giveUpSlot(tx, slot, page.Item)
	})
}

// Page implements store.Pages.
func (s *Store) Page(ctx context.Context, ref news.Ref) (news.Page, error) {
	page, err := One(s.reader(ctx), scanPage, `
		SELECT p.kind, p.url, p.content_type, p.fetched_at, p.found, p.body, p.etag, p.last_modified
		FROM pages p JOIN items i ON i.n = p.item WHERE i.id = ? AND p.revision = ?`, ref.Item, ref.Revision)
	if err != nil {
		return news.Page{}, fmt.Errorf("page %s: %w", ref.Key(), notFound(err))
	}
	page.Ref = ref
	return page, nil
}

func scanPage(row Row) (page news.Page, err error) {
	var found, body []byte
	if err = row.Scan(&page.Kind, &page.URL, &page.ContentType, asTime{&page.FetchedAt}, &found, &body, &page.Validators.ETag, &page.Validators.LastModified); err != nil {
		return page, err
	}
	if page.Body, err = unpack(body); err != nil {
		return page, err
	}
	if found, err = unpack(found); err != nil {
		return page, err
	}
	return page, json.Unmarshal(found, &page.Found)
}
